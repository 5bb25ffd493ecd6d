//! Submissions that come twice, on every kind of store: only the first one is added, in every order
//! and session. Its digest is deleted after its lifetime.

use atelier::domain::Target;
use atelier::domain::{Digest, Email, Id, IdempotencyKey, NewAnswer, NewQuestion};
use atelier::store::{Command, LoadMode, Outcome, PersonRows, StoreAddress, Submission, Writer};

use super::harness::{
    TestStore, answer_id, new_answer, new_question, outside, product_id, question_id, time, vote,
};
use super::stock::{Load, small_shop};
use crate::support::cluster::Cluster;
use crate::support::on_every_store;

on_every_store!(
    the_same_submission_many_times_in_one_batch_is_added_once,
    a_submission_is_known_to_later_batches_and_other_sessions,
    another_content_under_the_same_key_is_refused,
    an_expired_submission_is_added_again,
    a_clock_that_was_ahead_and_is_set_right_does_not_keep_submissions,
    clocks_that_differ_a_little_keep_submissions,
    an_answer_to_an_unknown_question_leaves_no_submission,
    the_first_may_be_hidden,
    writers_that_add_the_same_at_once_add_it_once,
    submissions_of_replaced_rows_are_forgotten,
    submissions_of_an_erased_person_are_forgotten,
    expired_rows_are_deleted_by_later_writes,
    expired_rows_are_deleted_when_idle,
);

/// How long the submissions of these tests are kept, in seconds.
const KEPT_S: u64 = 300;

/// Submissions that are added between two of a busy writer's sweeps, and some more.
const MANY: u64 = 600;

fn kept(digest: Digest, content: Option<Digest>, second: u64) -> Submission {
    Submission { digest, content, expires_at: time(second + KEPT_S) }
}

fn asked(question: NewQuestion, submission: Submission, second: u64) -> Command {
    Command::AddQuestion { question, written_at: time(second), submission: Some(submission), origin: None }
}

/// A question without a key, sent at a second.
fn ask_at(second: u64, product: u64, body: &str) -> Command {
    let question = new_question(product, body);
    let submission = kept(question.digest(), None, second);
    asked(question, submission, second)
}

fn ask(body: &str) -> Command {
    ask_at(0, 5, body)
}

fn key(text: &str) -> Digest {
    IdempotencyKey::parse(text.to_owned()).expect("a good key").digest()
}

fn ask_under(name: &str, body: &str) -> Command {
    let question = new_question(5, body);
    let submission = kept(key(name), Some(question.digest()), 0);
    asked(question, submission, 0)
}

fn replied(question: u64, answer: NewAnswer, name: Option<&str>) -> Command {
    let question_id = question_id(question);
    let content = answer.digest(question_id);
    let submission = match name {
        Some(name) => kept(key(name), Some(content), 0),
        None => kept(content, None, 0),
    };
    Command::AddAnswer {
        question_id,
        product_id: None,
        answer,
        written_at: time(0),
        submission: Some(submission),
        origin: None,
    }
}

fn added(question: u64) -> Outcome {
    Outcome::QuestionAdded { question_id: question_id(question), product_id: product_id(5) }
}

fn repeated(question: u64) -> Outcome {
    Outcome::Repeated(Target::Question(question_id(question)))
}

/// The id of a question that was added.
fn id(outcome: Outcome) -> u64 {
    match outcome {
        Outcome::QuestionAdded { question_id, .. } => question_id.get(),
        other => panic!("{other:?}"),
    }
}

/// The id of a question, and whether it was added.
fn id_or_repeated(outcome: Outcome) -> (u64, bool) {
    match outcome {
        Outcome::Repeated(Target::Question(question_id)) => (question_id.get(), false),
        added => (id(added), true),
    }
}

/// How many submissions the store keeps.
fn kept_by(store: &TestStore) -> u64 {
    let sql = "SELECT count(*) FROM submissions";
    match store.address() {
        StoreAddress::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).expect("the file opens");
            connection.query_row(sql, [], |row| row.get::<_, u32>(0)).expect("a count").into()
        }
        StoreAddress::Postgres(address) => {
            let address = address.to_string();
            let (_, database) =
                address.split('?').next().and_then(|start| start.rsplit_once('/')).expect("a name");
            Cluster::shared().sql(database, sql).parse().expect("a number")
        }
    }
}

fn nothing_is_wrong(store: &TestStore) {
    outside(|| store.open().check(&mut |finding| panic!("{finding:?}")).expect("checked"));
}

fn the_same_submission_many_times_in_one_batch_is_added_once(store: &TestStore) {
    small_shop().into(store);
    let mut commands = vec![vote(super::harness::question(1), 1)];
    commands.extend((0..20).map(|_| ask("Twice?")));
    commands.extend((0..20).map(|_| replied(1, new_answer("Twice.", &["https://a.test/1.jpg"]), Some("k"))));
    commands.push(ask("Once?"));
    let outcomes = store.commit(&commands);
    assert_eq!(outcomes[1], added(7));
    assert_eq!(outcomes[2..21], [repeated(7); 19]);
    let answer_id = answer_id(5);
    assert_eq!(outcomes[21], Outcome::AnswerAdded { answer_id, product_id: product_id(5) });
    assert_eq!(outcomes[22..41], [Outcome::Repeated(Target::Answer(answer_id)); 19]);
    assert_eq!(outcomes[41], added(8), "repetitions take no ids");
    let lines = store.lines(5);
    for (text, times) in [("Twice?", 1), ("Twice.", 1), ("Once?", 1), ("a.test/1.jpg", 1)] {
        assert_eq!(lines.iter().filter(|line| line.contains(text)).count(), times, "{text}: {lines:?}");
    }
    nothing_is_wrong(store);
}

fn a_submission_is_known_to_later_batches_and_other_sessions(store: &TestStore) {
    let mut writer = store.writer();
    let mut other = store.writer();
    assert_eq!(other.commit(&[ask("Else?")]).expect("committed"), [added(1)]);
    assert_eq!(writer.commit(&[ask("Once?"), ask("Else?")]).expect("committed"), [added(2), repeated(1)]);
    for writer in [&mut writer, &mut other] {
        assert_eq!(
            writer.commit(&[ask("Once?"), ask("Else?")]).expect("committed"),
            [repeated(2), repeated(1)]
        );
    }
    // As after a restart.
    assert_eq!(store.commit(&[ask("Once?"), ask_at(299, 5, "Else?")]), [repeated(2), repeated(1)]);
    assert_eq!(kept_by(store), 2);
}

fn another_content_under_the_same_key_is_refused(store: &TestStore) {
    let batch =
        [ask_under("k", "One?"), ask_under("k", "Two?"), ask_under("l", "Two?"), ask_under("k", "One?")];
    let outcomes = store.commit(&batch);
    let (one, two) = (id(outcomes[0]), id(outcomes[2]));
    assert_eq!(outcomes, [added(one), Outcome::KeyTaken, added(two), repeated(one)]);
    assert_eq!(store.commit(&batch), [repeated(one), Outcome::KeyTaken, repeated(two), repeated(one)]);
    let answer = replied(1, new_answer("One?", &[]), Some("k"));
    assert_eq!(store.commit(&[answer]), [Outcome::KeyTaken]);
    // Without a key it is another submission.
    id(store.commit(&[ask("One?")])[0]);
    assert_eq!(store.lines(5).len(), 3);
}

fn an_expired_submission_is_added_again(store: &TestStore) {
    let mut writer = store.writer();
    let mut other = store.writer();
    let mut asked_at = |second| writer.commit(&[ask_at(second, 5, "Again?")]).expect("committed")[0];
    let first = id(asked_at(0));
    assert_eq!(asked_at(KEPT_S - 1), repeated(first));
    let second = id(asked_at(KEPT_S));
    assert_eq!(asked_at(2 * KEPT_S - 1), repeated(second));
    let again = ask_at(2 * KEPT_S, 5, "Again?");
    let outcomes = other.commit(&[again.clone(), again]).expect("committed");
    let third = id(outcomes[0]);
    assert_eq!(outcomes, [added(third), repeated(third)]);
    assert_eq!(asked_at(2 * KEPT_S), repeated(third));
    assert_eq!(store.lines(5).len(), 3);
    nothing_is_wrong(store);
}

fn a_clock_that_was_ahead_and_is_set_right_does_not_keep_submissions(store: &TestStore) {
    const AHEAD_S: u64 = 30 * 24 * 3_600;
    let mut writer = store.writer();
    let mut asked_at =
        |second| id_or_repeated(writer.commit(&[ask_at(second, 5, "Again?")]).expect("committed")[0]);
    let (first, is_new) = asked_at(AHEAD_S);
    assert!(is_new);
    assert_eq!(asked_at(AHEAD_S + 1), (first, false));
    let (second, is_new) = asked_at(10);
    assert!(is_new && second != first, "the first was sent in the future");
    assert_eq!(asked_at(11), (second, false));
    // After a restart as well.
    drop(writer);
    assert_eq!(store.commit(&[ask_at(12, 5, "Again?")]), [repeated(second)]);
    assert_eq!(store.lines(5).len(), 2);
    nothing_is_wrong(store);
}

fn clocks_that_differ_a_little_keep_submissions(store: &TestStore) {
    let outcomes = store.commit(&[ask_at(KEPT_S - 1, 5, "Again?")]);
    assert_eq!(store.commit(&[ask_at(0, 5, "Again?")]), [repeated(id(outcomes[0]))]);
}

fn an_answer_to_an_unknown_question_leaves_no_submission(store: &TestStore) {
    small_shop().into(store);
    let nobody = || replied(999, new_answer("Who?", &["https://a.test/1.jpg"]), Some("k"));
    assert_eq!(store.commit(&[nobody(), nobody()]), [Outcome::NotFound; 2]);
    assert_eq!(kept_by(store), 0);
    let somebody = replied(1, new_answer("You.", &[]), Some("k"));
    let outcomes = store.commit(&[nobody(), somebody]);
    assert!(matches!(outcomes[..], [Outcome::NotFound, Outcome::AnswerAdded { .. }]), "{outcomes:?}");
    assert_eq!(store.commit(&[nobody()]), [Outcome::KeyTaken]);
}

fn the_first_may_be_hidden(store: &TestStore) {
    store.commit(&[ask("Rude?")]);
    store.report(&[super::harness::question(1)]);
    assert_eq!(store.commit(&[ask("Rude?")]), [repeated(1)]);
}

fn writers_that_add_the_same_at_once_add_it_once(store: &TestStore) {
    const WRITERS: usize = 3;
    const ROUNDS: usize = 25;
    const QUESTIONS: usize = 20;
    let start = std::sync::Barrier::new(WRITERS);
    let write = |number: usize| {
        let mut writer = store.writer();
        let mut added = Vec::new();
        for round in 0..ROUNDS {
            // All of them in another order, and in two batches.
            let mut commands: Vec<_> =
                (0..QUESTIONS).map(|question| ask(&format!("Round {round}, {question}?"))).collect();
            commands.rotate_left(number * QUESTIONS / WRITERS);
            start.wait();
            for batch in commands.chunks(QUESTIONS / 2) {
                added.extend(writer.commit(batch).expect("committed"));
            }
        }
        added
    };
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|number| scope.spawn(move || write(number))).collect();
        writers.into_iter().flat_map(|writer| writer.join().expect("no panic")).collect()
    });
    assert_eq!(outcomes.len(), WRITERS * ROUNDS * QUESTIONS);
    let added = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::QuestionAdded { .. })).count();
    assert_eq!((added, store.lines(5).len()), (ROUNDS * QUESTIONS, ROUNDS * QUESTIONS));
    nothing_is_wrong(store);
}

fn submissions_of_replaced_rows_are_forgotten(store: &TestStore) {
    let mut writer = store.writer();
    writer.commit(&[ask_under("k", "Former?"), ask("Former?")]).expect("committed");
    Load::default().question(9, 5).load(store.open().as_ref(), LoadMode::Replace).expect("replaced");
    assert_eq!(kept_by(store), 0);
    assert_eq!(
        writer.commit(&[ask_under("k", "Former?"), ask("Former?")]).expect("committed"),
        [added(10), added(11)]
    );
    nothing_is_wrong(store);
}

fn submissions_of_an_erased_person_are_forgotten(store: &TestStore) {
    let bob = |mut answer: NewAnswer| {
        answer.email = Email::parse("bob@mail.test", 254).expect("a good address");
        answer
    };
    let commands = [
        ask("Hers?"),
        ask_under("k", "Hers too?"),
        replied(1, bob(new_answer("His.", &[])), None),
        replied(1, new_answer("Ours.", &[]), None),
    ];
    let mut writer = store.writer();
    writer.commit(&commands[..2]).expect("committed");
    writer.commit(&commands[2..]).expect("committed");
    let handle = store.open();
    outside(|| {
        let person =
            PersonRows::find(handle.dump().expect("a dump").as_mut(), "ada@example.com").expect("read");
        handle.erase(&person).expect("erased");
    });
    assert_eq!(kept_by(store), 2);
    let outcomes = writer.commit(&commands).expect("committed");
    assert_eq!(outcomes[..2], [added(3), added(4)]);
    assert!(outcomes[2..].iter().all(|outcome| matches!(outcome, Outcome::Repeated(Target::Answer(_)))));
}

/// Adds so many questions, each a submission of its own, in batches.
fn add_many(writer: &mut dyn Writer, second: u64) {
    let commands: Vec<_> =
        (0..MANY).map(|number| ask_at(second, number % 50 + 1, &format!("At {second}, {number}?"))).collect();
    for batch in commands.chunks(100) {
        writer.commit(batch).expect("committed");
    }
}

fn expired_rows_are_deleted_by_later_writes(store: &TestStore) {
    let mut writer = store.writer();
    let mut most = 0;
    for round in 0..12 {
        add_many(writer.as_mut(), round * (KEPT_S + 1));
        most = most.max(kept_by(store));
    }
    assert!(most <= 4 * MANY, "{most} are kept");
    nothing_is_wrong(store);
}

fn expired_rows_are_deleted_when_idle(store: &TestStore) {
    let mut writer = store.writer();
    add_many(writer.as_mut(), 0);
    let mut idle = |seconds: std::ops::Range<u64>| {
        for second in seconds {
            writer.idle(time(second)).expect("the store keeps house");
        }
    };
    idle(0..KEPT_S);
    assert_eq!(kept_by(store), MANY, "nothing has expired");
    idle(KEPT_S..KEPT_S + 20);
    // The embedded store keeps the newest one.
    assert!(kept_by(store) <= 1, "{} are kept", kept_by(store));
    assert_eq!(writer.commit(&[ask_at(KEPT_S + 20, 1, "At 0, 0?")]).expect("committed").len(), 1);
    nothing_is_wrong(store);
}
