//! A server that goes away and comes back.

use std::thread;
use std::time::Instant;

use atelier::domain::Page;
use atelier::service::{Service, ServiceError, ServiceSettings, SystemClock};
use atelier::store::{StoreError, Target};

use super::cluster::Cluster;
use super::*;

#[test]
fn sessions_and_the_listener_outlive_a_restart() {
    let cluster = Cluster::start();
    let store = store(&cluster.fresh_database());
    let (sink, elsewhere) = ear();
    let mut writer = store.writer(sink).unwrap();
    let mut reader = store.reader().unwrap();
    let question_id = ask(writer.as_mut(), 7, 1)[0];

    cluster.stop();
    assert_eq!(elsewhere.recv_timeout(PATIENCE).unwrap(), Change::Deaf);
    let commands = [vote(Target::Question(question_id), 1)];
    assert!(matches!(writer.commit(&commands), Err(StoreError::Unavailable(_))));
    assert!(matches!(reader.load_products(&[product(7)]), Err(StoreError::Unavailable(_))));

    cluster.start_again();
    assert_eq!(elsewhere.recv_timeout(PATIENCE).unwrap(), Change::Hearing);
    writer.commit(&commands).unwrap();
    let rows = reader.load_products(&[product(7)]).unwrap();
    assert_eq!(rows[0].questions[0].helpful, 1, "the vote before the restart was refused, not half done");
}

#[test]
fn a_restart_between_two_calls_is_not_noticed() {
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

#[test]
fn a_commit_whose_answer_is_lost_is_of_unknown_fate() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let store = store(&address);
    let mut writer = writer(store.as_ref());
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    // From now on a commit waits for a standby that there is not: it is on disk, and not acknowledged.
    cluster.query(&address, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    cluster.query(&address, "SELECT pg_reload_conf()");
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    let error = thread::scope(|scope| {
        let commit = scope.spawn(|| {
            // The setting may not have reached the session before its next statement.
            loop {
                if let Err(error) = writer.commit(&[vote(Target::Question(question_id), 1)]) {
                    return error;
                }
            }
        });
        let started = Instant::now();
        while cluster.query(&address, waiting) != "1" {
            assert!(started.elapsed() < PATIENCE, "no commit waits");
        }
        cluster.stop();
        commit.join().unwrap()
    });
    assert!(matches!(error, StoreError::Unknown(_)), "{error:?}");
}

#[test]
fn a_service_is_never_stale_after_an_outage() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let store = store(&address);
    let question_id = ask(writer(store.as_ref()).as_mut(), 7, 1)[0];
    let settings = ServiceSettings { store_wait: Duration::from_secs(2), ..ServiceSettings::default() };
    let service = Service::start(store.as_ref(), Arc::new(SystemClock), settings.clone()).unwrap();
    let other = Service::start(store.as_ref(), Arc::new(SystemClock), settings).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let helpful = |service: &Service| -> Result<u64, ServiceError> {
        let mut page = Vec::new();
        runtime.block_on(service.list_questions(product(7), Page::new(1, 5, 5), &mut page))?;
        let page: serde_json::Value = serde_json::from_slice(&page).unwrap();
        Ok(page["results"][0]["question_helpfulness"].as_u64().unwrap())
    };
    let until = |service: &Service, expected: u64| {
        let started = Instant::now();
        while helpful(service) != Ok(expected) {
            assert!(started.elapsed() < PATIENCE, "{:?} instead of {expected}", helpful(service));
            thread::yield_now();
        }
    };
    assert_eq!((helpful(&service), helpful(&other)), (Ok(0), Ok(0)));
    runtime.block_on(other.vote_question(question_id)).unwrap();
    assert_eq!(helpful(&other), Ok(1));
    until(&service, 1);

    cluster.stop();
    let started = Instant::now();
    while helpful(&service).is_ok() {
        assert!(started.elapsed() < PATIENCE, "the service does not notice that the server is gone");
    }
    assert_eq!(helpful(&service), Err(ServiceError::StoreUnavailable));
    // Nobody can be told of this: whatever is served from now on must be read anew.
    cluster.query_while_stopped(&address, "UPDATE questions SET helpful = 40");
    cluster.start_again();
    until(&service, 40);
    runtime.block_on(other.vote_question(question_id)).unwrap();
    until(&service, 41);
    until(&other, 41);
}
