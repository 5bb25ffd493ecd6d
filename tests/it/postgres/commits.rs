//! Commits that the server acknowledges although they did not reach its synchronous standby,
//! because an operator cancelled the wait. They must not count as done.

use std::thread;
use std::time::Instant;

use atelier::domain::Target;
use atelier::store::{BulkLoad, PersonRows, ProductChange, StoreError, Submission};

use super::*;
use crate::support::cluster::Cluster;
use crate::support::pooler::Pooler;

const WAITING: &str = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

/// From now on every commit waits for a standby that does not exist.
pub(super) fn require_a_standby(cluster: &Cluster, address: &str) {
    cluster.query(address, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    cluster.query(address, "SELECT pg_reload_conf()");
}

/// Runs `commit` and cancels its wait for a standby, or all its waits; returns how it fails. The
/// setting may not have reached its session in time, so it is run until it fails.
pub(super) fn cancel_waits<T: Send>(
    cluster: &Cluster,
    address: &str,
    mut commit: impl FnMut() -> Result<T, StoreError> + Send,
) -> StoreError {
    thread::scope(|scope| {
        let committing = scope.spawn(|| {
            loop {
                if let Err(error) = commit() {
                    return error;
                }
            }
        });
        let started = Instant::now();
        while !committing.is_finished() {
            assert!(started.elapsed() < PATIENCE, "every commit succeeds");
            cluster.query(address, &format!("SELECT count(pg_cancel_backend(pid)) {WAITING}"));
        }
        committing.join().expect("no panic")
    })
}

pub(super) fn is_unknown(error: &StoreError) {
    assert!(matches!(error, StoreError::Unknown(_)), "{error:?}");
    assert!(error.to_string().contains("canceling wait for synchronous replication"), "{error}");
}

#[test]
fn a_commit_with_a_warning_is_of_unknown_fate() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let store = store(&address);
    let (sink, told) = ear();
    let mut writer = store.writer(sink).unwrap();
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    require_a_standby(&cluster, &address);
    let votes = [vote(Target::Question(question_id), 1)];
    is_unknown(&cancel_waits(&cluster, &address, || writer.commit(&votes)));
    // It is there after all, so lists in memory must not go on without it.
    let touched = Change::Products(vec![ProductChange::Rows(product(7))]);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), touched);
    assert!(load(store.as_ref(), 7).questions[0].helpful >= 1);

    cluster.query(&address, "ALTER SYSTEM RESET synchronous_standby_names");
    cluster.query(&address, "SELECT pg_reload_conf()");
    let started = Instant::now();
    while let Err(error) = writer.commit(&votes) {
        assert!(started.elapsed() < PATIENCE, "{error}");
    }
}

#[test]
fn a_repeated_submission_waits_for_the_standby_as_well() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let store = store(&address);
    let mut writer = writer(store.as_ref());
    let Command::AddQuestion { question, written_at, .. } = add_question(7, "Big?") else {
        panic!("a question")
    };
    let expires_at = Timestamp::from_milliseconds(written_at.milliseconds() + 300_000).unwrap();
    let submission = Some(Submission { digest: question.digest(), content: None, expires_at });
    let asked = [Command::AddQuestion { question, written_at, submission, origin: None }];
    writer.commit(&asked).unwrap();
    require_a_standby(&cluster, &address);
    is_unknown(&cancel_waits(&cluster, &address, || writer.commit(&asked)));
}

#[test]
fn a_commit_with_a_warning_behind_a_pooler_is_of_unknown_fate() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let pooler = Pooler::before(&cluster);
    let store = store(&pooler.address(&address));
    let mut writer = writer(store.as_ref());
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    require_a_standby(&cluster, &address);
    let votes = [vote(Target::Question(question_id), 1)];
    is_unknown(&cancel_waits(&cluster, &address, || writer.commit(&votes)));
}

#[test]
fn an_import_and_an_erasure_that_did_not_reach_the_standby_are_of_unknown_fate() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let store = store(&address);
    ask(writer(store.as_ref()).as_mut(), 7, 1);
    require_a_standby(&cluster, &address);
    is_unknown(&cancel_waits(&cluster, &address, || {
        let mut dump = store.dump()?;
        let person = PersonRows::find(dump.as_mut(), "jan@example.com")?;
        drop(dump);
        let erased = store.erase(&person)?;
        assert!(erased.of(Kind::Question) > 0, "there is nothing left to erase");
        cluster
            .query(&address, "SET synchronous_commit = off; UPDATE questions SET email = 'jan@example.com'");
        Ok(erased)
    }));
    is_unknown(&cancel_waits(&cluster, &address, || {
        let load: Box<dyn BulkLoad> = store.bulk_load(&[Set::Questions], LoadMode::Replace)?;
        load.commit(now())
    }));
}

#[test]
fn a_migration_that_did_not_reach_the_standby_is_of_unknown_fate() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    require_a_standby(&cluster, &address);
    let store_address: StoreAddress = address.parse().unwrap();
    is_unknown(&cancel_waits(&cluster, &address, || {
        let migrated = store_address.migrate()?;
        cluster.query(&address, "SET synchronous_commit = off; DELETE FROM atelier_schema WHERE version = 3");
        Ok(migrated)
    }));
}
