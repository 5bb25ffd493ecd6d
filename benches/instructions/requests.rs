//! Whole requests on one connection to a real port, answered from memory by one worker: parsing,
//! routing, writing and sending. The client only writes and reads a known number of bytes. Only
//! instructions are counted: with one request at a time, most of the time goes into waking the two
//! threads.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;

use atelier::http::{HttpSettings, Server};
use atelier::service::{Service, ServiceSettings, SystemClock};

use crate::operations::shop::{PRODUCTS, StockedStore};
use crate::operations::{Named, Operation};

/// Both kinds.
pub(crate) const REQUESTS: [Named; 2] =
    [("request refused", refused), ("request for questions", page_of_questions)];

/// A request and the length of its response.
struct Exchange {
    request: String,
    answer_bytes: usize,
}

/// The list of an invalid product: everything but the page.
fn refused() -> Operation {
    let requests = vec![request("/qa/questions?product_id=none&page=1&count=5")];
    exchanges(requests, "HTTP/1.1 422 ", ServiceSettings { questions_max_bytes: 0, ..questions_alone() })
}

fn page_of_questions() -> Operation {
    let list = |product| request(&format!("/qa/questions?product_id={product}&page=1&count=5"));
    exchanges((1..=PRODUCTS).map(list).collect(), "HTTP/1.1 200 ", questions_alone())
}

fn request(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\n\r\n")
}

/// Settings under which no other kind of row is read in the background: that would be counted too.
fn questions_alone() -> ServiceSettings {
    ServiceSettings { reviews_max_bytes: 0, catalogue_max_bytes: 0, ..ServiceSettings::default() }
}

/// Sends the requests one after the other. Each waits for the response to the one before.
fn exchanges(requests: Vec<String>, status: &str, settings: ServiceSettings) -> Operation {
    let stocked = StockedStore::sqlite();
    let service = Service::start(stocked.store.as_ref(), Arc::new(SystemClock), settings);
    let service = Arc::new(service.expect("the service starts"));
    let server = Server::bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
    let http_settings = HttpSettings { workers: 1, ..HttpSettings::default() };
    let server = server.start(service, http_settings).expect("the server starts");
    let mut connection = TcpStream::connect(server.address()).expect("a connection");
    connection.set_nodelay(true).expect("a TCP connection");

    let learn =
        |request: String| Exchange { answer_bytes: learn(&mut connection, &request, status), request };
    let exchanges: Vec<Exchange> = requests.into_iter().map(learn).collect();
    let longest = exchanges.iter().map(|exchange| exchange.answer_bytes).max().unwrap_or(0);
    let mut answer = vec![0; longest];
    let mut next = (0..exchanges.len()).cycle();
    let call = move || {
        let Exchange { request, answer_bytes } = &exchanges[next.next().expect("they begin again")];
        connection.write_all(request.as_bytes()).expect("the server reads");
        connection.read_exact(&mut answer[..*answer_bytes]).expect("the server answers");
        let _ = (&server, &stocked);
    };
    Operation { items: 1, round: PRODUCTS, call: Box::new(call) }
}

/// Sends a request for the first time. Returns the length of its response.
fn learn(connection: &mut TcpStream, request: &str, status: &str) -> usize {
    connection.write_all(request.as_bytes()).expect("the server reads");
    let mut answer = Vec::new();
    let mut piece = [0; 8_192];
    loop {
        let read = connection.read(&mut piece).expect("the server answers");
        assert_ne!(read, 0, "the connection stays open");
        answer.extend_from_slice(&piece[..read]);
        if let Some(length) = whole_length(&answer) {
            assert!(answer.starts_with(status.as_bytes()), "{}", String::from_utf8_lossy(&answer));
            assert_eq!(answer.len(), length, "one answer to a request");
            return length;
        }
    }
}

/// The length of a response, if all of it has arrived.
fn whole_length(answer: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(answer);
    let (head, _) = text.split_once("\r\n\r\n")?;
    let body_bytes = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = head.len() + 4 + body_bytes?.parse::<usize>().ok()?;
    (answer.len() >= length).then_some(length)
}
