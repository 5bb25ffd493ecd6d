//! When the store fails, breaks off, is slow or gets too many requests, all waiting requests get an
//! error and never an empty list. The next request tries again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use atelier::service::{ServiceError, ServiceSettings};

use super::harness::{TestStore, answer, question, question_id, vote};
use super::stage::{Stage, let_tasks_start};
use super::stock::small_shop;
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(
    async without pooler:
    a_failed_load_is_an_error_to_all_who_wait_and_is_tried_again,
    a_failed_load_after_a_write_hides_nothing,
    more_reads_than_may_wait_are_refused_and_the_others_answered,
    more_writes_than_may_wait_are_refused_and_the_others_carried_out,
    a_store_that_is_too_slow_is_an_error_and_not_an_empty_list,
    a_write_of_unknown_fate_is_an_error_and_shown_if_it_happened,
    votes_that_waited_together_are_one_command_and_all_counted,
);

fn stage(kind: StoreKind, settings: ServiceSettings) -> Stage {
    let store = TestStore::on(kind);
    small_shop().into(&store);
    Stage::without_fill(store, settings)
}

async fn a_failed_load_is_an_error_to_all_who_wait_and_is_tried_again(kind: StoreKind) {
    let stage = stage(kind, ServiceSettings::default());
    stage.gates.failing_loads.store(1, Ordering::SeqCst);
    let loads = stage.gates.loads.stop_next(1);
    let waiters: Vec<_> = (0..10).map(|_| stage.ask_for_questions(5)).collect();
    loads.stopped(1).await;
    let_tasks_start().await;
    drop(loads);
    for waiter in waiters {
        assert_eq!(waiter.await.expect("no panic"), Err(ServiceError::StoreUnavailable));
    }
    assert_eq!(stage.gates.loaded().len(), 1);
    assert_eq!(stage.questions(5).await.results.len(), 2);
    assert_eq!(stage.gates.loaded().len(), 2);
}

async fn a_failed_load_after_a_write_hides_nothing(kind: StoreKind) {
    let stage = stage(kind, ServiceSettings::default());
    stage.gates.failing_loads.store(1, Ordering::SeqCst);
    let loads = stage.gates.loads.stop_next(1);
    let waiter = stage.ask_for_questions(5);
    loads.stopped(1).await;
    assert_eq!(stage.service.vote_question(question_id(2)).await, Ok(()));
    drop(loads);
    assert_eq!(waiter.await.expect("no panic"), Err(ServiceError::StoreUnavailable));
    assert_eq!(stage.questions(5).await, stage.questions_on_disk(5).await);
}

async fn more_reads_than_may_wait_are_refused_and_the_others_answered(kind: StoreKind) {
    let stage =
        stage(kind, ServiceSettings { readers: 1, max_waiting_reads: 2, ..ServiceSettings::default() });
    let loads = stage.gates.loads.stop_next(1);
    let stuck = stage.ask_for_questions(7);
    loads.stopped(1).await;
    let waiting = [5, (1 << 53) - 1].map(|product| stage.ask_for_questions(product));
    let_tasks_start().await;
    let refused = stage.ask_for_questions(1 << 38).await.expect("no panic");
    assert_eq!(refused, Err(ServiceError::Overloaded));
    let refused = stage.ask_for_answers(5).await.expect("no panic");
    assert_eq!(refused, Err(ServiceError::Overloaded), "a look-up waits in the same queue");
    // A request for a product that is being loaded needs no place in the queue.
    let companion = stage.ask_for_questions(5);
    let_tasks_start().await;
    drop(loads);
    assert!(stuck.await.expect("no panic").is_ok());
    assert!(companion.await.expect("no panic").is_ok());
    for waiter in waiting {
        assert!(waiter.await.expect("no panic").is_ok());
    }
    assert_eq!(stage.questions(1 << 38).await.results.len(), 1, "a refusal does not stick");
}

async fn more_writes_than_may_wait_are_refused_and_the_others_carried_out(kind: StoreKind) {
    let stage = stage(kind, ServiceSettings { max_waiting_writes: 3, ..ServiceSettings::default() });
    let commits = stage.gates.commits.stop_next(1);
    let vote_later = |stage: &Stage| {
        let service = Arc::clone(&stage.service);
        tokio::spawn(async move { service.vote_question(question_id(2)).await })
    };
    let stuck = vote_later(&stage);
    commits.stopped(1).await;
    let waiting: Vec<_> = (0..3).map(|_| vote_later(&stage)).collect();
    let_tasks_start().await;
    assert_eq!(stage.service.vote_question(question_id(2)).await, Err(ServiceError::Overloaded));
    drop(commits);
    assert_eq!(stuck.await.expect("no panic"), Ok(()));
    for waiter in waiting {
        assert_eq!(waiter.await.expect("no panic"), Ok(()));
    }
    let list = stage.questions(5).await;
    assert_eq!(list.results[0].question_helpfulness, 4, "four votes were taken and one was not");
    assert_eq!(list, stage.questions_on_disk(5).await);
}

async fn a_store_that_is_too_slow_is_an_error_and_not_an_empty_list(kind: StoreKind) {
    let settings = ServiceSettings { store_wait: Duration::from_millis(20), ..ServiceSettings::default() };
    let stage = stage(kind, settings);
    let loads = stage.gates.loads.stop_next(1);
    let waiter = stage.ask_for_questions(5);
    assert_eq!(waiter.await.expect("no panic"), Err(ServiceError::StoreUnavailable));
    let look_ups = stage.gates.look_ups.stop_next(1);
    let waiter = stage.ask_for_answers(1);
    assert_eq!(waiter.await.expect("no panic"), Err(ServiceError::StoreUnavailable));
    drop((loads, look_ups));
}

async fn a_write_of_unknown_fate_is_an_error_and_shown_if_it_happened(kind: StoreKind) {
    let stage = stage(kind, ServiceSettings::default());
    let before = stage.questions(5).await;
    stage.gates.commit_breaks_off.store(true, Ordering::SeqCst);
    let result = stage.service.vote_question(question_id(2)).await;
    assert_eq!(result, Err(ServiceError::StoreUnavailable));
    let after = stage.questions(5).await;
    assert_ne!(after, before, "it did happen");
    assert_eq!(after, stage.questions_on_disk(5).await);
}

async fn votes_that_waited_together_are_one_command_and_all_counted(kind: StoreKind) {
    let stage = stage(kind, ServiceSettings::default());
    let commits = stage.gates.commits.stop_next(1);
    let vote_later = || {
        let service = Arc::clone(&stage.service);
        tokio::spawn(async move { service.vote_question(question_id(2)).await })
    };
    let first = vote_later();
    commits.stopped(1).await;
    let others: Vec<_> = (0..40).map(|_| vote_later()).collect();
    let_tasks_start().await;
    drop(commits);
    for voter in others.into_iter().chain([first]) {
        assert_eq!(voter.await.expect("no panic"), Ok(()));
    }
    assert_eq!(stage.questions(5).await.results[0].question_helpfulness, 41);
    assert_eq!(stage.gates.committed(), [vec![vote(question(2), 1)], vec![vote(question(2), 40)]]);
    assert_eq!(stage.service.vote_answer(super::harness::answer_id(1)).await, Ok(()));
    assert_eq!(stage.gates.committed()[2], [vote(answer(1), 1)]);
}
