//! The program under a service manager: it serves a socket that the manager opened, leaves it and
//! its waiting connections to the next process, and reports when it is ready, reads its files again
//! and stops. The tests are the manager.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::json;

use crate::support::client::{Connection, Request};
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::{DEADLINE, Process, Server, atelier, run, until};

on_every_store!(
    without pooler:
    a_socket_of_the_manager_is_served,
    connections_while_nothing_serves_wait_for_the_next_process,
    restarts_on_a_kept_socket_fail_no_request,
    the_manager_is_notified_of_every_state,
    a_socket_elsewhere_than_asked_for_is_refused,
);

/// Moves standard input to the number of the first socket of a manager, then runs the program.
const HAND_OVER: &str = r#"exec 3<&0 </dev/null; export LISTEN_FDS="$1" LISTEN_PID=$$; shift; exec "$@""#;

/// A command that gets `count` sockets from its manager. `socket` is the first of them.
fn handed(socket: &TcpListener, count: u32, command: &Command) -> Command {
    let mut handing = Command::new("sh");
    handing
        .args(["-c", HAND_OVER, "sh", &count.to_string()])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        handing.env(name, value.expect("nothing is taken out"));
    }
    handing.stdin(OwnedFd::from(socket.try_clone().expect("a socket can be duplicated")));
    handing
}

/// A socket as a manager makes it.
fn socket() -> (TcpListener, SocketAddr) {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("a bound socket");
    (socket, address)
}

/// Starts to serve a socket.
fn serve(socket: &TcpListener, store: &str) -> Server {
    Server::of(&mut handed(socket, 1, &atelier(&["serve"], Some(store))))
}

fn migrated(place: &Place) -> String {
    let store = place.fresh();
    run(&["migrate"], Some(&store));
    store
}

fn a_socket_of_the_manager_is_served(place: &Place) {
    let (socket, address) = socket();
    let mut server = serve(&socket, &migrated(place));
    assert_eq!(server.address, address);
    assert!(server.client().get("/qa/questions?product_id=1")["results"].is_array());
    server.process.terminate();
    assert_eq!(server.process.wait().code(), Some(0));
}

fn connections_while_nothing_serves_wait_for_the_next_process(place: &Place) {
    let store = migrated(place);
    let (socket, address) = socket();
    let mut first = serve(&socket, &store);
    // The server says "100 Continue" once it waits for the body: then the request is in flight.
    let question =
        json!({"body": "Last one?", "name": "Ada", "email": "ada@mail.test", "product_id": 1}).to_string();
    let mut in_flight = first.client();
    in_flight.send(format!(
        "POST /qa/questions HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        question.len()
    ));
    assert_eq!(in_flight.response_to("POST").status, 100);

    let ask = || {
        let mut client = Connection::open(address);
        client.send("GET /qa/questions?product_id=1 HTTP/1.1\r\nHost: shop\r\n\r\n");
        client
    };
    first.process.terminate();
    let mut while_it_stops = ask();
    in_flight.send(question);
    assert_eq!(in_flight.response_to("POST").status, 201);
    assert_eq!(first.process.wait().code(), Some(0));
    let mut while_nobody_is_there = ask();

    let _second = serve(&socket, &store);
    assert_eq!(while_nobody_is_there.response_to("GET").results().len(), 1);
    assert_eq!(while_it_stops.response_to("GET").status, 200);
}

fn restarts_on_a_kept_socket_fail_no_request(place: &Place) {
    let store = migrated(place);
    let (socket, address) = socket();
    let mut server = serve(&socket, &store);
    let question = json!({"body": "Is it?", "name": "Ada", "email": "ada@mail.test", "product_id": 1});
    let asked = Request::new(address, "POST", "/qa/questions").json(&question).send();
    let vote = format!("/qa/questions/{}/helpful", asked.json()["question_id"]);
    let (stop, votes) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let response = Request::new(address, "PUT", &vote).send();
                    assert_eq!(response.status, 204, "{response:?}");
                    votes.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Also when a restart fails. Otherwise the voters would never end.
        let restarts = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..3 {
                let before = votes.load(Ordering::Relaxed);
                until("votes are taken", || votes.load(Ordering::Relaxed) >= before + 20);
                server.process.terminate();
                assert_eq!(server.process.wait().code(), Some(0));
                server = serve(&socket, &store);
            }
        }));
        stop.store(true, Ordering::Relaxed);
        restarts.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
    let list = server.client().get("/qa/questions?product_id=1");
    assert_eq!(list["results"][0]["question_helpfulness"], votes.into_inner(), "every vote counts once");
}

fn the_manager_is_notified_of_every_state(place: &Place) {
    let ear = place.folder().join("notify");
    let manager = UnixDatagram::bind(&ear).expect("a socket in the folder");
    manager.set_read_timeout(Some(DEADLINE)).expect("a socket takes a limit");
    let hear = || {
        let mut news = [0; 4_096];
        let length = manager.recv(&mut news).expect("news in time");
        String::from_utf8(news[..length].to_vec()).expect("UTF-8")
    };
    let mut command = atelier(&["serve", "--listen", "127.0.0.1:0"], Some(&migrated(place)));
    let mut process = Process::start(command.env("NOTIFY_SOCKET", &ear).stdout(Stdio::null()));

    let news = hear();
    let address = news.strip_prefix("READY=1\nSTATUS=Listening on http://").expect(&news);
    // It answers as soon as it says so.
    let address = address.trim().parse().expect("an address");
    assert_eq!(Request::new(address, "GET", "/readyz").send().outcome(), (200, "ready"));

    // There are no files to read again, and the server goes on.
    process.signal("HUP");
    assert!(hear().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    assert_eq!(hear(), "READY=1\n");
    assert_eq!(Request::new(address, "GET", "/readyz").send().status, 200);

    process.terminate();
    assert!(hear().starts_with("STOPPING=1\n"));
    assert_eq!(process.wait().code(), Some(0));
}

fn a_socket_elsewhere_than_asked_for_is_refused(place: &Place) {
    let store = migrated(place);
    let (socket, address) = socket();
    let refused = |count, listen: &str| {
        let command = atelier(&["serve", "--listen", listen], Some(&store));
        let output = handed(&socket, count, &command).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    let words = refused(1, "127.0.0.1:1");
    assert!(words.contains(&address.to_string()) && words.contains("127.0.0.1:1"), "{words}");
    assert!(refused(2, "127.0.0.1:0").contains("hands over 2 sockets"));
}
