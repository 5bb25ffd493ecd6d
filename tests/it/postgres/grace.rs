//! While changes by others cannot be received, lists are served from memory for the grace, and no
//! longer.

use std::time::Instant;

use atelier::domain::Target;
use atelier::service::{ServiceError, ServiceSettings};

use super::outages::break_off_a_commit;
use super::process::Process;
use super::*;
use crate::support::cluster::Cluster;

/// The delay that a busy machine may add.
const SLACK: Duration = Duration::from_secs(1);

fn with_grace(stale_grace: Duration) -> ServiceSettings {
    ServiceSettings { stale_grace, ..ServiceSettings::default() }
}

/// Ends the listening connections and allows no new connections to the database. Other connections
/// stay.
fn cut_listeners(cluster: &Cluster, address: &str) {
    let database = address.split('/').nth(3).and_then(|rest| rest.split('?').next()).expect("a name");
    let listeners =
        format!("FROM pg_stat_activity WHERE datname = '{database}' AND application_name LIKE '%listener'");
    cluster.sql("postgres", &format!("ALTER DATABASE {database} ALLOW_CONNECTIONS false"));
    cluster.sql("postgres", &format!("SELECT pg_terminate_backend(pid) {listeners}"));
    let started = Instant::now();
    while cluster.sql("postgres", &format!("SELECT count(*) {listeners}")) != "0" {
        assert!(started.elapsed() < PATIENCE, "they stay");
    }
}

fn let_connect(cluster: &Cluster, address: &str) {
    let database = address.split('/').nth(3).and_then(|rest| rest.split('?').next()).expect("a name");
    cluster.sql("postgres", &format!("ALTER DATABASE {database} ALLOW_CONNECTIONS true"));
}

#[test]
fn lists_in_memory_outlive_a_short_outage() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let store = store(&address);
    let mut writer = writer(store.as_ref());
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    answer(writer.as_mut(), question_id, &[]);
    let service = Process::start(store.as_ref(), with_grace(Duration::from_hours(1)));
    assert_eq!((service.votes(7), service.answers(question_id)), (Ok(0), Ok(1)));

    cluster.stop();
    assert_eq!(service.vote(question_id), Err(ServiceError::StoreUnavailable), "nothing is written");
    assert_eq!((service.votes(7), service.answers(question_id)), (Ok(0), Ok(1)));
    assert_eq!(service.votes(8), Err(ServiceError::StoreUnavailable), "it is not in memory");
    let unknown = QuestionId::new(77).unwrap();
    assert_eq!(service.answers(unknown), Err(ServiceError::StoreUnavailable), "never an empty list");

    cluster.query_while_stopped(&address, "UPDATE questions SET helpful = 40");
    assert_eq!(service.votes(7), Ok(0));
    cluster.start_again();
    // The grace need not end: when the listener works again, all lists are read again.
    service.until_votes(7, 40);
}

#[test]
fn after_the_grace_nothing_stale_is_served() {
    const GRACE: Duration = Duration::from_secs(4);
    let cluster = Cluster::shared();
    let address = cluster.fresh_database();
    let store = store(&address);
    let mut writer = writer(store.as_ref());
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    let own_question = ask(writer.as_mut(), 9, 1)[0];
    drop(writer);
    let service = Process::start(store.as_ref(), with_grace(GRACE));
    let other = Process::start(store.as_ref(), ServiceSettings::default());
    assert_eq!((service.votes(7), service.votes(9), other.votes(7)), (Ok(0), Ok(0), Ok(0)));

    cut_listeners(cluster, &address);
    let cut = Instant::now();
    other.vote(question_id).unwrap();
    assert_eq!(other.votes(7), Ok(1));
    assert_eq!(service.votes(7), Ok(0), "nobody told it, and it has four seconds");
    // Its own writes show at once, in the grace and after it.
    service.vote(own_question).unwrap();
    assert_eq!(service.votes(9), Ok(1));
    loop {
        let asked = Instant::now();
        match service.votes(7) {
            Ok(1) => break,
            stale => assert!(asked < cut + GRACE + SLACK, "{stale:?}, {:?} after the cut", cut.elapsed()),
        }
    }
    for votes in 2..=10 {
        other.vote(question_id).unwrap();
        assert_eq!(service.votes(7), Ok(votes), "nothing is kept");
        service.vote(own_question).unwrap();
        assert_eq!(service.votes(9), Ok(votes));
    }

    let_connect(cluster, &address);
    for votes in 11..=20 {
        other.vote(question_id).unwrap();
        service.until_votes(7, votes);
    }
}

#[test]
fn without_a_grace_nothing_stale_is_served_at_all() {
    let cluster = Cluster::shared();
    let address = cluster.fresh_database();
    let store = store(&address);
    let question_id = ask(writer(store.as_ref()).as_mut(), 7, 1)[0];
    let service = Process::start(store.as_ref(), with_grace(Duration::ZERO));
    let other = Process::start(store.as_ref(), ServiceSettings::default());
    assert_eq!((service.votes(7), other.votes(7)), (Ok(0), Ok(0)));
    cut_listeners(cluster, &address);
    other.vote(question_id).unwrap();
    service.until_votes(7, 1);
    for votes in 2..=10 {
        other.vote(question_id).unwrap();
        assert_eq!(service.votes(7), Ok(votes));
    }
    let_connect(cluster, &address);
}

#[test]
fn a_write_of_unknown_fate_takes_only_its_own_product_out_of_the_grace() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let store = store(&address);
    let mut writer = writer(store.as_ref());
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    writer.commit(&[vote(Target::Question(question_id), 1)]).unwrap();
    ask(writer.as_mut(), 9, 1);
    drop(writer);
    let settings = ServiceSettings { store_wait: PATIENCE, ..with_grace(Duration::from_hours(1)) };
    let service = Process::start(store.as_ref(), settings);
    assert_eq!((service.votes(7), service.votes(9)), (Ok(1), Ok(0)));
    let error = break_off_a_commit(&cluster, &address, || service.vote(question_id));
    assert_eq!(error, ServiceError::StoreUnavailable);
    assert_eq!(service.votes(7), Err(ServiceError::StoreUnavailable), "it may have changed");
    assert_eq!(service.votes(9), Ok(0));
}
