//! Votes that fall while others rise: what was counted before a vote was taken back is never shown
//! after it. Each interleaving is forced with gates.

use std::sync::Arc;

use atelier::domain::{AuthorRole, Digest, Identity, Sender};
use atelier::service::ServiceSettings;
use atelier::store::Command;

use super::harness::{TestStore, question, question_id, vote};
use super::stage::Stage;
use super::stock::small_shop;
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(
    async
    a_vote_that_is_acknowledged_after_another_was_taken_back_elsewhere_does_not_hide_that,
    votes_of_others_read_before_an_own_one_was_taken_back_do_not_hide_that,
    votes_rise_again_where_some_were_taken_back,
);

fn cast(takes_back: bool) -> Command {
    Command::VoteAs { target: question(1), voter: Digest::from_bytes([1; 16]), takes_back }
}

fn shopper() -> Sender {
    let identity = Identity {
        subject: "ann".to_owned(),
        name: None,
        email: None,
        role: AuthorRole::Shopper,
        bought: Vec::new(),
    };
    Sender { identity: Some(identity), ..Sender::default() }
}

/// Question 1 of product 5 has three votes, and one more of a shopper.
fn stage(kind: StoreKind) -> Stage {
    let store = TestStore::on(kind);
    small_shop().into(&store);
    store.commit(&[cast(false)]);
    Stage::without_fill(store, ServiceSettings::default())
}

async fn shown(stage: &Stage) -> u32 {
    stage.questions(5).await.results[0].question_helpfulness
}

async fn a_vote_that_is_acknowledged_after_another_was_taken_back_elsewhere_does_not_hide_that(
    kind: StoreKind,
) {
    let stage = stage(kind);
    assert_eq!(shown(&stage).await, 4);
    let commits = stage.gates.commits_done.stop_next(1);
    let service = Arc::clone(&stage.service);
    let voting = tokio::spawn(async move { service.vote_question(question_id(1)).await });
    commits.stopped(1).await;
    stage.store.commit(&[cast(true)]);
    // An SQLite file is looked at behind the commit that is stopped here.
    if kind != StoreKind::Sqlite {
        stage.gates.everything_changed().await;
        assert_eq!(shown(&stage).await, 4, "five, and one less");
    }
    drop(commits);
    assert_eq!(voting.await.expect("no panic"), Ok(()));
    stage.gates.everything_changed().await;
    assert_eq!(shown(&stage).await, 4);
    assert_eq!(stage.questions(5).await, stage.questions_on_disk(5).await);
}

async fn votes_of_others_read_before_an_own_one_was_taken_back_do_not_hide_that(kind: StoreKind) {
    let stage = stage(kind);
    assert_eq!(stage.service.vote_from(question(1), &shopper()).await, Ok(()));
    assert_eq!(shown(&stage).await, 5);
    let reading = stage.gates.votes_read.stop_next(1);
    stage.store.commit(&[vote(question(1), 1)]);
    if kind != StoreKind::Sqlite {
        reading.stopped(1).await;
    }
    assert_eq!(stage.service.take_vote_back(question(1), &shopper()).await, Ok(()));
    assert_eq!(shown(&stage).await, 5, "six, and one less");
    drop(reading);
    stage.gates.everything_changed().await;
    assert_eq!(shown(&stage).await, 5);
    assert_eq!(stage.questions(5).await, stage.questions_on_disk(5).await);
}

async fn votes_rise_again_where_some_were_taken_back(kind: StoreKind) {
    let stage = stage(kind);
    for _ in 0..3 {
        assert_eq!(stage.service.vote_from(question(1), &shopper()).await, Ok(()));
        assert_eq!(shown(&stage).await, 5);
        assert_eq!(stage.service.take_vote_back(question(1), &shopper()).await, Ok(()));
        assert_eq!(shown(&stage).await, 4);
    }
    let loads = stage.gates.loaded().len();
    assert_eq!(stage.service.vote_question(question_id(1)).await, Ok(()));
    assert_eq!(shown(&stage).await, 5);
    assert_eq!(stage.gates.loaded().len(), loads, "a vote that rises is shown from memory");
}
