//! `atelier moderate` next to a running server, which notices what it does.

use std::process::Output;

use serde_json::{Value, json};

use super::{Desk, report, stock};
use crate::support::program::{atelier, run, until};
use crate::support::{Shop, on_every_store, question};

const QUESTIONS: &str = "/qa/questions?product_id=5&count=100";

fn moderate(shop: &Shop, arguments: &[&str]) -> Output {
    let store = shop.store_address();
    let mut command = atelier(&[&["moderate"], arguments].concat(), Some(&store));
    command
        .envs([("USER", "mallory"), ("LOGNAME", "mallory"), ("SUDO_USER", "mallory")])
        .output()
        .expect("it runs")
}

/// The account of this process, as the machine calls it.
fn account() -> String {
    let output = std::process::Command::new("id").arg("-un").output().expect("it runs");
    let name = String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned();
    let uid = std::process::Command::new("id").arg("-u").output().expect("it runs").stdout;
    if name.is_empty() { format!("uid {}", String::from_utf8_lossy(&uid).trim()) } else { name }
}

fn said(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn complained(output: Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// Whether the running server shows these questions, now or soon.
fn shows(shop: &Shop, expected: &[u64]) {
    until("the server notices", || shop.get(QUESTIONS).column("question_id") == expected);
}

on_every_store! {
    fn items_are_listed_hidden_and_restored(shop: &mut Shop) {
        stock(shop);
        report(shop, "questions/2");
        shows(shop, &[1, 2, 3]);
        let listed = said(moderate(shop, &["list"]));
        assert!(listed.starts_with("question:2 about product 5, published, reported since 2026-02-03T"), "{listed}");
        assert!(listed.contains("\n    Is it good?\n") && listed.contains("\n    reported 1 time\n"), "{listed}");
        assert!(listed.contains("\n    by somebody; moderation does not know the author\n"), "{listed}");
        assert_eq!(said(moderate(shop, &["list", "--kind", "review"])), "Nothing waits.\n");
        let hidden = said(moderate(shop, &["hide", "question:2", "question:3", "--reason", "spam", "--note", "Twice."]));
        assert_eq!(hidden.lines().count(), 2);
        assert!(hidden.starts_with("question 2: hidden, by decision "), "{hidden}");
        shows(shop, &[1]);
        let shown = said(moderate(shop, &["show", "question:2"]));
        assert!(shown.contains(&format!("person {}: published to hidden, spam: Twice.", account())), "{shown}");
        assert_eq!(said(moderate(shop, &["hide", "question:2", "--reason", "spam"])), "question 2 is hidden already\n");
        assert_eq!(said(moderate(shop, &["restore", "question:3"])).lines().count(), 1);
        shows(shop, &[1, 3]);
        assert_eq!(said(moderate(shop, &["reject", "question:3", "--reason", "off_topic"])).lines().count(), 1);
        let decisions = Desk::of(shop, "ann").get("decisions");
        let last = decisions["decisions"][0]["decision_id"].to_string();
        let undone = said(moderate(shop, &["undo", &last]));
        assert_eq!(undone, format!("decision {last}: taken back, question 3 is published\n"));
        shows(shop, &[1, 3]);
    }

    fn what_is_not_done_is_told_and_fails(shop: &mut Shop) {
        stock(shop);
        assert_eq!(shop.get(QUESTIONS).status, 200);
        let output = moderate(shop, &["hide", "question:1", "answer:404", "--reason", "spam"]);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(said.contains("there is no answer 404\n"), "{said}");
        assert!(complained(moderate(shop, &["hide", "question:2"])).contains("reason is required to reject or hide"));
        assert!(complained(moderate(shop, &["show", "question:404"])).contains("there is no question 404"));
        let output = moderate(shop, &["undo", "404404"]);
        assert_eq!((output.status.code(), output.stdout), (Some(1), b"decision 404404: not taken back: there is no such decision\n".to_vec()));
        for wrong in [&["hide", "question", "--reason", "spam"][..], &["undo", "x"], &["list", "--limit", "101"]] {
            assert_eq!(moderate(shop, wrong).status.code(), Some(2), "{wrong:?}");
        }
    }

    fn many_items_are_confirmed_by_their_number(shop: &mut Shop) {
        shop.stock((1..=25).map(question));
        assert_eq!(shop.get(QUESTIONS).status, 200);
        let items: Vec<String> = (1..=25).map(|id| format!("question:{id}")).collect();
        let mut arguments: Vec<&str> = vec!["hide", "--reason", "spam"];
        arguments.extend(items.iter().map(String::as_str));
        assert!(complained(moderate(shop, &arguments)).contains("these are 25 items; type --confirm 25 to go on"));
        shows(shop, &(1..=25).collect::<Vec<u64>>());
        arguments.extend(["--confirm", "25"]);
        assert_eq!(said(moderate(shop, &arguments)).lines().count(), 25);
        shows(shop, &[]);
    }

    fn json_is_that_of_the_routes(shop: &mut Shop) {
        stock(shop);
        report(shop, "answers/10");
        let desk = Desk::of(shop, "ann");
        let json_of = |arguments: &[&str]| -> Value {
            let printed = said(moderate(shop, &[arguments, &["--json"]].concat()));
            serde_json::from_str(&printed).expect("JSON")
        };
        assert_eq!(json_of(&["list"])["items"], desk.get("queue")["items"]);
        assert_eq!(json_of(&["show", "answer:10"]), desk.get("items/answer/10"));
        let hidden = json_of(&["hide", "answer:10", "--reason", "spam"]);
        assert_eq!((&hidden[0]["outcome"], &hidden[0]["state"]), (&json!("done"), &json!("hidden")));
        let undone = json_of(&["undo", &hidden[0]["decision_id"].to_string()]);
        assert_eq!(undone[0]["state"], "published");
        let store = shop.store_address();
        run(&["check"], Some(&store));
    }
}
