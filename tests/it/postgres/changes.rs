//! News of commits by other processes.

use atelier::store::{Command, ProductChange};

use atelier::domain::Target;

use super::*;

#[test]
fn others_hear_of_a_commit_with_its_values_and_oneself_does_not() {
    let store = fresh_store();
    let (own_sink, own) = ear();
    let mut writer = store.writer(own_sink).unwrap();
    let question_id = ask(writer.as_mut(), 7, 1)[0];
    let answer_id = answer(writer.as_mut(), question_id, &[]);
    let (sink, elsewhere) = ear();
    let mut other = store.writer(sink).unwrap();

    let commands = [
        vote(Target::Question(question_id), 5),
        vote(Target::Answer(answer_id), 2),
        Command::Report(Target::Answer(answer_id)),
    ];
    writer.commit(&commands).unwrap();
    assert_eq!(
        elsewhere.recv_timeout(PATIENCE).unwrap(),
        Change::Products(vec![
            ProductChange::QuestionVotes(product(7), question_id, 5),
            ProductChange::AnswerVotes(product(7), answer_id, 2),
            ProductChange::Rows(product(7)),
        ])
    );
    other.commit(&[vote(Target::Question(question_id), 1)]).unwrap();
    // News come in the order of the commits: what is heard first is the other's, so nothing of its own was.
    let heard = own.recv_timeout(PATIENCE).unwrap();
    assert_eq!(heard, Change::Products(vec![ProductChange::QuestionVotes(product(7), question_id, 6)]));
}

#[test]
fn the_writers_of_one_service_do_not_hear_each_other() {
    let store = fresh_store();
    let (sink, elsewhere) = ear();
    let mut writers = store.writers(sink).unwrap();
    assert!(writers.len() > 1);
    let question_id = ask(writers[0].as_mut(), 7, 1)[0];
    for writer in &mut writers {
        writer.commit(&[vote(Target::Question(question_id), 1)]).unwrap();
    }
    writer(store.as_ref()).commit(&[vote(Target::Question(question_id), 1)]).unwrap();
    // News come in the order of the commits, so nothing of their own was told before.
    let votes = u32::try_from(writers.len()).unwrap() + 1;
    let heard = elsewhere.recv_timeout(PATIENCE).unwrap();
    assert_eq!(heard, Change::Products(vec![ProductChange::QuestionVotes(product(7), question_id, votes)]));
}

#[test]
fn a_large_batch_is_told_in_full() {
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
            Change::Products(changes) => told += changes.len(),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told, votes.len());
}
