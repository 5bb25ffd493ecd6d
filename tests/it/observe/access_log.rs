//! The log: a line for each request in either form, and never an address, a text or anything else
//! that a client made up.

use std::fs::File;
use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::watched::{Watched, command, migrated, question};
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::{Process, atelier};

on_every_store!(
    without pooler:
    each_request_is_a_line,
    a_request_that_cannot_be_read_is_a_line,
    no_request_is_logged_unless_asked_for,
    addresses_and_texts_are_never_in_the_log,
    the_first_refusal_is_logged_with_the_setting_to_look_at,
    a_terminal_shows_colors_unless_they_are_not_wanted,
    a_server_that_cannot_print_its_address_does_not_start,
);

/// Starts a server with options, lets requests be made, stops it and returns its log.
fn log_of(place: &Place, options: &[&str], level: &str, shop: impl FnOnce(&Watched)) -> String {
    let path: PathBuf = place.fresh_file();
    let log = File::create(&path).expect("a file for the log");
    let mut command = command(&migrated(place), options);
    let mut watched = Watched::of(command.env("ATELIER_LOG", level).stderr(log));
    shop(&watched);
    watched.server.process.terminate();
    assert_eq!(watched.server.process.wait().code(), Some(0));
    std::fs::read_to_string(path).expect("the log can be read")
}

fn each_request_is_a_line(place: &Place) {
    let options = ["--log-format", "json", "--access-log", "all"];
    let log = log_of(place, &options, "warn", |watched| {
        let list = watched.request("GET", "/qa/questions?product_id=7&x=y").header("X-Request-Id", "a-1");
        assert!(list.send().results().is_empty());
        assert_eq!(watched.request("PUT", "/qa/answers/33/helpful").send().status, 404);
        assert_eq!(watched.get("/who/is/ann").status, 404);
        assert_eq!(watched.request("BREW", "/qa/questions").send().status, 405);
    });
    let lines = log.lines().map(|line| serde_json::from_str(line).expect("a JSON object"));
    let lines: Vec<Value> = lines.filter(|line: &Value| line["target"] == "access").collect();
    let expected = [
        json!(["GET", "list_questions", 7, 200, 31, "a-1"]),
        json!(["PUT", "vote_answer", 33, 404, 30, null]),
        json!(["GET", "none", null, 404, 36, null]),
        json!(["other", "none", null, 405, 49, null]),
    ];
    let keys = ["method", "route", "id", "status", "bytes", "request_id"];
    let logged: Vec<Value> = lines.iter().map(|line| keys.map(|key| line[key].clone()).into()).collect();
    assert_eq!(logged, expected);
    for line in &lines {
        assert!(line["microseconds"].as_u64().is_some_and(|time| time < 60_000_000), "{line}");
        assert!(line["timestamp"].is_string(), "{line}");
    }
}

fn a_request_that_cannot_be_read_is_a_line(place: &Place) {
    for requests in ["errors", "all"] {
        let options = ["--log-format", "json", "--access-log", requests];
        let log = log_of(place, &options, "warn", |watched| {
            let mut client = watched.server.client();
            client.send("GET /who/is/ann HTTP/1.1\r\n\r\n");
            assert_eq!(client.response_to("GET").status, 400);
            assert_eq!(watched.scrape().requests("none", 400), 1);
        });
        let lines = log.lines().map(|line| serde_json::from_str(line).expect("a JSON object"));
        let lines: Vec<Value> = lines.filter(|line: &Value| line["target"] == "access").collect();
        let logged: Vec<_> =
            lines.iter().map(|line| (line["status"].as_u64(), line["why"].as_str())).collect();
        let why = "Error: this is no HTTP request: there must be one Host";
        assert_eq!(logged, [(Some(400), Some(why))]);
        assert!(!log.contains("ann"), "{log}");
    }
}

fn no_request_is_logged_unless_asked_for(place: &Place) {
    for options in [&[][..], &["--access-log", "errors", "--slow-request", "1m"]] {
        let log = log_of(place, options, "info", |watched| {
            assert_eq!(watched.get("/qa/questions?product_id=7").status, 200);
            assert_eq!(watched.get("/qa/questions").status, 422);
        });
        assert!(log.contains("serving") && log.contains("stopped"), "{log}");
        assert!(!log.contains("list_questions"), "{log}");
    }
    let slow = ["--access-log", "errors", "--slow-request", "1ms"];
    let log = log_of(place, &slow, "warn", |watched| {
        // Its body is late: the head is there, and the server says so.
        let mut client = watched.server.client();
        client.send(
            "POST /qa/questions HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n\
             Content-Length: 2\r\nExpect: 100-continue\r\n\r\n",
        );
        assert_eq!(client.response_to("POST").status, 100);
        let began = std::time::Instant::now();
        while began.elapsed() < std::time::Duration::from_millis(2) {
            std::thread::yield_now();
        }
        client.send("{}");
        assert_eq!(client.response_to("POST").status, 422);
    });
    assert!(log.contains("add_question"), "{log}");
}

fn the_first_refusal_is_logged_with_the_setting_to_look_at(place: &Place) {
    let options = ["--rate-limits", "questions=1"];
    let log = log_of(place, &options, "info", |watched| {
        let ask = |header: (&str, &str)| {
            let request = watched.request("POST", "/qa/questions").header(header.0, header.1);
            request.json(&question("Big?")).send().status
        };
        assert_eq!(ask(("X-Y", "z")), 201);
        for _ in 0..3 {
            assert_eq!(ask(("X-Y", "z")), 429);
            assert_eq!(ask(("X-Forwarded-For", "198.51.100.7")), 429);
        }
    });
    let lines = |words: &str| log.lines().filter(|line| line.contains(words)).count();
    assert_eq!((lines("local_peers = exempt"), lines("(429)")), (1, 2), "{log}");
    assert_eq!(lines("until then all of its clients share one allowance"), 1, "{log}");
}

fn addresses_and_texts_are_never_in_the_log(place: &Place) {
    const SECRETS: [&str; 6] = ["ada", "mail.test", "Sesame", "hush", "0044 20", "%40"];
    for format in ["pretty", "json"] {
        let options = ["--log-format", format, "--access-log", "all"];
        let log = log_of(place, &options, "trace", |watched| {
            let asked = watched.request("POST", "/qa/questions").json(&question("Sesame?")).send();
            assert_eq!(asked.status, 201, "{asked:?}");
            let path = asked.header("location").expect("where it is").to_owned();
            let response = json!({"body": "Sesame.", "name": "ada", "email": "ada@mail.test",
                "photos": ["https://mail.test/hush.jpg"]});
            assert_eq!(watched.request("POST", &path).json(&response).send().status, 201);
            let bad = json!({"body": "Sesame", "name": "ada", "email": "ada at mail.test", "product_id": 7});
            assert_eq!(watched.request("POST", "/qa/questions").json(&bad).send().status, 422);
            let form = "body=Sesame&name=ada&email=ada%40mail.test&product_id=hush";
            let form =
                watched.request("POST", "/qa/questions").body("application/x-www-form-urlencoded", form);
            assert_eq!(form.send().status, 422);
            for target in [
                "/qa/questions?product_id=7&email=ada%40mail.test&phone=0044%2020",
                "/qa/questions?product_id=Sesame",
                "/qa/questions/ada@mail.test/answers",
                "/ada@mail.test/Sesame?hush",
                "/problems/ada%40mail.test",
            ] {
                let request = watched.request("GET", target).header("X-Request-Id", "ada@mail.test");
                let request = request.header("Cookie", "hush").header("User-Agent", "Sesame");
                request.header("Authorization", "hush").header("X-Forwarded-For", "hush").send();
            }
        });
        assert!(log.contains("add_answer") && log.contains("explain_problem"), "{log}");
        let low = log.to_lowercase();
        for secret in SECRETS {
            assert!(!low.contains(&secret.to_lowercase()), "{secret} is in {log}");
        }
    }
}

/// `script` gives the program a terminal.
fn a_terminal_shows_colors_unless_they_are_not_wanted(place: &Place) {
    let store = migrated(place);
    for (no_color, is_colored) in [(None, true), (Some(""), true), (Some("1"), false)] {
        let program = env!("CARGO_BIN_EXE_atelier");
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command", &format!("exec '{program}' serve"), "/dev/null"]);
        command.env_clear().env("ATELIER_STORE", &store).env("ATELIER_LISTEN", "127.0.0.1:0");
        command.envs(no_color.map(|value| ("NO_COLOR", value))).stdin(Stdio::null());
        let mut terminal = Process::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut shown = String::new();
        let mut lines = terminal.lines();
        while !(shown.contains("Listening on ") && shown.contains("serving"))
            && lines.read_line(&mut shown).expect("the terminal can be read") > 0
        {}
        terminal.terminate();
        terminal.wait();
        assert_eq!(shown.contains('\x1b'), is_colored, "{no_color:?}: {shown}");
    }
}

fn a_server_that_cannot_print_its_address_does_not_start(place: &Place) {
    let mut command = atelier(&["serve", "--listen", "127.0.0.1:0"], Some(&migrated(place)));
    let full = File::options().write(true).open("/dev/full").expect("the device is there");
    let output = command.stdout(full).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "atelier: cannot write to standard output: No space left on device (os error 28)\n"
    );
}
