//! Rows that were read before another process changed everything are not cached after it. Loads,
//! look-ups and the background fill are each stopped after reading while an import replaces the
//! rows.

use atelier::service::ServiceSettings;
use atelier::store::LoadMode;

use super::harness::TestStore;
use super::stage::Stage;
use super::stock::{Load, small_shop};
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(
    async
    views_in_memory_are_forgotten,
    a_load_in_flight_is_not_kept,
    a_look_up_in_flight_is_not_remembered,
    a_chunk_of_the_fill_in_flight_is_not_kept_and_the_fill_begins_again,
);

/// Question 1 goes from product 5 to product 6, and takes another answer with it.
fn other_shop() -> Load {
    let shop = Load::default().question(1, 6).question(2, 5).question_votes(9).answer(40, 1);
    (3..=400).fold(shop, |shop, number| shop.question(number, number + 10))
}

/// Replaces the rows as another process does, and waits until the service knows.
async fn replace_rows(stage: &Stage) {
    other_shop().load(stage.store.open().as_ref(), LoadMode::Replace).expect("replaced");
    stage.gates.everything_changed().await;
}

fn small_stage(kind: StoreKind) -> Stage {
    let store = TestStore::on(kind);
    small_shop().into(&store);
    Stage::without_fill(store, ServiceSettings::default())
}

/// The ids on a list and their votes.
async fn listed(stage: &Stage, product: u64) -> Vec<(u64, u32)> {
    let list = stage.questions(product).await;
    list.results.iter().map(|row| (row.question_id, row.question_helpfulness)).collect()
}

async fn answers_listed(stage: &Stage, question: u64) -> Vec<u64> {
    stage.answers(question).await.results.iter().map(|row| row.answer_id).collect()
}

async fn views_in_memory_are_forgotten(kind: StoreKind) {
    let stage = small_stage(kind);
    assert_eq!(listed(&stage, 5).await, [(1, 3), (2, 0)]);
    assert_eq!(answers_listed(&stage, 1).await, [1]);
    replace_rows(&stage).await;
    assert_eq!(listed(&stage, 5).await, [(2, 9)]);
    assert_eq!(listed(&stage, 6).await, [(1, 0)]);
    assert_eq!(answers_listed(&stage, 1).await, [40]);
}

async fn a_load_in_flight_is_not_kept(kind: StoreKind) {
    let stage = small_stage(kind);
    let loads = stage.gates.loads.stop_next(1);
    let waiter = stage.ask_for_questions(5);
    loads.stopped(1).await;
    replace_rows(&stage).await;
    drop(loads);
    let answered = waiter.await.expect("no panic").expect("answered");
    assert_eq!(answered.results.len(), 2, "it asked before the import");
    assert_eq!(listed(&stage, 5).await, [(2, 9)]);
    // That load did not cache that question 1 belonged to product 5.
    assert_eq!(answers_listed(&stage, 1).await, [40]);
}

async fn a_look_up_in_flight_is_not_remembered(kind: StoreKind) {
    let stage = small_stage(kind);
    let look_ups = stage.gates.look_ups.stop_next(1);
    let waiter = stage.ask_for_answers(1);
    look_ups.stopped(1).await;
    replace_rows(&stage).await;
    drop(look_ups);
    waiter.await.expect("no panic").expect("answered");
    assert_eq!(answers_listed(&stage, 1).await, [40]);
}

async fn a_chunk_of_the_fill_in_flight_is_not_kept_and_the_fill_begins_again(kind: StoreKind) {
    let store = TestStore::on(kind);
    let shop = Load::default().question(1, 5).answer(1, 1);
    (3..=400).fold(shop, |shop, number| shop.question(number, number + 10)).into(&store);
    let stage = Stage::with_stopped_fill(store);
    stage.first_chunk_read().await;
    replace_rows(&stage).await;
    stage.finish_first_chunk().await;
    assert_eq!(listed(&stage, 5).await, [(2, 9)]);
    assert_eq!(answers_listed(&stage, 1).await, [40]);

    // The next chunk is the first one of a new fill. When the fill ends, products without requests
    // are cached.
    let loads = stage.gates.loaded();
    stage.finish_second_chunk().await;
    assert_eq!(listed(&stage, 20).await, [(10, 0)]);
    assert_eq!(listed(&stage, 21).await, [(11, 0)]);
    assert_eq!(stage.gates.loaded(), loads);
}
