//! A view is never served beyond its age. After that time the lists show the writes of others, even
//! if no notice came.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use atelier::service::ServiceSettings;

use super::harness::{TestStore, question, vote};
use super::stage::Stage;
use super::stock::small_shop;
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(
    async without pooler:
    a_change_without_a_notice_is_shown_when_the_view_expires,
    a_view_that_expires_keeps_its_own_writes,
);

const MAX_VIEW_AGE: Duration = Duration::from_secs(2);

/// The delay that a busy machine may add.
const SLACK: Duration = Duration::from_secs(1);

fn stage(kind: StoreKind, max_view_age: Duration) -> Stage {
    let store = TestStore::on(kind);
    small_shop().into(&store);
    Stage::without_fill(store, ServiceSettings { max_view_age, ..ServiceSettings::default() })
}

async fn a_change_without_a_notice_is_shown_when_the_view_expires(kind: StoreKind) {
    let stage = stage(kind, MAX_VIEW_AGE);
    stage.gates.news_are_lost.store(true, Ordering::SeqCst);
    let before = stage.questions(5).await;
    let loaded = Instant::now();
    stage.store.commit(&[vote(question(2), 7)]);
    assert_eq!(stage.questions(5).await, before, "memory has not heard of it");
    let after = stage.questions_on_disk(5).await;
    assert_ne!(after, before);
    loop {
        let asked = Instant::now();
        if stage.questions(5).await == after {
            break;
        }
        assert!(asked < loaded + MAX_VIEW_AGE + SLACK, "served beyond its age");
        tokio::task::yield_now().await;
    }
    assert_eq!(stage.gates.loaded(), [[5], [5]], "it is read again, and once");
    assert_eq!(stage.questions(5).await, after);
    assert_eq!(stage.gates.loaded().len(), 2, "the new view is kept");
}

async fn a_view_that_expires_keeps_its_own_writes(kind: StoreKind) {
    let stage = stage(kind, Duration::from_millis(200));
    for votes in 1..=100_u32 {
        assert_eq!(stage.service.vote_question(super::harness::question_id(2)).await, Ok(()));
        let list = stage.questions(5).await;
        let row = list.results.iter().find(|row| row.question_id == 2).expect("it is listed");
        assert_eq!(row.question_helpfulness, votes);
    }
    let written = Instant::now();
    while stage.gates.loaded().len() < 3 {
        assert!(written.elapsed() < SLACK, "it does not expire");
        assert_eq!(stage.questions(5).await.results[0].question_helpfulness, 100);
        tokio::task::yield_now().await;
    }
}
