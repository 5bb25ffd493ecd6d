//! Batches of the size that a busy service sends to its store: reading products, decoding rows, and
//! committing votes, which are on disk when a call returns.

use std::hint::black_box;
use std::sync::Arc;

use atelier::domain::Target;
use atelier::domain::{Id as _, Kind, ProductId, QuestionId};
use atelier::store::{Command, Outcome};

use super::Operation;
use super::shop::{PRODUCTS, StockedStore, product_ids};

const PRODUCTS_PER_BATCH: u32 = 32;
const VOTES_PER_BATCH: u32 = 256;

pub(crate) fn sqlite_products() -> Operation {
    products(StockedStore::sqlite())
}

pub(crate) fn postgres_products() -> Operation {
    products(StockedStore::postgres())
}

pub(crate) fn sqlite_votes() -> Operation {
    votes(StockedStore::sqlite())
}

pub(crate) fn postgres_votes() -> Operation {
    votes(StockedStore::postgres())
}

/// Products that are far from each other.
fn products(stocked: StockedStore) -> Operation {
    let round = PRODUCTS / PRODUCTS_PER_BATCH;
    let batch = |first: u32| product_ids().skip(first as usize).step_by(round as usize).collect();
    let batches: Vec<Vec<ProductId>> = (0..round).map(batch).collect();
    let mut reader = stocked.store.reader().expect("a session");
    let mut next = (0..batches.len()).cycle();
    let call = move || {
        let batch = &batches[next.next().expect("they begin again")];
        black_box(reader.load_products(batch).expect("the products"));
        // The store exists as long as its session.
        let _ = &stocked;
    };
    Operation { items: PRODUCTS_PER_BATCH, round, call: Box::new(call) }
}

/// Votes for questions that are far from each other.
fn votes(stocked: StockedStore) -> Operation {
    let questions = stocked.store.counts().expect("counts").of(Kind::Question);
    let round = questions / u64::from(VOTES_PER_BATCH);
    let vote = |question: u64| Command::Vote {
        target: Target::Question(QuestionId::new(question).expect("an id")),
        votes: 1,
    };
    let batch = |first: u64| (0..u64::from(VOTES_PER_BATCH)).map(|n| vote(first + n * round)).collect();
    let batches: Vec<Vec<Command>> = (1..=round).map(batch).collect();
    let mut writer = stocked.store.writer(Arc::new(|_| ())).expect("a session");
    let mut next = (0..batches.len()).cycle();
    let call = move || {
        let outcomes = writer.commit(&batches[next.next().expect("they begin again")]).expect("a commit");
        assert!(!outcomes.contains(&Outcome::NotFound), "the ids are dense");
        let _ = &stocked;
    };
    let round = u32::try_from(round).expect("a few");
    Operation { items: VOTES_PER_BATCH, round, call: Box::new(call) }
}
