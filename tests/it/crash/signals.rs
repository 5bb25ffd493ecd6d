//! SIGHUP: the server reads its certificate again, if it has one. SIGTERM: the server takes no more
//! connections, finishes the requests that it has begun, and ends with exit code 0. Every write
//! that it acknowledged before its end is on disk.

use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::certificate::Certificate;
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::{Server, atelier, check, run, until};

on_every_store!(
    without pooler:
    a_request_in_flight_is_finished_after_sigterm,
    a_server_that_has_nothing_to_do_ends_at_once,
    a_new_certificate_is_shown_after_sighup,
    sighup_ends_no_server_without_a_certificate,
);

fn a_request_in_flight_is_finished_after_sigterm(place: &Place) {
    let store = place.fresh();
    run(&["migrate"], Some(&store));
    let mut server = Server::start(&store);
    let mut client = server.client();
    let mut idle = server.client();
    assert_eq!(idle.get("/qa/questions?product_id=1")["results"], Value::Array(Vec::new()));

    // The server says "100 Continue" once it waits for the body: then the request is in flight.
    let body = r#"{"body":"Last one?","name":"Ada","email":"ada@example.com","product_id":1}"#;
    let head = format!(
        "POST /qa/questions HTTP/1.1\r\nHost: atelier\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    client.send(&head);
    assert_eq!(client.response_to("POST").status, 100);

    server.process.terminate();
    until("no more connections are taken", || TcpStream::connect(server.address).is_err());
    assert_eq!(idle.read_to_the_end(), "", "idle connections are closed");

    client.send(body);
    let response = client.response_to("POST");
    assert_eq!(response.status, 201, "{response:?}");
    assert_eq!(server.process.wait().code(), Some(0));

    check(&store);
    let restarted = Server::start(&store);
    let list = restarted.client().get("/qa/questions?product_id=1");
    assert_eq!(list["results"][0]["question_body"], "Last one?");
}

fn a_server_that_has_nothing_to_do_ends_at_once(place: &Place) {
    let store = place.fresh();
    run(&["migrate"], Some(&store));
    let mut server = Server::start(&store);
    let _idle = server.client();
    let started = Instant::now();
    server.process.terminate();
    assert_eq!(server.process.wait().code(), Some(0));
    // Far below the ten seconds that requests in flight would get.
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let files = std::fs::read_dir(place.folder()).expect("the folder can be read").flatten();
    let logs: Vec<_> =
        files.map(|file| file.file_name()).filter(|name| !name.to_string_lossy().ends_with(".db")).collect();
    assert_eq!(logs, [""; 0], "the log is folded into the file");
}

/// What openssl says of the certificate that a server shows.
fn shown(address: SocketAddr) -> String {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &address.to_string()]).stdin(Stdio::null());
    let output = command.output().expect("openssl is missing: install it with `apt-get install openssl`");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn a_new_certificate_is_shown_after_sighup(place: &Place) {
    let store = place.fresh();
    run(&["migrate"], Some(&store));
    let [used, next] = ["first.test", "second.test"].map(Certificate::new);
    let [path, key] = [&used.path, &used.key].map(|path| path.display().to_string());
    let options = ["--listen", "127.0.0.1:0", "--tls-cert", &path, "--tls-key", &key];
    let mut server = Server::start_with(&options, &store, Stdio::null());
    assert!(shown(server.address).contains("subject=CN = first.test"), "{}", shown(server.address));

    // A key that does not fit changes nothing.
    std::fs::copy(&next.path, &used.path).expect("the file can be replaced");
    server.process.signal("HUP");
    for _ in 0..20 {
        assert!(shown(server.address).contains("subject=CN = first.test"));
    }
    std::fs::copy(&next.key, &used.key).expect("the file can be replaced");
    server.process.signal("HUP");
    until("the new certificate is shown", || shown(server.address).contains("subject=CN = second.test"));
    server.process.terminate();
    assert_eq!(server.process.wait().code(), Some(0));
}

fn sighup_ends_no_server_without_a_certificate(place: &Place) {
    let store = place.fresh();
    run(&["migrate"], Some(&store));
    let log = place.fresh_file();
    let mut command = atelier(&["serve", "--listen", "127.0.0.1:0"], Some(&store));
    let file = std::fs::File::create(&log).expect("a file for the log");
    let mut server = Server::of(command.env("ATELIER_LOG", "info").stderr(file));
    server.process.signal("HUP");
    let logged = || std::fs::read_to_string(&log).expect("the log can be read");
    until("the signal is logged", || logged().contains("there is no certificate to read again"));
    assert_eq!(server.client().get("/qa/questions?product_id=1")["results"], Value::Array(Vec::new()));
    server.process.terminate();
    assert_eq!(server.process.wait().code(), Some(0));
}
