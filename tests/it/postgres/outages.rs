//! A server that goes away and comes back.

use std::thread;
use std::time::Instant;

use atelier::domain::Target;
use atelier::service::{ServiceError, ServiceSettings};
use atelier::store::{ProductChange, StoreError};

use super::process::Process;
use super::*;
use crate::support::cluster::Cluster;

#[test]
fn sessions_and_the_listener_outlive_a_restart() {
    let cluster = Cluster::start();
    let store = store(&cluster.fresh_database());
    let (sink, elsewhere) = ear();
    let mut writer = store.writer(sink).unwrap();
    let mut reader = store.reader().unwrap();
    let question_id = ask(writer.as_mut(), 7, 1)[0];

    cluster.stop();
    assert_eq!(elsewhere.recv_timeout(PATIENCE).unwrap(), Change::Disconnected);
    let commands = [vote(Target::Question(question_id), 1)];
    assert!(matches!(writer.commit(&commands), Err(StoreError::Unavailable(_))));
    assert!(matches!(reader.load_products(&[product(7)]), Err(StoreError::Unavailable(_))));

    cluster.start_again();
    assert_eq!(elsewhere.recv_timeout(PATIENCE).unwrap(), Change::Reconnected);
    writer.commit(&commands).unwrap();
    let rows = reader.load_products(&[product(7)]).unwrap();
    assert_eq!(rows[0].questions[0].helpful, 1, "the vote before the restart was refused, not half done");
}

#[test]
fn a_restart_between_two_calls_fails_no_call() {
    let cluster = Cluster::start();
    let store = store(&cluster.fresh_database());
    let mut writer = writer(store.as_ref());
    let mut reader = store.reader().unwrap();
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    reader.load_products(&[product(7)]).unwrap();
    cluster.stop();
    cluster.start_again();
    writer.commit(&[vote(Target::Question(question_id), 1)]).unwrap();
    assert_eq!(reader.load_products(&[product(7)]).unwrap()[0].questions[0].helpful, 1);
}

/// Stops the server while a commit is on disk and not acknowledged, because it waits for a standby
/// that does not exist. Returns its result.
pub(crate) fn break_off_a_commit<T: Send, E: Send>(
    cluster: &Cluster,
    address: &str,
    mut commit: impl FnMut() -> Result<T, E> + Send,
) -> E {
    cluster.query(address, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    cluster.query(address, "SELECT pg_reload_conf()");
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    thread::scope(|scope| {
        let committing = scope.spawn(|| {
            // The setting may not have reached the session before its next statement.
            loop {
                if let Err(error) = commit() {
                    return error;
                }
            }
        });
        let started = Instant::now();
        while cluster.query(address, waiting) != "1" {
            assert!(started.elapsed() < PATIENCE, "no commit waits");
        }
        cluster.stop();
        committing.join().expect("no panic")
    })
}

#[test]
fn a_commit_whose_answer_is_lost_is_of_unknown_fate() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let store = store(&address);
    let (sink, told) = ear();
    let mut writer = store.writer(sink).unwrap();
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    let error =
        break_off_a_commit(&cluster, &address, || writer.commit(&[vote(Target::Question(question_id), 1)]));
    assert!(matches!(error, StoreError::Unknown(_)), "{error:?}");
    // The process that caches the product learns of the vote before or after its listener is lost.
    let news: Vec<_> = (0..2).map(|_| told.recv_timeout(PATIENCE).unwrap()).collect();
    assert!(news.contains(&Change::Products(vec![ProductChange::Rows(product(7))])), "{news:?}");
    assert!(news.contains(&Change::Disconnected), "{news:?}");
}

#[test]
fn a_service_is_never_stale_after_an_outage() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let store = store(&address);
    let question_id = ask(writer(store.as_ref()).as_mut(), 7, 1)[0];
    let service = Process::start(store.as_ref(), ServiceSettings::default());
    let other = Process::start(store.as_ref(), ServiceSettings::default());
    assert_eq!((service.votes(7), other.votes(7)), (Ok(0), Ok(0)));
    other.vote(question_id).unwrap();
    assert_eq!(other.votes(7), Ok(1));
    service.until_votes(7, 1);

    cluster.stop();
    service.until_away(7);
    // No notice can report this change: lists must be read from the store from now on.
    cluster.query_while_stopped(&address, "UPDATE questions SET helpful = 40");
    cluster.start_again();
    service.until_votes(7, 40);
    other.vote(question_id).unwrap();
    service.until_votes(7, 41);
    other.until_votes(7, 41);
}

#[test]
fn a_host_that_accepts_connections_and_sends_nothing_is_skipped() {
    let cluster = Cluster::shared();
    // As with a server whose disk hangs: the system accepts the connection in its place.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = mute.local_addr().unwrap();
    let address = cluster.fresh_database().replace("@/", &format!("@{host},{}/", folder_of(cluster)));
    let address = address.split_once("?host=").unwrap().0;
    let started = Instant::now();
    let store = store(&format!("{address}?connect_timeout=1"));
    let mut writer = writer(store.as_ref());
    ask(writer.as_mut(), 7, 1);
    assert_eq!(load(store.as_ref(), 7).questions.len(), 1);
    // Sessions that connect after the first one go to the same host.
    let took = started.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
}

/// The folder of a server's socket, as an address names it.
fn folder_of(cluster: &Cluster) -> String {
    format!("{}:5432", cluster.directory().display().to_string().replace('/', "%2F"))
}

#[test]
fn a_server_that_takes_no_writes_is_not_ready() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let store = store(&address);
    ask(writer(store.as_ref()).as_mut(), 7, 1);
    let service = Process::start(store.as_ref(), ServiceSettings::default());
    assert_eq!(service.is_ready(), Ok(()));
    for (setting, ready) in [("on", Err(ServiceError::StoreUnavailable)), ("off", Ok(()))] {
        cluster.query(&address, &format!("ALTER SYSTEM SET default_transaction_read_only = {setting}"));
        cluster.query(&address, "SELECT pg_reload_conf()");
        let started = Instant::now();
        while service.is_ready() != ready {
            assert!(started.elapsed() < PATIENCE, "read-only is {setting}");
        }
    }
    let standby = Cluster::standby_of(&cluster);
    let (database, _) = address.split_once("?host=").unwrap();
    let on_standby = format!("{database}?host={}", standby.directory().display());
    let store = on_standby.parse::<StoreAddress>().unwrap().open().unwrap();
    let error = store.reader().unwrap().probe().unwrap_err();
    assert!(error.to_string().contains("takes no writes"), "{error}");
}
