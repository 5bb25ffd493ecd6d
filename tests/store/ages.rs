//! A view is never served beyond its age: what others wrote is shown then at the latest, even if no news of it
//! ever came.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use atelier::service::ServiceSettings;

use super::test_store;
use crate::gates::Stage;
use crate::harness::{question, vote};
use crate::stock::small_shop;

const MAX_VIEW_AGE: Duration = Duration::from_secs(2);

/// How much later than it should a busy machine may do things.
const SLACK: Duration = Duration::from_secs(1);

fn stage(max_view_age: Duration) -> Stage {
    let store = test_store();
    small_shop().into(&store);
    Stage::without_fill(store, ServiceSettings { max_view_age, ..ServiceSettings::default() })
}

#[tokio::test]
async fn a_change_without_news_is_shown_when_the_view_has_its_age() {
    let stage = stage(MAX_VIEW_AGE);
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

#[tokio::test]
async fn a_view_that_expires_keeps_its_own_writes() {
    let stage = stage(Duration::from_millis(200));
    for votes in 1..=100_u32 {
        assert_eq!(stage.service.vote_question(crate::harness::question_id(2)).await, Ok(()));
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
