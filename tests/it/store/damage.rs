//! A service on a store with a damaged row: the requests that need this row fail, and nothing else.
//! What the stores themselves report about damage is tested in `reading` and `sqlite_damage`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use atelier::service::{Failure, ServiceError, ServiceSettings};

use super::gates::poll;
use super::harness::{TestStore, question, question_id};
use super::reading::by_hand;
use super::stage::{Stage, let_tasks_start};
use super::stock::Load;
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(
    async without pooler:
    the_fill_leaves_out_a_damaged_product_and_keeps_all_others,
    a_damaged_product_fails_alone_among_those_that_are_loaded_together,
    a_damaged_question_fails_alone_among_those_that_are_looked_up_together,
    a_damaged_row_fails_alone_among_those_that_are_written_together,
    memory_is_not_used_after_a_panic_of_the_thread_that_writes,
);

/// One question for each product, with the product's number.
fn store(kind: StoreKind, products: u64) -> TestStore {
    let store = TestStore::on(kind);
    (1..=products).fold(Load::default(), |load, id| load.question(id, id)).into(&store);
    store
}

fn damage(store: &TestStore, question: u64) {
    by_hand(
        store,
        &format!("UPDATE questions SET written_at = 1 << 60 WHERE question_id = {question}"),
        &format!("UPDATE questions SET written_at = 'infinity' WHERE question_id = {question}"),
    );
}

/// A service whose one reading thread is the same for all requests.
fn stage(store: TestStore) -> Stage {
    Stage::without_fill(store, ServiceSettings { readers: 1, ..ServiceSettings::default() })
}

async fn the_fill_leaves_out_a_damaged_product_and_keeps_all_others(kind: StoreKind) {
    let store = store(kind, 600);
    damage(&store, 300);
    let stage = Stage::with_fill(store);
    poll("the fill to end", || stage.service.statistics().damaged_products == 1).await;
    let statistics = stage.service.statistics();
    assert_eq!(statistics.questions.kept, 599);
    assert!(statistics.failures.contains(&(Failure::Fill, 0)), "{:?}", statistics.failures);
    let damaged = stage.ask_for_questions(300).await.expect("no panic");
    assert_eq!(damaged, Err(ServiceError::StoreUnavailable), "never an empty list");
    for product in [1, 299, 301, 600] {
        assert_eq!(stage.questions(product).await.results.len(), 1);
    }
    assert_eq!(stage.gates.loaded(), [[300]], "all others are in memory");
}

async fn a_damaged_product_fails_alone_among_those_that_are_loaded_together(kind: StoreKind) {
    let store = store(kind, 9);
    damage(&store, 4);
    damage(&store, 9);
    let stage = stage(store);
    let loads = stage.gates.loads.stop_next(1);
    let first = stage.ask_for_questions(7);
    loads.stopped(1).await;
    let waiting: Vec<_> = [1, 4, 5, 9].map(|product| stage.ask_for_questions(product)).into();
    let_tasks_start().await;
    drop(loads);
    assert!(first.await.expect("no panic").is_ok());
    let mut listed = Vec::new();
    for waiter in waiting {
        listed.push(waiter.await.expect("no panic").map(|list| list.results.len()));
    }
    let damaged = Err(ServiceError::StoreUnavailable);
    assert_eq!(listed, [Ok(1), damaged.clone(), Ok(1), damaged]);
    assert_eq!(stage.gates.loaded(), [vec![7], vec![1, 4, 5, 9], vec![1, 5, 9], vec![1, 5]]);
}

async fn a_damaged_question_fails_alone_among_those_that_are_looked_up_together(kind: StoreKind) {
    let stage = stage(store(kind, 9));
    stage.gates.damage(question(4));
    let look_ups = stage.gates.look_ups.stop_next(1);
    let first = stage.ask_for_answers(7);
    look_ups.stopped(1).await;
    let waiting: Vec<_> = [1, 4, 5].map(|question| stage.ask_for_answers(question)).into();
    let_tasks_start().await;
    drop(look_ups);
    assert!(first.await.expect("no panic").is_ok());
    let mut listed = Vec::new();
    for waiter in waiting {
        listed.push(waiter.await.expect("no panic").map(drop));
    }
    assert_eq!(listed, [Ok(()), Err(ServiceError::StoreUnavailable), Ok(())]);
}

async fn a_damaged_row_fails_alone_among_those_that_are_written_together(kind: StoreKind) {
    let stage = stage(store(kind, 9));
    stage.gates.damage(question(4));
    let commits = stage.gates.commits.stop_next(1);
    let vote_later = |question: u64| {
        let service = Arc::clone(&stage.service);
        tokio::spawn(async move { service.vote_question(question_id(question)).await })
    };
    let first = vote_later(7);
    commits.stopped(1).await;
    let waiting: Vec<_> = [1, 4, 5, 6, 99].map(vote_later).into();
    let_tasks_start().await;
    drop(commits);
    assert_eq!(first.await.expect("no panic"), Ok(()));
    let mut voted = Vec::new();
    for waiter in waiting {
        voted.push(waiter.await.expect("no panic"));
    }
    let (damaged, absent) = (Err(ServiceError::StoreUnavailable), Err(ServiceError::NotFound));
    assert_eq!(voted, [Ok(()), damaged, Ok(()), Ok(()), absent]);
    assert_eq!(stage.gates.committed()[1].len(), 5, "they were written together");
    for (product, votes) in [(1, 1), (4, 0), (5, 1), (6, 1), (7, 1)] {
        let list = stage.questions(product).await;
        assert_eq!(list.results[0].question_helpfulness, votes, "product {product}");
        assert_eq!(list, stage.questions_on_disk(product).await);
    }
}

async fn memory_is_not_used_after_a_panic_of_the_thread_that_writes(kind: StoreKind) {
    let stage = stage(store(kind, 5));
    let before = stage.questions(5).await;
    assert_eq!(stage.service.check_store().await, Ok(()));
    stage.gates.commit_panics.store(true, Ordering::SeqCst);
    let vote = stage.service.vote_question(question_id(5)).await;
    assert_eq!(vote, Err(ServiceError::StoreUnavailable));
    poll("the panic to be noticed", || !stage.service.statistics().receives_changes).await;
    assert_eq!(stage.service.check_store().await, Err(ServiceError::ThreadPanicked));
    let after = stage.questions(5).await;
    assert_ne!(after, before, "the vote was committed before the panic");
    assert_eq!(after, stage.questions_on_disk(5).await);
}
