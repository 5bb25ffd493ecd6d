//! Reviews that were being loaded while they changed are never kept: the interleavings that could
//! break this, each forced with gates.

use std::sync::atomic::Ordering;

use atelier::service::{Service, ServiceError, ServiceSettings};
use atelier::store::LoadMode;

use super::stock::{Reviews, new_review, review_id, small_shop};
use crate::store::harness::TestStore;
use crate::store::stage::{Stage, let_tasks_start};
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(
    async
    a_write_acknowledged_during_a_load_is_in_the_next_lists,
    a_late_load_does_not_push_out_the_reviews_of_a_later_one,
    a_write_to_reviews_in_memory_is_in_the_next_lists_and_sums,
    reviews_that_change_while_the_fill_reads_them_are_not_kept,
    a_load_in_flight_is_not_kept_when_another_process_replaces_the_rows,
    a_commit_of_unknown_fate_is_read_again,
    fifty_requests_for_missing_reviews_are_one_load,
);

/// Everything that changes a list or a sum.
#[derive(Debug, Clone, Copy)]
enum Write {
    Add,
    AddWithPhoto,
    Vote,
    Report,
}

const WRITES: [Write; 4] = [Write::Add, Write::AddWithPhoto, Write::Vote, Write::Report];

impl Write {
    /// Changes product 5 of the small shop; returns with the acknowledgement.
    async fn carry_out(self, service: &Service) -> Result<(), ServiceError> {
        let rated = [(1, 4), (2, 3)];
        match self {
            Self::Add => service.add_review(new_review(5, "New.", &[], &rated), None).await.map(drop),
            Self::AddWithPhoto => {
                let review = new_review(5, "New.", &["https://example.com/n.jpg"], &rated);
                service.add_review(review, None).await.map(drop)
            }
            Self::Vote => service.vote_review(review_id(2)).await,
            Self::Report => service.report_review(review_id(1)).await,
        }
    }
}

fn small_stage(kind: StoreKind, settings: ServiceSettings) -> Stage {
    let store = TestStore::on(kind);
    small_shop().into(&store);
    Stage::without_fill(store, settings)
}

/// More than one chunk of the background fill, with the small shop's product 5 in the first.
fn long_shop() -> Reviews {
    let numbers = 10..410;
    numbers.fold(small_shop(), |shop, number| {
        shop.review(number, number + 10).characteristic(number, number + 10, "Fit")
    })
}

async fn a_write_acknowledged_during_a_load_is_in_the_next_lists(kind: StoreKind) {
    for write in WRITES {
        let stage = small_stage(kind, ServiceSettings::default());
        let before = stage.reviews_on_disk(5).await;
        let loads = stage.gates.review_loads.stop_next(1);
        let waiter = stage.ask_for_reviews(5);
        loads.stopped(1).await;
        assert_eq!(write.carry_out(&stage.service).await, Ok(()), "{write:?}");
        drop(loads);

        let answered = waiter.await.expect("no panic");
        assert_eq!(answered.as_ref(), Ok(&before.0[0]), "it asked before the {write:?}");
        let after = stage.reviews(5).await;
        assert_ne!(after, before, "{write:?}");
        assert_eq!(after, stage.reviews_on_disk(5).await, "{write:?}");
        assert_eq!(stage.gates.reviews_loaded(), [[5], [5]], "the first ones are not kept, {write:?}");
        assert_eq!(stage.reviews(5).await, after, "{write:?}");
        assert_eq!(stage.gates.reviews_loaded().len(), 2, "the second ones are kept, {write:?}");
    }
}

async fn a_late_load_does_not_push_out_the_reviews_of_a_later_one(kind: StoreKind) {
    for write in WRITES {
        let stage = small_stage(kind, ServiceSettings { readers: 2, ..ServiceSettings::default() });
        let loads = stage.gates.review_loads.stop_next(1);
        let waiter = stage.ask_for_reviews(5);
        loads.stopped(1).await;
        assert_eq!(write.carry_out(&stage.service).await, Ok(()), "{write:?}");
        // A request that comes now must not wait with those that came before the write.
        let after = stage.reviews(5).await;
        assert_eq!(after, stage.reviews_on_disk(5).await, "{write:?}");
        drop(loads);
        assert!(waiter.await.expect("no panic").is_ok(), "{write:?}");
        assert_eq!(stage.reviews(5).await, after, "{write:?}");
        assert_eq!(stage.gates.reviews_loaded().len(), 2, "{write:?}");
    }
}

async fn a_write_to_reviews_in_memory_is_in_the_next_lists_and_sums(kind: StoreKind) {
    for write in WRITES {
        let stage = small_stage(kind, ServiceSettings::default());
        let before = stage.reviews(5).await;
        assert_eq!(write.carry_out(&stage.service).await, Ok(()), "{write:?}");
        let after = stage.reviews(5).await;
        assert_ne!(after, before, "{write:?}");
        assert_eq!(after, stage.reviews_on_disk(5).await, "{write:?}");
        if matches!(write, Write::Vote) {
            assert_eq!(after.1, before.1, "a vote is in no sum");
            assert_eq!(stage.gates.reviews_loaded(), [[5]], "a vote needs no load");
        } else {
            assert_ne!(after.1, before.1, "{write:?}");
        }
    }
}

async fn reviews_that_change_while_the_fill_reads_them_are_not_kept(kind: StoreKind) {
    for write in WRITES {
        let store = TestStore::on(kind);
        long_shop().into(&store);
        let stage = Stage::with_stopped_fill_of_reviews(store);
        stage.first_chunk_of_reviews_read().await;
        assert_eq!(write.carry_out(&stage.service).await, Ok(()), "{write:?}");
        stage.finish_first_chunk_of_reviews().await;

        let after = stage.reviews(5).await;
        assert_eq!(after, stage.reviews_on_disk(5).await, "{write:?}");
        assert_eq!(stage.gates.reviews_loaded(), [[5]], "product 5 is not in memory, {write:?}");
        stage.reviews(20).await;
        assert_eq!(stage.gates.reviews_loaded(), [[5]], "the others are, {write:?}");
    }
}

async fn a_load_in_flight_is_not_kept_when_another_process_replaces_the_rows(kind: StoreKind) {
    let stage = small_stage(kind, ServiceSettings::default());
    let loads = stage.gates.review_loads.stop_next(1);
    let waiter = stage.ask_for_reviews(5);
    loads.stopped(1).await;
    let other = Reviews::default().review(2, 5).votes(9).characteristic(1, 5, "Fit").rating(1, 1, 2, 3);
    other.load(stage.store.open().as_ref(), LoadMode::Replace).expect("replaced");
    stage.gates.everything_changed().await;
    drop(loads);
    let answered = waiter.await.expect("no panic").expect("answered");
    assert_eq!(answered.results.len(), 2, "it asked before the import");
    let after = stage.reviews(5).await;
    assert_eq!(after.0[0].results[0].helpfulness, 9);
    assert_eq!(after, stage.reviews_on_disk(5).await);
}

async fn a_commit_of_unknown_fate_is_read_again(kind: StoreKind) {
    for write in WRITES {
        let stage = small_stage(kind, ServiceSettings::default());
        let before = stage.reviews(5).await;
        stage.gates.commit_breaks_off.store(true, Ordering::SeqCst);
        let refused = write.carry_out(&stage.service).await;
        assert_eq!(refused, Err(ServiceError::StoreUnavailable), "{write:?}");
        let after = stage.reviews(5).await;
        assert_ne!(after, before, "it was committed, {write:?}");
        assert_eq!(after, stage.reviews_on_disk(5).await, "{write:?}");
    }
}

async fn fifty_requests_for_missing_reviews_are_one_load(kind: StoreKind) {
    let stage = small_stage(kind, ServiceSettings::default());
    let loads = stage.gates.review_loads.stop_next(2);
    let waiters: Vec<_> = (0..50).map(|_| stage.ask_for_reviews(5)).collect();
    loads.stopped(1).await;
    let_tasks_start().await;
    drop(loads);
    let expected = stage.reviews_on_disk(5).await;
    for waiter in waiters {
        assert_eq!(waiter.await.expect("no panic").as_ref(), Ok(&expected.0[0]));
    }
    assert_eq!(stage.gates.reviews_loaded(), [[5]]);
}
