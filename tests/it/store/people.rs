//! Finding and erasing all rows of one e-mail address on every kind of store. Threads stay
//! readable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use atelier::domain::{Body, Email, Id, Kind, Name, NewAnswer, NewQuestion, PhotoUrl};
use atelier::store::{
    Command, Counts, DUMP_ROWS_PER_BATCH, ERASED_BODY, ERASED_NAME, LoadMode, PersonRows, StoreError,
};

use super::harness::{News, TestStore, answer, ask, product_id, question, question_id, tell_of, time, vote};
use super::stock::{Load, small_shop};
use crate::support::batches::counts;
use crate::support::on_every_store;

on_every_store!(
    a_person_is_found_with_everything,
    an_address_is_compared_as_it_is_kept,
    an_empty_address_belongs_to_no_person,
    an_erased_person_leaves_a_readable_thread,
    rows_that_are_no_longer_the_persons_are_left_alone,
    erasing_is_reported_to_other_sessions,
    erasing_no_rows_is_not_reported,
    a_person_with_more_rows_than_a_batch_is_found_and_erased,
    votes_for_rows_that_are_being_erased_are_counted,
);

const ANN: &str = "Ann.O'Neil@mail.test";

fn ask_as(email: &str, product: u64, body: &str) -> Command {
    let question = NewQuestion {
        product_id: product_id(product),
        body: Body::parse(body, 1_000).expect("a good text"),
        name: Name::parse("Ann", 60).expect("a good name"),
        email: Email::parse(email, 254).expect("a good address"),
    };
    Command::AddQuestion { question, written_at: time(1), submission: None, origin: None }
}

fn reply_as(email: &str, question: u64, body: &str, photos: &[&str]) -> Command {
    let answer = NewAnswer {
        body: Body::parse(body, 1_000).expect("a good text"),
        name: Name::parse("Ann", 60).expect("a good name"),
        email: Email::parse(email, 254).expect("a good address"),
        photos: photos.iter().map(|url| PhotoUrl::parse(url, 2_000).expect("a good URL")).collect(),
    };
    Command::AddAnswer {
        question_id: question_id(question),
        product_id: None,
        answer,
        written_at: time(2),
        submission: None,
        origin: None,
    }
}

fn find(store: &TestStore, email: &str) -> PersonRows {
    PersonRows::find(store.open().dump().expect("a dump").as_mut(), email).expect("read")
}

/// Questions 1, 2 (hidden) and answers 1 (with photos), 2 are Ann's, question 3 and answer 3 Bob's.
fn used_by_ann_and_bob(store: &TestStore) {
    let far = 1 << 40;
    store.commit(&[ask_as(ANN, 5, "Hers?"), ask_as(ANN, far, "Hidden?"), ask_as("bob@mail.test", 5, "His?")]);
    store.commit(&[
        reply_as(ANN, 3, "Hers.", &["https://a.test/1.jpg", "https://a.test/2.jpg"]),
        reply_as(ANN, 1, "Also hers.", &[]),
        reply_as("bob@mail.test", 1, "His.", &["https://a.test/3.jpg"]),
    ]);
    store.commit(&[vote(question(1), 7), vote(answer(1), 2)]);
    store.report(&[question(2)]);
}

fn a_person_is_found_with_everything(store: &TestStore) {
    used_by_ann_and_bob(store);
    let ann = find(store, ANN);
    assert_eq!(ann.counts(), counts(2, 2, 2));
    let [body, helpful, reported] = ["body", "helpful", "reported"].map(|name| Kind::Question.column(name));
    let questions: Vec<_> = ann
        .of(Kind::Question)
        .map(|row| {
            let (id, product) = (row.value(0), row.product_id().get());
            (id, product, row.text(body), row.value(helpful), row.value(reported))
        })
        .collect();
    assert_eq!(questions, [(1, 5, "Hers?", 7, 0), (2, 1 << 40, "Hidden?", 0, 1)]);
    let answers: Vec<_> =
        ann.of(Kind::Answer).map(|row| (row.value(0), row.text(body), row.value(helpful))).collect();
    assert_eq!(answers, [(1, "Hers.", 2), (2, "Also hers.", 0)]);
    let urls: Vec<_> = ann.of(Kind::Photo).map(|row| row.text(Kind::Photo.column("url"))).collect();
    assert_eq!(urls, ["https://a.test/1.jpg", "https://a.test/2.jpg"]);
    assert!(ann.other_spellings.is_empty());
    assert_eq!(find(store, "nobody@mail.test").counts(), Counts::default());
}

fn an_address_is_compared_as_it_is_kept(store: &TestStore) {
    store.commit(&[ask_as("ann@mail.test", 5, "Small?"), ask_as("Ann@Mail.test", 5, "Large?")]);
    store.commit(&[ask_as("ünal@mail.test", 5, "Other?"), ask_as("ann@mail.tester", 5, "Longer?")]);
    for (email, other) in [("ann@mail.test", "Ann@Mail.test"), ("Ann@Mail.test", "ann@mail.test")] {
        let found = find(store, &format!(" {email}\n"));
        assert_eq!(found.counts().of(Kind::Question), 1);
        let row = found.of(Kind::Question).next().expect("a question");
        assert_eq!(row.text(Kind::Question.column("email")), email);
        assert_eq!(found.other_spellings.iter().collect::<Vec<_>>(), [other]);
    }
    let found = find(store, "ÜNAL@mail.test");
    assert_eq!(found.counts(), Counts::default());
    assert_eq!(found.other_spellings.iter().collect::<Vec<_>>(), ["ünal@mail.test"]);
}

fn an_empty_address_belongs_to_no_person(store: &TestStore) {
    small_shop().into(store);
    let refused = PersonRows::find(store.open().dump().expect("a dump").as_mut(), " \r\n");
    assert!(matches!(refused, Err(StoreError::BadAddress(_))), "{refused:?}");
}

fn an_erased_person_leaves_a_readable_thread(store: &TestStore) {
    used_by_ann_and_bob(store);
    let before = store.lines(5);
    let erased = store.open().erase(&find(store, ANN)).expect("erased");
    assert_eq!(erased, counts(2, 2, 2));
    let replaced = |line: &String| {
        let line = line.replace("\"Hers?\" Ann", &format!("{ERASED_BODY:?} {ERASED_NAME}"));
        let line = line.replace("\"Hers.\" Ann", &format!("{ERASED_BODY:?} {ERASED_NAME}"));
        line.replace("\"Also hers.\" Ann", &format!("{ERASED_BODY:?} {ERASED_NAME}"))
    };
    let expected: Vec<_> = before.iter().filter(|line| !line.contains("of A1 ")).map(replaced).collect();
    assert_eq!(store.lines(5), expected);
    assert_eq!(expected.iter().filter(|line| line.contains(ERASED_BODY)).count(), 3, "{expected:?}");

    assert_eq!(find(store, ANN).counts(), Counts::default());
    assert_eq!(find(store, "bob@mail.test").counts(), counts(1, 1, 1));
    let mut findings = Vec::new();
    let checked = store.open().check(&mut |finding| findings.push(finding)).expect("checked");
    assert_eq!((findings, checked), (vec![], counts(3, 3, 1)));
    // Hidden rows stay hidden, and erased rows can be voted for and answered.
    assert_eq!(store.lines(1 << 40), [""; 0]);
    store.commit(&[
        vote(question(1), 1),
        reply_as("kim@mail.test", 1, "Still here.", &["https://a.test/4.jpg"]),
    ]);
    assert!(store.lines(5).iter().any(|line| line.contains("+8")), "{:?}", store.lines(5));
    assert_eq!(find(store, "kim@mail.test").counts().of(Kind::Photo), 1);
}

fn rows_that_are_no_longer_the_persons_are_left_alone(store: &TestStore) {
    used_by_ann_and_bob(store);
    let ann = find(store, ANN);
    // The same ids, of other people, with photos.
    let shop = small_shop();
    shop.load(store.open().as_ref(), LoadMode::Replace).expect("loaded");
    assert_eq!(store.open().erase(&ann).expect("nothing to erase"), Counts::default());
    assert_eq!(store.lines(5), shop.lines(5));
}

fn erasing_is_reported_to_other_sessions(store: &TestStore) {
    used_by_ann_and_bob(store);
    let news = News::default();
    let mut writer = store.open().writer(news.sink()).expect("a writer");
    store.open().erase(&find(store, ANN)).expect("erased");
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut told = Vec::new();
    while !tell_of(&told, 5) || !tell_of(&told, 1 << 40) {
        assert!(Instant::now() < deadline, "{told:?}");
        writer.idle(time(0)).expect("the store keeps house");
        told.extend(news.take());
        std::thread::yield_now();
    }
}

fn erasing_no_rows_is_not_reported(store: &TestStore) {
    used_by_ann_and_bob(store);
    let ann = find(store, ANN);
    store.open().erase(&ann).expect("erased");
    let news = News::default();
    let mut writer = store.open().writer(news.sink()).expect("a writer");
    // A person without rows, and a person whose rows now belong to another one.
    for nobody in [find(store, "nobody@mail.test"), ann] {
        assert_eq!(store.open().erase(&nobody).expect("nothing to erase"), Counts::default());
    }
    let mut other = store.open().writer(Arc::new(|_| {})).expect("a writer");
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut told = Vec::new();
    // The change of this question is reported after all changes before it.
    writer.idle(time(0)).expect("the store keeps house");
    told.extend(news.take());
    let is_sqlite = matches!(store.address(), atelier::store::StoreAddress::Sqlite(_));
    assert!(!is_sqlite || told.is_empty(), "{told:?}");
    other.commit(&[ask(7, "And now?")]).expect("committed");
    while !is_sqlite && !tell_of(&told, 7) {
        assert!(Instant::now() < deadline, "{told:?}");
        writer.idle(time(0)).expect("the store keeps house");
        told.extend(news.take());
        std::thread::yield_now();
    }
    assert!(!tell_of(&told, 5) && !tell_of(&told, 1 << 40), "{told:?}");
}

fn a_person_with_more_rows_than_a_batch_is_found_and_erased(store: &TestStore) {
    let rows = DUMP_ROWS_PER_BATCH as u64 + 10;
    let shop = (1..=rows).fold(Load::default(), |shop, number| shop.question(number, number / 3 + 1));
    let shop = (1..=10).fold(shop, |shop, number| shop.answer(number, number).photo(number, number));
    shop.into(store);
    let erased = store.open().erase(&find(store, "asker@example.com")).expect("erased");
    assert_eq!(erased, counts(rows, 0, 0));
    let erased = store.open().erase(&find(store, "answerer@example.com")).expect("erased");
    assert_eq!(erased, counts(0, 10, 10));
    assert_eq!(store.open().counts().expect("counted"), counts(rows, 10, 0));
}

// What PostgreSQL keeps of former rows is up to its vacuum.
#[test]
fn sqlite_files_hold_nothing_of_an_erased_text_is_left_in_the_files() {
    let store = TestStore::sqlite();
    used_by_ann_and_bob(&store);
    // Nobody else has the file open, so its log is folded into it and emptied.
    store.open().erase(&find(&store, ANN)).expect("erased");
    let held = |text: &str| {
        let files = std::fs::read_dir(store.file().parent().expect("a folder")).expect("read").flatten();
        files
            .filter(|file| {
                let bytes = std::fs::read(file.path()).expect("read");
                bytes.windows(text.len()).any(|window| window == text.as_bytes())
            })
            .count()
    };
    assert_eq!((held("Also hers."), held("Hidden?"), held(ANN), held("https://a.test/1.jpg")), (0, 0, 0, 0));
    assert_eq!(held("His."), 1);
}

fn votes_for_rows_that_are_being_erased_are_counted(store: &TestStore) {
    used_by_ann_and_bob(store);
    let ann = find(store, ANN);
    let handle = store.open();
    let erased = std::thread::scope(|scope| {
        let voting = scope.spawn(|| {
            let mut writer = store.open().writer(Arc::new(|_| {})).expect("a writer");
            for _ in 0..50 {
                writer.commit(&[vote(question(1), 1), vote(answer(1), 1)]).expect("committed");
            }
        });
        let erased = handle.erase(&ann).expect("erased");
        voting.join().expect("no panic");
        erased
    });
    assert_eq!(erased, counts(2, 2, 2));
    let lines = store.lines(5);
    assert!(lines.iter().any(|line| line.contains("+57") && line.contains(ERASED_BODY)), "{lines:?}");
}
