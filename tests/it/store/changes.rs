//! Noticing the writes of others: the writing session reports every change by others and none of
//! its own, on every kind of store.

use std::time::{Duration, Instant};

use atelier::store::{Change, LoadMode, Writer};

use super::harness::{News, TestStore, ask, product_id, question, tell_of, time, vote};
use super::stock::{Load, small_shop};
use crate::support::on_every_store;

on_every_store!(
    a_commit_of_another_session_is_reported_when_idle,
    a_commit_of_another_session_is_reported_between_own_commits,
    own_commits_and_reads_are_not_reported,
    a_load_by_another_session_is_reported,
    a_dropped_load_is_not_reported,
    commits_before_the_session_are_not_reported,
    two_sessions_report_each_others_commits,
);

/// Keeps the session idle until it reports a change.
fn news_when_idle(writer: &mut dyn Writer, news: &News) -> Vec<Change> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        writer.idle(time(0)).expect("the store keeps house");
        let told = news.take();
        if !told.is_empty() || Instant::now() > deadline {
            return told;
        }
        std::thread::yield_now();
    }
}

fn a_commit_of_another_session_is_reported_when_idle(store: &TestStore) {
    let news = News::default();
    let mut writer = store.open().writer(news.sink()).expect("a writer");
    store.commit(&[ask(5, "From elsewhere?")]);
    let told = news_when_idle(writer.as_mut(), &news);
    assert!(tell_of(&told, 5), "{told:?}");
    writer.idle(time(0)).expect("the store keeps house");
    assert_eq!(news.take(), [], "each change is reported once");
}

fn a_commit_of_another_session_is_reported_between_own_commits(store: &TestStore) {
    let news = News::default();
    let mut writer = store.open().writer(news.sink()).expect("a writer");
    store.commit(&[ask(5, "From elsewhere?")]);
    writer.commit(&[vote(question(1), 1)]).expect("committed");
    let told = news_when_idle(writer.as_mut(), &news);
    assert!(tell_of(&told, 5), "{told:?}");
    writer.commit(&[vote(question(1), 1)]).expect("committed");
    writer.idle(time(0)).expect("the store keeps house");
    assert_eq!(news.take(), [], "each change is reported once");
}

fn own_commits_and_reads_are_not_reported(store: &TestStore) {
    let news = News::default();
    let handle = store.open();
    let mut writer = handle.writer(news.sink()).expect("a writer");
    let mut reader = handle.reader().expect("a reader");
    for number in 1..=20 {
        writer.commit(&[ask(number, "Own?"), vote(question(number), 1)]).expect("committed");
        reader.load_products(&[product_id(number)]).expect("read");
        writer.idle(time(0)).expect("the store keeps house");
    }
    handle.check(&mut |_| {}).expect("checked");
    drop(store.open());
    writer.idle(time(0)).expect("the store keeps house");
    assert_eq!(news.take(), []);
}

fn a_load_by_another_session_is_reported(store: &TestStore) {
    let news = News::default();
    let mut writer = store.open().writer(news.sink()).expect("a writer");
    small_shop().into(store);
    assert_eq!(news_when_idle(writer.as_mut(), &news), [Change::Everything]);
    Load::default().load(store.open().as_ref(), LoadMode::Replace).expect("loaded");
    assert_eq!(news_when_idle(writer.as_mut(), &news), [Change::Everything]);
}

fn a_dropped_load_is_not_reported(store: &TestStore) {
    let news = News::default();
    let mut writer = store.open().writer(news.sink()).expect("a writer");
    drop(small_shop().begin(store.open().as_ref(), LoadMode::IntoEmpty).expect("begun"));
    writer.idle(time(0)).expect("the store keeps house");
    writer.commit(&[ask(5, "Own?")]).expect("committed");
    assert_eq!(news.take(), []);
}

fn commits_before_the_session_are_not_reported(store: &TestStore) {
    small_shop().into(store);
    let news = News::default();
    let mut writer = store.open().writer(news.sink()).expect("a writer");
    writer.idle(time(0)).expect("the store keeps house");
    writer.commit(&[vote(question(1), 1)]).expect("committed");
    assert_eq!(news.take(), []);
}

fn two_sessions_report_each_others_commits(store: &TestStore) {
    let (first_news, second_news) = (News::default(), News::default());
    let mut first = store.open().writer(first_news.sink()).expect("a writer");
    let mut second = store.open().writer(second_news.sink()).expect("a writer");
    first.commit(&[ask(5, "First?")]).expect("committed");
    let told = news_when_idle(second.as_mut(), &second_news);
    assert!(tell_of(&told, 5), "{told:?}");
    second.commit(&[ask(5, "Second?")]).expect("committed");
    let told = news_when_idle(first.as_mut(), &first_news);
    assert!(tell_of(&told, 5), "{told:?}");
    assert_eq!((first_news.take(), second_news.take()), (vec![], vec![]));
}

#[test]
fn on_sqlite_a_commit_of_another_process_is_reported_before_the_own_one_is_acknowledged() {
    let store = TestStore::sqlite();
    let news = News::default();
    let mut writer = store.open().writer(news.sink()).expect("a writer");
    store.commit(&[ask(5, "From elsewhere?")]);
    writer.commit(&[vote(question(1), 1)]).expect("committed");
    assert_eq!(news.take(), [Change::Everything]);
}
