//! Settings files at work: commands find their store in one, `serve` obeys the rest of it, and
//! options count before it. Messages about settings are tested in `tests/it/settings.rs`.

use std::fs::File;
use std::io::BufRead as _;

use serde_json::Value;

use super::watched::{Watched, command, migrated};
use crate::support::StoreKind;
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::{Server, atelier, run};

on_every_store!(
    without pooler:
    every_command_finds_its_store_in_the_file,
    the_server_obeys_the_file_unless_an_option_says_otherwise,
    misspelt_and_old_variables_are_logged,
    demonstrations_that_start_at_once_share_one_store,
);

/// A settings file for a store, with further lines.
fn settings(place: &Place, store: &str, lines: &str) -> String {
    let path = place.folder().join("atelier.toml");
    std::fs::write(&path, format!("store = {}\n{lines}", Value::from(store))).expect("the file is written");
    path.display().to_string()
}

fn every_command_finds_its_store_in_the_file(place: &Place) {
    let file = settings(place, &place.fresh(), "");
    let with_file = |arguments: &[&str]| run(&[arguments, &["--config", &file]].concat(), None);
    let out = place.folder().join("csv").display().to_string();
    run(&["generate", "--products", "20", "--out", &out], None);
    with_file(&["migrate"]);
    with_file(&["import", &out]);
    let said = String::from_utf8(with_file(&["check"]).stdout).expect("UTF-8");
    assert!(!said.starts_with("0 questions") && said.contains("nothing is wrong"), "{said}");
    let back = place.folder().join("back").display().to_string();
    with_file(&["export", &back]);
    let read = |folder: &str| {
        std::fs::read_to_string(format!("{folder}/answers.csv")).expect("it is there").lines().count()
    };
    assert_eq!(read(&out), read(&back));
    with_file(&["person", "show", "nobody@mail.test"]);
    // An option counts before the file.
    let other = place.fresh();
    run(&["migrate", "--config", &file], Some(&other));
    let said = String::from_utf8(run(&["check", "--config", &file], Some(&other)).stdout).expect("UTF-8");
    assert!(said.starts_with("0 questions"), "{said}");
}

fn the_server_obeys_the_file_unless_an_option_says_otherwise(place: &Place) {
    let lines = "listen = \"127.0.0.1:0\"\nmigrate = \"on\"\ndemo = \"on\"\nmax_page_size = 7\npath_prefix = \"/shop\"\n";
    let file = settings(place, &place.fresh(), lines);
    for (options, largest) in [(&[][..], 7), (&["--max-page-size", "9"], 9)] {
        let arguments = [&["serve", "--config", &file, "--path-prefix", ""], options].concat();
        let mut server = Server::of(&mut atelier(&arguments, None));
        let description = server.client().get("/openapi.json");
        let maximum = &description["components"]["parameters"]["count"]["schema"]["anyOf"][0]["maximum"];
        assert_eq!(maximum, largest, "{options:?}");
        let mut line = String::new();
        server.said.read_line(&mut line).expect("it says what to try");
        assert!(line.starts_with("Open http://"), "the file has it fill an empty store and say so: {line:?}");
    }
}

fn misspelt_and_old_variables_are_logged(place: &Place) {
    let path = place.fresh_file();
    let mut command = command(&migrated(place), &["--log-format", "json"]);
    command
        .env("ATELIER_STORE_WAIT_MS", "5000")
        .env("ATELIER_MAX_CONNECTION", "9")
        .env("ATELIER_PORT", "tcp://10.0.0.1:80");
    let mut watched = Watched::of(command.stderr(File::create(&path).expect("a file for the log")));
    watched.server.process.terminate();
    assert_eq!(watched.server.process.wait().code(), Some(0));
    let log = std::fs::read_to_string(path).expect("the log can be read");
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect("a JSON object"));
    let (old, lines): (Vec<Value>, Vec<Value>) =
        lines.filter(|line| line["level"] == "WARN").partition(|line| {
            line["message"].as_str().is_some_and(|text| text.contains("ATELIER_STORE_WAIT_MS"))
        });
    assert_eq!(old.len(), 1, "{log}");
    assert!(
        old[0]["message"].as_str().is_some_and(|text| text.contains("ATELIER_MAX_STORE_WAIT=5000ms")),
        "{old:?}"
    );
    let [line] = &lines[..] else { panic!("{log}") };
    assert_eq!(
        (&line["level"], &line["meant"]),
        (&"WARN".into(), &"ATELIER_MAX_CONNECTIONS".into()),
        "{line}"
    );
}

/// Each process finds the store empty. One fills it, and the others wait for it.
fn demonstrations_that_start_at_once_share_one_store(place: &Place) {
    let store = place.fresh();
    let options: &[&str] = match place.kind {
        StoreKind::Sqlite => &["serve", "--listen", "127.0.0.1:0", "--demo"],
        StoreKind::Postgres | StoreKind::PostgresPooled => {
            &["serve", "--listen", "127.0.0.1:0", "--demo", "--migrate"]
        }
    };
    let servers = std::thread::scope(|scope| {
        let start = || scope.spawn(|| Server::of(&mut atelier(options, Some(&store))));
        [(); 3].map(|()| start()).map(|server| server.join().expect("it starts"))
    });
    let lists = servers.map(|server| server.client().get("/qa/questions?product_id=1&count=100"));
    assert!(lists[0]["results"].as_array().is_some_and(|questions| !questions.is_empty()), "{}", lists[0]);
    assert!(lists.iter().all(|list| *list == lists[0]));
}
