//! Reviews that are sent twice: only the first one is added, and it counts in the sums once.

use atelier::domain::{Digest, Email, IdempotencyKey, NewReview, Target};
use atelier::store::{Command, LoadMode, Outcome, PersonRows, Submission};

use super::stock::{Reviews, new_review, review, review_id, small_shop};
use crate::store::harness::{TestStore, new_question, outside, product_id, time};
use crate::support::on_every_store;

on_every_store!(
    the_same_review_many_times_in_one_batch_is_added_once,
    a_review_is_known_to_later_batches_and_other_sessions,
    another_content_under_the_same_key_is_refused,
    an_expired_review_is_added_again,
    the_first_may_be_hidden,
    an_earlier_review_is_recalled,
    submissions_of_replaced_reviews_are_forgotten,
    submissions_of_an_erased_reviewer_are_forgotten,
);

/// How long the submissions of these tests are kept, in seconds.
const KEPT_S: u64 = 300;

fn sent_at(second: u64, review: NewReview, key: Option<&str>) -> Command {
    let (digest, content) = match key {
        Some(key) => (digest_of(key), Some(review.digest())),
        None => (review.digest(), None),
    };
    let submission = Some(Submission { digest, content, expires_at: time(second + KEPT_S) });
    Command::AddReview { review, written_at: time(second), submission, origin: None }
}

fn digest_of(key: &str) -> Digest {
    IdempotencyKey::parse(key.to_owned()).expect("a good key").digest()
}

fn send(body: &str, key: Option<&str>) -> Command {
    sent_at(0, new_review(5, body, &["https://a.test/1.jpg"], &[(1, 4)]), key)
}

fn added(review: u64) -> Outcome {
    Outcome::ReviewAdded { review_id: review_id(review), product_id: product_id(5) }
}

fn repeated(review: u64) -> Outcome {
    Outcome::Repeated(Target::Review(review_id(review)))
}

fn nothing_is_wrong(store: &TestStore) {
    outside(|| store.open().check(&mut |finding| panic!("{finding:?}")).expect("checked"));
}

/// The last two lines of product 5 of the small shop: its sums.
fn sums(store: &TestStore) -> Vec<String> {
    let lines = store.review_lines(5);
    lines[lines.len() - 2..].to_vec()
}

/// The id of a review that was added.
fn id(outcome: Outcome) -> u64 {
    match outcome {
        Outcome::ReviewAdded { review_id, .. } => atelier::domain::Id::get(review_id),
        other => panic!("{other:?}"),
    }
}

fn the_same_review_many_times_in_one_batch_is_added_once(store: &TestStore) {
    small_shop().into(store);
    let mut commands: Vec<Command> = (0..20).map(|_| send("Twice.", None)).collect();
    commands.extend((0..20).map(|_| send("Keyed.", Some("k"))));
    commands.push(send("Once.", None));
    let outcomes = store.commit(&commands);
    assert_eq!(outcomes[0], added(7));
    assert_eq!(outcomes[1..20], [repeated(7); 19]);
    assert_eq!(outcomes[20], added(8));
    assert_eq!(outcomes[21..40], [repeated(8); 19]);
    assert_eq!(outcomes[40], added(9), "repetitions take no ids");
    let lines = store.review_lines(5);
    for (text, times) in [("Twice.", 1), ("Keyed.", 1), ("Once.", 1), ("a.test/1.jpg", 3)] {
        assert_eq!(lines.iter().filter(|line| line.contains(text)).count(), times, "{text}: {lines:?}");
    }
    assert_eq!(sums(store), ["C1 Fit 19/5", "C2 Length 0/0"]);
    nothing_is_wrong(store);
}

fn a_review_is_known_to_later_batches_and_other_sessions(store: &TestStore) {
    small_shop().into(store);
    let mut writer = store.writer();
    let mut other = store.writer();
    let batch = [send("Once.", None), send("Else.", Some("k"))];
    assert_eq!(other.commit(&batch[1..]).expect("committed"), [added(7)]);
    assert_eq!(writer.commit(&batch).expect("committed"), [added(8), repeated(7)]);
    for writer in [&mut writer, &mut other] {
        assert_eq!(writer.commit(&batch).expect("committed"), [repeated(8), repeated(7)]);
    }
    // As after a restart.
    assert_eq!(store.commit(&batch), [repeated(8), repeated(7)]);
    assert_eq!(sums(store), ["C1 Fit 15/4", "C2 Length 0/0"]);
}

fn another_content_under_the_same_key_is_refused(store: &TestStore) {
    let batch = [send("One.", Some("k")), send("Two.", Some("k")), send("Two.", Some("l"))];
    let outcomes = store.commit(&batch);
    let (one, two) = (id(outcomes[0]), id(outcomes[2]));
    assert_eq!(outcomes, [added(one), Outcome::KeyTaken, added(two)]);
    assert_eq!(store.commit(&batch), [repeated(one), Outcome::KeyTaken, repeated(two)]);
    // A question under the key of a review is another content.
    let question = new_question(5, "One.");
    let submission =
        Submission { digest: digest_of("k"), content: Some(question.digest()), expires_at: time(KEPT_S) };
    let asked =
        Command::AddQuestion { question, written_at: time(0), submission: Some(submission), origin: None };
    assert_eq!(store.commit(&[asked]), [Outcome::KeyTaken]);
    assert_eq!(store.lines(5), [""; 0]);
}

fn an_expired_review_is_added_again(store: &TestStore) {
    let at = |second| sent_at(second, new_review(5, "Again.", &[], &[]), None);
    let first = id(store.commit(&[at(0)])[0]);
    assert_eq!(store.commit(&[at(KEPT_S - 1)]), [repeated(first)]);
    let second = id(store.commit(&[at(KEPT_S)])[0]);
    assert_ne!(first, second);
    assert_eq!(store.review_lines(5).len(), 2);
    nothing_is_wrong(store);
}

fn the_first_may_be_hidden(store: &TestStore) {
    small_shop().into(store);
    store.commit(&[send("Rude.", None)]);
    store.report(&[review(7)]);
    assert_eq!(store.commit(&[send("Rude.", None)]), [repeated(7)]);
    assert_eq!(sums(store), ["C1 Fit 7/2", "C2 Length 0/0"]);
}

fn an_earlier_review_is_recalled(store: &TestStore) {
    let Command::AddReview { submission: Some(submission), .. } = send("Once.", Some("k")) else {
        panic!("it has a submission")
    };
    let recall = Command::Recall { submission, now: time(1) };
    assert_eq!(store.commit(std::slice::from_ref(&recall)), [Outcome::NotFound]);
    let added = id(store.commit(&[send("Once.", Some("k"))])[0]);
    assert_eq!(store.commit(&[recall]), [repeated(added)]);
}

fn submissions_of_replaced_reviews_are_forgotten(store: &TestStore) {
    let mut writer = store.writer();
    let former = || [send("Former.", Some("k")), send("Former.", None)];
    writer.commit(&former()).expect("committed");
    Reviews::default().review(9, 5).load(store.open().as_ref(), LoadMode::Replace).expect("replaced");
    assert_eq!(writer.commit(&former()).expect("committed"), [added(10), added(11)]);
    nothing_is_wrong(store);
}

fn submissions_of_an_erased_reviewer_are_forgotten(store: &TestStore) {
    small_shop().into(store);
    let mut others = new_review(5, "Mine.", &[], &[(1, 4)]);
    others.email = Email::parse("bob@mail.test", 254).expect("a good address");
    let commands = [send("Mine.", Some("k")), sent_at(0, others, None), send("Mine too.", None)];
    let mut writer = store.writer();
    assert_eq!(writer.commit(&commands).expect("committed"), [added(7), added(8), added(9)]);
    let handle = store.open();
    outside(|| {
        let person =
            PersonRows::find(handle.dump().expect("a dump").as_mut(), "cas@example.com").expect("read");
        handle.erase(&person).expect("erased");
    });
    // The reviews stay, and so do the stars that they gave.
    assert_eq!(sums(store), ["C1 Fit 19/5", "C2 Length 0/0"]);
    assert!(!store.review_lines(5).join("\n").contains("Mine too"));
    assert_eq!(writer.commit(&commands).expect("committed"), [added(10), repeated(8), added(11)]);
    nothing_is_wrong(store);
}
