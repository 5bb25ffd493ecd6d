//! What only the PostgreSQL store has: changes by other processes, a server that goes away,
//! migrations by hand, tables that are put in place. What every store must do is tested in
//! `tests/it/store`.

mod changes;
mod check;
mod commands;
mod commits;
mod copies;
mod grace;
mod loads;
mod moderation;
mod outages;
mod partitioned;
mod poolers;
mod process;
mod reviews;
mod schema;
mod secure;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use atelier::domain::Target;
use atelier::domain::{
    AnswerId, Body, Email, Id, Kind, Name, NewAnswer, NewQuestion, PhotoUrl, ProductId, ProductRows,
    QuestionId, Set, Timestamp,
};
use atelier::store::{Change, ChangeSink, Command, LoadMode, Outcome, Store, StoreAddress, Writer};

use crate::support::cluster::Cluster;

/// For events that need not happen at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// A migrated store in the database of `address`.
fn store(address: &str) -> Arc<dyn Store> {
    address.parse::<StoreAddress>().expect("an address").open_or_create().expect("a store")
}

/// A store in a database of its own on the shared server.
fn fresh_store() -> Arc<dyn Store> {
    store(&Cluster::shared().fresh_database())
}

/// Where changes made elsewhere can be read from.
fn ear() -> (ChangeSink, Receiver<Change>) {
    let (sender, receiver) = channel();
    let sink = Arc::new(move |change| {
        if change != Change::Reading {
            // A test that has ended needs no changes.
            let _ = sender.send(change);
        }
    });
    (sink, receiver)
}

/// A writer whose reported changes are dropped.
fn writer(store: &dyn Store) -> Box<dyn Writer> {
    store.writer(ear().0).expect("a writer")
}

fn product(number: u64) -> ProductId {
    ProductId::new(number).expect("an id")
}

fn now() -> Timestamp {
    Timestamp::from_milliseconds(1_595_884_714_409).expect("a time")
}

fn add_question(product_id: u64, body: &str) -> Command {
    let question = NewQuestion {
        product_id: product(product_id),
        body: Body::parse(body, 1_000).expect("a body"),
        name: Name::parse("jan", 60).expect("a name"),
        email: Email::parse("jan@example.com", 254).expect("an address"),
    };
    Command::AddQuestion { question, written_at: now(), submission: None, origin: None }
}

fn add_answer(question_id: QuestionId, body: &str, photos: &[&str]) -> Command {
    let answer = NewAnswer {
        body: Body::parse(body, 1_000).expect("a body"),
        name: Name::parse("kim", 60).expect("a name"),
        email: Email::parse("kim@example.com", 254).expect("an address"),
        photos: photos.iter().map(|url| PhotoUrl::parse(url, 2_000).expect("an address")).collect(),
    };
    Command::AddAnswer {
        question_id,
        product_id: None,
        answer,
        written_at: now(),
        submission: None,
        origin: None,
    }
}

fn vote(target: Target, votes: u32) -> Command {
    Command::Vote { target, votes }
}

/// Adds questions to a product and returns their ids.
fn ask(writer: &mut dyn Writer, product_id: u64, count: usize) -> Vec<QuestionId> {
    let commands: Vec<_> =
        (0..count).map(|number| add_question(product_id, &format!("Q{number}?"))).collect();
    let outcomes = writer.commit(&commands).expect("questions");
    outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Outcome::QuestionAdded { question_id, .. } => question_id,
            other => panic!("{other:?}"),
        })
        .collect()
}

/// Answers a question and returns the answer's id.
fn answer(writer: &mut dyn Writer, question_id: QuestionId, photos: &[&str]) -> AnswerId {
    match writer.commit(&[add_answer(question_id, "A.", photos)]).expect("an answer")[..] {
        [Outcome::AnswerAdded { answer_id, .. }] => answer_id,
        ref other => panic!("{other:?}"),
    }
}

/// A product's public rows by a new reader.
fn load(store: &dyn Store, product_id: u64) -> ProductRows {
    let mut reader = store.reader().expect("a reader");
    reader.load_products(&[product(product_id)]).expect("rows").remove(0)
}
