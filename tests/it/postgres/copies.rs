//! A shop that moves to PostgreSQL and back: `atelier copy` as an operator runs it, and every
//! public row compared.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use atelier::domain::Target;
use atelier::domain::{AnswerId, Id as _, QuestionId};
use atelier::store::{Command as Write, StoreAddress};

use crate::support::cluster::Cluster;
use crate::support::report_all;

/// Runs the program; it must succeed.
fn atelier(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_atelier")).args(arguments).output().expect("the program runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

fn sqlite(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).display())
}

/// Votes for some rows and hides others, so that counters differ from those that were imported.
fn use_the_shop(address: &str) {
    let store = address.parse::<StoreAddress>().expect("an address").open().expect("the store opens");
    let mut writer = store.writer(Arc::new(|_| {})).expect("a writer");
    let question = |id| Target::Question(QuestionId::new(id).expect("in range"));
    let answer = |id| Target::Answer(AnswerId::new(id).expect("in range"));
    let commands =
        [Write::Vote { target: question(5), votes: 70 }, Write::Vote { target: answer(9), votes: 3 }];
    writer.commit(&commands).expect("committed");
    report_all(writer.as_mut(), &[question(6), answer(12)]);
}

/// All public rows, as text.
fn rows(address: &str) -> String {
    let store =
        address.parse::<StoreAddress>().expect("an address").open_existing().expect("the store opens");
    let mut reader = store.reader().expect("a reader");
    let mut products = reader.scan_products(None, 10_000).expect("rows");
    let mut lines = Vec::new();
    for product in &mut products {
        product.questions.sort_by_key(|row| row.question_id);
        product.answers.sort_by_key(|row| row.answer_id);
        product.photos.sort_by_key(|row| row.photo_id);
        let text = |span| product.texts.get(span);
        let hidden = |id| !product.questions.iter().any(|row| row.question_id == id);
        for row in &product.questions {
            let (body, name) = (text(row.body), text(row.name));
            lines.push(format!(
                "{} Q{} {body:?} {name:?} {} {}",
                product.product_id, row.question_id, row.written_at, row.helpful
            ));
        }
        for row in product.answers.iter().filter(|row| !hidden(row.question_id)) {
            let (body, name) = (text(row.body), text(row.name));
            lines.push(format!("A{} {body:?} {name:?} {} {}", row.answer_id, row.written_at, row.helpful));
        }
        let shown = |id| product.answers.iter().any(|row| row.answer_id == id && !hidden(row.question_id));
        for row in product.photos.iter().filter(|row| shown(row.answer_id)) {
            lines.push(format!("P{} {}", row.photo_id, text(row.url)));
        }
    }
    lines.join("\n")
}

#[test]
fn a_shop_moves_to_postgres_and_back_unchanged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = folder.path().join("csv").display().to_string();
    let (first, second) = (sqlite(folder.path(), "first.db"), sqlite(folder.path(), "second.db"));
    let database = Cluster::shared().fresh_database();
    atelier(&["generate", "--products", "300", "--out", &files]);
    atelier(&["import", &files, "--store", &first]);
    use_the_shop(&first);

    let there = atelier(&["copy", "--from", &first, "--to", &database]);
    let back = atelier(&["copy", "--from", &database, "--to", &second]);
    let counts = |output: &str| output.split(" copied").next().map(str::to_owned);
    assert_eq!(counts(&there), counts(&back));
    let expected = rows(&first);
    assert!(expected.lines().count() > 1_000, "there is something to compare");
    assert_eq!(rows(&database), expected);
    assert_eq!(rows(&second), expected);
    for store in [&database, &second] {
        assert!(atelier(&["check", "--store", store]).contains("nothing is wrong"));
    }
}
