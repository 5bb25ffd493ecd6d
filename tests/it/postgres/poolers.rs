//! Behind a pooler in transaction mode: the cases that the suites of the whole service, which also
//! run there, do not cover.

use std::process::Command;
use std::time::Instant;

use atelier::domain::Target;
use atelier::service::{ServiceError, ServiceSettings};
use atelier::store::StoreError;

use super::outages::break_off_a_commit;
use super::process::Process;
use super::*;
use crate::support::cluster::{Cluster, run};
use crate::support::pooler::{POOL_SIZE, PORT, Pooler};

/// Runs a statement through the pooler.
fn query(cluster: &Cluster, database: &str, sql: &str) -> String {
    let name = database.trim_start_matches("postgres://atelier@/").split('?').next().expect("a name");
    let mut psql = Command::new(cluster.programs.join("psql"));
    psql.args(["-XqAt", "-U", "atelier", "-d", name, "-p", &PORT.to_string(), "-c", sql]);
    run(psql.arg("-h").arg(cluster.directory()))
}

#[test]
fn many_sessions_share_few_connections_and_leave_no_settings_behind() {
    let cluster = Cluster::shared();
    let database = cluster.fresh_database();
    let store = store(&Pooler::shared().address(&database));
    let mut writer = writer(store.as_ref());
    let mut readers: Vec<_> = (0..6).map(|_| store.reader().unwrap()).collect();
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    for votes in 1..=20 {
        writer.commit(&[vote(Target::Question(question_id), 1)]).unwrap();
        for reader in &mut readers {
            assert_eq!(reader.load_products(&[product(7)]).unwrap()[0].questions[0].helpful, votes);
        }
    }
    let requests = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
         AND backend_type = 'client backend' AND application_name NOT LIKE '%listener'";
    let connections: u16 = cluster.query(&database, &format!("SELECT count(*) {requests}")).parse().unwrap();
    assert!((1..=POOL_SIZE).contains(&connections), "{connections} connections");
    let changed = "SELECT count(*) FROM pg_settings WHERE source = 'session'
         AND name NOT IN ('application_name', 'client_encoding')";
    for _ in 0..4 {
        assert_eq!(query(cluster, &database, changed), "0", "the next one gets the connection as it was");
    }
}

#[test]
fn an_address_through_which_no_notice_arrives_is_refused() {
    let cluster = Cluster::shared();
    let database = cluster.fresh_database();
    drop(store(&database));
    let pooled = Pooler::shared().address(&database);
    let deaf = format!("{pooled}:{PORT}");
    let named = format!("{database}&port={PORT}");
    for address in [deaf, named] {
        let opened = address.parse::<StoreAddress>().unwrap().open();
        let error = opened.and_then(|store| store.writer(ear().0)).err().expect(&address);
        assert!(error.to_string().contains("direct=HOST:PORT"), "{address}: {error}");
    }
}

#[test]
fn a_restart_behind_the_pooler_is_outlived() {
    let cluster = Cluster::start();
    let database = cluster.fresh_database();
    let pooler = Pooler::before(&cluster);
    let store = store(&pooler.address(&database));
    let question_id = ask(writer(store.as_ref()).as_mut(), 7, 1)[0];
    let service = Process::start(store.as_ref(), ServiceSettings::default());
    service.vote(question_id).unwrap();
    assert_eq!(service.votes(7), Ok(1));

    cluster.stop();
    // The pooler holds requests back until their time is up; it may still have them carried out
    // later.
    assert_eq!(service.vote(question_id), Err(ServiceError::StoreUnavailable));
    service.until_away(7);
    cluster.start_again();
    let started = Instant::now();
    while service.vote(question_id).is_err() {
        assert!(started.elapsed() < PATIENCE, "it does not recover");
    }
    let votes = service.votes(7).unwrap();
    assert!((2..=4).contains(&votes), "{votes}");
    assert_eq!(cluster.query(&database, "SELECT helpful FROM questions"), votes.to_string());
}

#[test]
fn a_commit_whose_answer_is_lost_behind_the_pooler_is_of_unknown_fate() {
    let cluster = Cluster::start();
    let database = cluster.fresh_database();
    let pooler = Pooler::before(&cluster);
    let store = store(&pooler.address(&database));
    let mut writer = writer(store.as_ref());
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    let error =
        break_off_a_commit(&cluster, &database, || writer.commit(&[vote(Target::Question(question_id), 1)]));
    assert!(matches!(error, StoreError::Unknown(_)), "{error:?}");
}
