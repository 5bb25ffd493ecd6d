//! `atelier health`: an exit status and a line for the result of the probes.

use std::process::Output;

use super::watched::{Watched, migrated};
use crate::support::certificate::Certificate;
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::{atelier, until};

on_every_store!(without pooler: health_reports_the_result_of_the_probes, health_asks_the_other_listener_of_a_server_with_tls);

/// Status, standard output and standard error of `health` with options.
fn health(options: &[&str]) -> (Option<i32>, String, String) {
    let output = atelier(&[&["health"], options].concat(), None).output().expect("the program runs");
    let Output { status, stdout, stderr } = output;
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

fn is_well(outcome: &(Option<i32>, String, String), says: &str) -> bool {
    *outcome == (Some(0), format!("{says}\n"), String::new())
}

/// Whether it is a failure that says why in a line.
fn is_ill(outcome: &(Option<i32>, String, String), why: &str) -> bool {
    let (code, said, why_not) = outcome;
    (*code, said.as_str(), why_not.lines().count()) == (Some(1), "", 1) && why_not.contains(why)
}

fn health_reports_the_result_of_the_probes(place: &Place) {
    let mut watched = Watched::start(&migrated(place), &["--drain-delay", "5m", "--path-prefix", "/api"]);
    let address = watched.server.address.to_string();
    let here = ["--listen", &address, "--path-prefix", "/api"];
    let alive = [&here[..], &["--live"]].concat();
    let at_the_other = format!("http://{}/readyz", watched.admin);
    for (options, says) in [(&here[..], "ready"), (&alive, "alive"), (&[&at_the_other], "ready")] {
        let outcome = health(options);
        assert!(is_well(&outcome, says), "{options:?}: {outcome:?}");
    }
    let nothing = health(&["--listen", &address]);
    assert!(is_ill(&nothing, "answers 404"), "{nothing:?}");

    watched.server.process.terminate();
    until("it is no longer ready", || !is_well(&health(&here), "ready"));
    let stopping = health(&here);
    assert!(is_ill(&stopping, "answers 503: Error: the server is stopping"), "{stopping:?}");
    let outcome = health(&alive);
    assert!(is_well(&outcome, "alive"), "{outcome:?}");

    watched.server.process.kill();
    let gone = health(&alive);
    assert!(is_ill(&gone, "does not answer"), "{gone:?}");
}

fn health_asks_the_other_listener_of_a_server_with_tls(place: &Place) {
    let certificate = Certificate::new("shop.test");
    let [path, key] = [&certificate.path, &certificate.key].map(|path| path.display().to_string());
    let tls = ["--tls-cert", &path, "--tls-key", &key];
    let watched = Watched::start(&migrated(place), &tls);
    let (address, admin) = (watched.server.address.to_string(), watched.admin.to_string());
    let outcome = health(&[&["--listen", &address, "--admin-listen", &admin], &tls[..]].concat());
    assert!(is_well(&outcome, "ready"), "{outcome:?}");
    let outcome = health(&[&["--listen", &address], &tls[..]].concat());
    assert!(is_ill(&outcome, "--admin-listen"), "{outcome:?}");
    // It says nothing in the clear there.
    let outcome = health(&[&format!("http://{address}/readyz")]);
    assert!(is_ill(&outcome, ""), "{outcome:?}");
}
