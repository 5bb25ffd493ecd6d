//! A server with a listener for operators, and its metrics. Deliberately absent: what a test
//! expects of them.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::net::SocketAddr;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::client::{Request, Response};
use crate::support::place::Place;
use crate::support::program::{Server, atelier, run};

/// A server that is watched.
pub(crate) struct Watched {
    pub(crate) server: Server,
    pub(crate) admin: SocketAddr,
}

impl Watched {
    /// Starts `serve` with options on a store that has its tables.
    pub(crate) fn start(store: &str, options: &[&str]) -> Self {
        Self::of(&mut command(store, options))
    }

    /// Starts a [`command`].
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut server = Server::of(command);
        let mut line = String::new();
        server.said.read_line(&mut line).expect("the server says where it is watched");
        let address = line.trim().strip_prefix("Metrics on http://");
        let address = address.and_then(|text| text.strip_suffix("/metrics")?.parse().ok());
        let admin = address.unwrap_or_else(|| panic!("no address in {line:?}"));
        Self { server, admin }
    }

    pub(crate) fn request(&self, method: &str, target: &str) -> Request {
        Request::new(self.server.address, method, target)
    }

    pub(crate) fn get(&self, target: &str) -> Response {
        self.request("GET", target).send()
    }

    /// Asks the other listener.
    pub(crate) fn get_from_admin(&self, target: &str) -> Response {
        Request::new(self.admin, "GET", target).send()
    }

    pub(crate) fn scrape(&self) -> Scrape {
        let answer = self.get_from_admin("/metrics");
        assert_eq!(answer.status, 200, "{answer:?}");
        Scrape::of(answer.body)
    }
}

/// The command that serves on a store and is watched, each on a free port.
pub(crate) fn command(store: &str, options: &[&str]) -> Command {
    let ports = ["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    atelier(&[&ports, options].concat(), Some(store))
}

/// A store with its tables and nothing in them.
pub(crate) fn migrated(place: &Place) -> String {
    let store = place.fresh();
    run(&["migrate"], Some(&store));
    store
}

/// A question that may be asked.
pub(crate) fn question(body: &str) -> Value {
    json!({"body": body, "name": "Ada", "email": "ada@mail.test", "product_id": 7})
}

/// The metrics at one moment.
pub(crate) struct Scrape {
    pub(crate) text: String,
    /// The value of each sample, by its name with its labels.
    pub(crate) samples: BTreeMap<String, f64>,
}

impl Scrape {
    fn of(text: String) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let samples = lines.map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
            (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("no number: {line}")))
        });
        let samples = samples.collect();
        Self { text, samples }
    }

    /// A whole number by its name with its labels.
    pub(crate) fn count(&self, name: &str) -> u64 {
        let value = *self.samples.get(name).unwrap_or_else(|| panic!("no {name} in {}", self.text));
        assert!(value >= 0.0 && value.fract() == 0.0, "{name} is {value}");
        format!("{value:.0}").parse().expect("a whole number")
    }

    /// The requests of a route that came to a status.
    pub(crate) fn requests(&self, route: &str, code: u16) -> u64 {
        self.count(&format!("atelier_http_requests_total{{route=\"{route}\",code=\"{code}\"}}"))
    }
}
