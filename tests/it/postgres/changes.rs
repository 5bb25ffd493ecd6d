//! Notices of commits by other processes.

use atelier::domain::Target;
use atelier::service::ServiceSettings;
use atelier::store::ProductChange;

use super::process::Process;
use super::*;
use crate::support::cluster::Cluster;
use crate::support::report_all;

/// Sends notices on the channel of a store as a role that may only read.
fn notify_as_reader(cluster: &Cluster, address: &str, texts: &[&str]) {
    cluster.query(
        address,
        "DO $$ BEGIN CREATE ROLE reads_only; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO reads_only",
    );
    for text in texts {
        let notify = format!(
            "SET ROLE reads_only;
             SELECT pg_notify('atelier_changes_' || relnamespace, '{text}') FROM pg_class WHERE relname = 'questions'"
        );
        cluster.query(address, &notify);
    }
}

#[test]
fn votes_in_notices_are_read_from_the_store_and_not_believed() {
    let cluster = Cluster::shared();
    let address = cluster.fresh_database();
    let store = store(&address);
    let mut writer = writer(store.as_ref());
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    let answer_id = answer(writer.as_mut(), question_id, &[]);
    writer.commit(&[vote(Target::Question(question_id), 3), vote(Target::Answer(answer_id), 1)]).unwrap();
    let (sink, elsewhere) = ear();
    let _listening = store.writer(sink).unwrap();
    let service = Process::start(store.as_ref(), ServiceSettings::default());
    assert_eq!(service.votes(7), Ok(3));

    // False votes of rows of another product, and of a row that does not exist.
    let vote_of_nobody = "1 q7,99";
    let known = format!("1 q9,{question_id} a9,{answer_id}");
    // An old form of notices, with a number of votes. It is no longer understood.
    let with_votes = format!("1 q7,{question_id},4000000000");
    notify_as_reader(cluster, &address, &[vote_of_nobody, &known, &with_votes]);
    let mut heard = Vec::new();
    while heard.last() != Some(&Change::Everything) {
        heard.push(elsewhere.recv_timeout(PATIENCE).unwrap());
    }
    for change in &heard {
        let Change::Votes(changes) = change else { continue };
        for change in changes {
            let right = [
                ProductChange::QuestionVotes(product(7), question_id, 3),
                ProductChange::AnswerVotes(product(7), answer_id, 1),
            ];
            assert!(right.contains(change), "{change:?}");
        }
    }
    writer.commit(&[vote(Target::Question(question_id), 1)]).unwrap();
    service.until_votes(7, 4);
}

#[test]
fn votes_that_cannot_be_read_take_the_product_out_of_memory() {
    let cluster = Cluster::shared();
    let address = cluster.fresh_database();
    let store = store(&address);
    let question_id = ask(writer(store.as_ref()).as_mut(), 7, 1)[0];
    let (sink, elsewhere) = ear();
    let _listening = store.writer(sink).unwrap();
    cluster.query(
        &address,
        "ALTER TABLE questions DROP CONSTRAINT questions_helpful_check; UPDATE questions SET helpful = -1",
    );
    notify_as_reader(cluster, &address, &[&format!("1 q7,{question_id}")]);
    assert_eq!(
        elsewhere.recv_timeout(PATIENCE).unwrap(),
        Change::Votes(vec![ProductChange::Rows(product(7))])
    );
}

#[test]
fn two_stores_in_one_database_do_not_receive_each_others_notices() {
    let cluster = Cluster::shared();
    let database = cluster.fresh_database();
    let stores = ["first shop", "second"].map(|schema| {
        cluster.query(&database, &format!("CREATE SCHEMA \"{schema}\""));
        let path = format!("-csearch_path%3D%22{}%22", schema.replace(' ', "%5C%20"));
        store(&format!("{database}&options={path}"))
    });
    let [first, second] = stores;
    let question_id = ask(writer(first.as_ref()).as_mut(), 7, 1)[0];
    assert_eq!(ask(writer(second.as_ref()).as_mut(), 7, 1)[0], question_id, "the same number in both");
    let service = Process::start(second.as_ref(), ServiceSettings::default());
    assert_eq!(service.votes(7), Ok(0));

    let (sink, elsewhere) = ear();
    let _listening = second.writer(sink).unwrap();
    let mut voter = writer(first.as_ref());
    for _ in 0..20 {
        voter.commit(&[vote(Target::Question(question_id), 1)]).unwrap();
    }
    writer(second.as_ref()).commit(&[vote(Target::Question(question_id), 2)]).unwrap();
    // Notices come in the order of the commits, so no commit of the first store was reported.
    assert_eq!(
        elsewhere.recv_timeout(PATIENCE).unwrap(),
        Change::Votes(vec![ProductChange::QuestionVotes(product(7), question_id, 2)])
    );
    service.until_votes(7, 2);
}

#[test]
fn other_processes_receive_a_commit_with_its_values_and_its_own_process_does_not() {
    let store = fresh_store();
    let (own_sink, own) = ear();
    let mut writer = store.writer(own_sink).unwrap();
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    let answer_id = answer(writer.as_mut(), question_id, &[]);
    let (sink, elsewhere) = ear();
    let mut other = store.writer(sink).unwrap();

    report_all(writer.as_mut(), &[Target::Answer(answer_id)]);
    writer.commit(&[vote(Target::Question(question_id), 5), vote(Target::Answer(answer_id), 2)]).unwrap();
    assert_eq!(
        elsewhere.recv_timeout(PATIENCE).unwrap(),
        Change::Products(vec![ProductChange::Rows(product(7))])
    );
    assert_eq!(
        elsewhere.recv_timeout(PATIENCE).unwrap(),
        Change::Votes(vec![
            ProductChange::QuestionVotes(product(7), question_id, 5),
            ProductChange::AnswerVotes(product(7), answer_id, 2),
        ]),
        "votes are read"
    );
    other.commit(&[vote(Target::Question(question_id), 1)]).unwrap();
    // Notices come in the order of the commits. The first one is the other's, so none of its own
    // was reported.
    let heard = own.recv_timeout(PATIENCE).unwrap();
    assert_eq!(heard, Change::Votes(vec![ProductChange::QuestionVotes(product(7), question_id, 6)]));
}

#[test]
fn the_writers_of_one_service_do_not_report_each_others_commits() {
    let store = fresh_store();
    let (sink, elsewhere) = ear();
    let mut writers = store.writers(sink).unwrap();
    assert!(writers.len() > 1);
    let question_id = ask(writers[0].as_mut(), 7, 1)[0];
    for writer in &mut writers {
        writer.commit(&[vote(Target::Question(question_id), 1)]).unwrap();
    }
    writer(store.as_ref()).commit(&[vote(Target::Question(question_id), 1)]).unwrap();
    // Notices come in the order of the commits, so none of their own was reported before.
    let votes = u32::try_from(writers.len()).unwrap() + 1;
    let heard = elsewhere.recv_timeout(PATIENCE).unwrap();
    assert_eq!(heard, Change::Votes(vec![ProductChange::QuestionVotes(product(7), question_id, votes)]));
}

#[test]
fn a_large_batch_is_reported_completely() {
    let store = fresh_store();
    let mut writer = writer(store.as_ref());
    let questions = ask(writer.as_mut(), 7, 1_000);
    let (sink, elsewhere) = ear();
    let _other = store.writer(sink).unwrap();
    let votes: Vec<_> = questions.iter().map(|id| vote(Target::Question(*id), 1)).collect();
    writer.commit(&votes).unwrap();
    let mut told = 0;
    while told < votes.len() {
        match elsewhere.recv_timeout(PATIENCE).unwrap() {
            Change::Votes(changes) => told += changes.len(),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told, votes.len());
}
