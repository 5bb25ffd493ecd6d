//! A service on a store with damaged reviews: the requests that need them fail, and nothing else.

use atelier::service::{ServiceError, ServiceSettings};

use super::stock::Reviews;
use crate::store::gates::poll;
use crate::store::harness::TestStore;
use crate::store::reading::by_hand;
use crate::store::stage::{Stage, let_tasks_start};
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(
    async without pooler:
    damaged_reviews_fail_alone_among_those_that_are_loaded_together,
    the_fill_leaves_out_damaged_reviews_and_keeps_all_others,
);

/// One review and one characteristic for each product, with the product's number.
fn store(kind: StoreKind, products: u64) -> TestStore {
    let store = TestStore::on(kind);
    let shop = (1..=products).fold(Reviews::default(), |shop, id| shop.review(id, id));
    (1..=products).fold(shop, |shop, id| shop.characteristic(id, id, "Fit")).into(&store);
    store
}

fn damage(store: &TestStore, review: u64) {
    let sql = format!("UPDATE reviews SET rating = 6 WHERE review_id = {review}");
    by_hand(store, &sql, &sql);
}

async fn damaged_reviews_fail_alone_among_those_that_are_loaded_together(kind: StoreKind) {
    let store = store(kind, 9);
    damage(&store, 4);
    damage(&store, 9);
    let stage = Stage::without_fill(store, ServiceSettings { readers: 1, ..ServiceSettings::default() });
    let loads = stage.gates.review_loads.stop_next(1);
    let first = stage.ask_for_reviews(7);
    loads.stopped(1).await;
    let waiting: Vec<_> = [1, 4, 5, 9].map(|product| stage.ask_for_reviews(product)).into();
    let_tasks_start().await;
    drop(loads);
    assert!(first.await.expect("no panic").is_ok());
    let mut listed = Vec::new();
    for waiter in waiting {
        listed.push(waiter.await.expect("no panic").map(|list| list.results.len()));
    }
    let damaged = Err(ServiceError::StoreUnavailable);
    assert_eq!(listed, [Ok(1), damaged.clone(), Ok(1), damaged]);
    // Its questions can be read all the same.
    assert_eq!(stage.questions(4).await.results, []);
}

async fn the_fill_leaves_out_damaged_reviews_and_keeps_all_others(kind: StoreKind) {
    let store = store(kind, 600);
    damage(&store, 300);
    let stage = Stage::with_fill(store);
    poll("the fill to end", || stage.service.statistics().damaged_products == 1).await;
    let damaged = stage.ask_for_reviews(300).await.expect("no panic");
    assert_eq!(damaged, Err(ServiceError::StoreUnavailable), "never an empty list");
    for product in [1, 299, 301, 600] {
        assert_eq!(stage.reviews(product).await.0[0].results.len(), 1);
    }
    assert_eq!(stage.gates.reviews_loaded(), [[300]], "all others are in memory");
}
