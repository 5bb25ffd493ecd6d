//! Two processes on one database. They can put their names into their responses, so that a test can
//! tell them apart.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::Stdio;

use super::front::free_address;
use super::relay::Relay;
use crate::support::client::{Request, Response};
use crate::support::cluster::Cluster;
use crate::support::program::{Server, run};

/// The origin that a signing process allows to read its responses.
const FIRST_ORIGIN: &str = "https://first.test";
const SECOND_ORIGIN: &str = "https://second.test";

/// Products that a stocked database has, numbered from 1: three questions each, the first with an
/// answer.
pub(crate) const PRODUCTS: u64 = 60;

/// A product with so many questions that their list is larger than any buffer.
pub(crate) const LARGE_PRODUCT: u64 = 1_000;
const LARGE_QUESTIONS: u64 = 900;

/// A database with rows. The questions of product `n` are `3n - 2`, `3n - 1` and `3n`, the answer
/// is `n`.
pub(crate) fn stocked(cluster: &Cluster) -> String {
    let (mut questions, mut answers) = (
        "id,product_id,body,date_written,asker_name,asker_email,reported,helpful\n".to_owned(),
        "id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful\n".to_owned(),
    );
    let mut write = |file: usize, line: String| {
        let file = if file == 0 { &mut questions } else { &mut answers };
        writeln!(file, "{line}").expect("a string takes it");
    };
    for product in 1..=PRODUCTS {
        for question in 3 * product - 2..=3 * product {
            write(0, format!("{question},{product},Is it good?,2018-10-18,ann,ann@mail.test,0,0"));
        }
        write(1, format!("{product},{},It is.,2018-10-18,bob,bob@mail.test,0,0", 3 * product - 2));
    }
    for question in 1..=LARGE_QUESTIONS {
        let (id, body) = (10_000 + question, "Why? ".repeat(190));
        write(0, format!("{id},{LARGE_PRODUCT},{body},2018-10-18,ann,ann@mail.test,0,0"));
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("questions.csv"), questions).expect("a file");
    std::fs::write(path("answers.csv"), answers).expect("a file");
    std::fs::write(path("answers_photos.csv"), "id,answer_id,url\n").expect("a file");
    let store = cluster.fresh_database();
    run(&["import", &folder.path().display().to_string()], Some(&store));
    store
}

/// A relay to the server, and the address of a database of its through it.
pub(crate) fn relayed(cluster: &Cluster, store: &str) -> (Relay, String) {
    let relay = Relay::to_socket(cluster.directory().join(".s.PGSQL.5432"));
    let name = store.split_once("@/").and_then(|(_, rest)| rest.split('?').next()).expect("a name");
    let address = format!("postgres://atelier@{}/{name}?sslmode=disable", relay.address);
    (relay, address)
}

/// Two processes.
pub(crate) struct Pair {
    stores: [String; 2],
    options: [&'static [&'static str]; 2],
    pub(crate) servers: [Server; 2],
}

impl Pair {
    /// As a shop starts them.
    pub(crate) fn on(store: &str) -> Self {
        Self::on_each([store, store])
    }

    /// On addresses of their own, of the same database.
    pub(crate) fn on_each(stores: [&str; 2]) -> Self {
        Self::with(stores, [&[], &[]])
    }

    /// Processes that sign their responses: see [`signed`].
    pub(crate) fn signing(store: &str) -> Self {
        Self::with([store, store], [&["--cors-origins", FIRST_ORIGIN], &["--cors-origins", SECOND_ORIGIN]])
    }

    fn with(stores: [&str; 2], options: [&'static [&'static str]; 2]) -> Self {
        let start = |number: usize| server(stores[number], options[number], free_address());
        Self { stores: stores.map(str::to_owned), options, servers: [start(0), start(1)] }
    }

    pub(crate) fn addresses(&self) -> [SocketAddr; 2] {
        [self.servers[0].address, self.servers[1].address]
    }

    /// Starts one again, where it was, after it has ended.
    pub(crate) fn start_again(&mut self, number: usize) {
        let address = self.servers[number].address;
        self.servers[number] = server(&self.stores[number], self.options[number], address);
    }

    /// Asks one of them directly.
    pub(crate) fn request(&self, number: usize, method: &str, target: &str) -> Request {
        Request::new(self.servers[number].address, method, target)
    }

    /// The votes of a question, as one of them shows them.
    pub(crate) fn votes(&self, number: usize, product: u64, question: u64) -> u64 {
        let response = self.request(number, "GET", &format!("/qa/questions?product_id={product}")).send();
        let rows = response.results();
        let row = rows.iter().find(|row| row["question_id"] == question).expect("the question is there");
        row["question_helpfulness"].as_u64().expect("a number")
    }
}

fn server(store: &str, options: &[&str], address: SocketAddr) -> Server {
    Server::start_with(&[&["--listen", &address.to_string()], options].concat(), store, Stdio::null())
}

/// Sends a request whose response names its process.
pub(crate) fn signed(request: Request) -> Request {
    request.header("Origin", FIRST_ORIGIN)
}

/// The same as bytes, for a connection that is kept.
pub(crate) fn signed_get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: shop\r\nOrigin: {FIRST_ORIGIN}\r\n\r\n")
}

/// The process that sent a signed response.
pub(crate) fn who(response: &Response) -> usize {
    usize::from(response.header("access-control-allow-origin").is_none())
}
