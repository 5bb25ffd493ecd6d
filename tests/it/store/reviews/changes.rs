//! Noticing the reviews of others: the writing session reports every change by others and none of
//! its own.

use std::time::{Duration, Instant};

use atelier::store::{Change, LoadMode, Writer};

use super::stock::{review, small_shop, write};
use crate::store::harness::{News, TestStore, product_id, tell_of, time, vote};
use crate::support::{on_every_store, report_all};

on_every_store!(
    reviews_votes_and_reports_of_another_session_are_reported,
    own_commits_and_reads_are_not_reported,
    a_load_of_reviews_by_another_session_is_reported,
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

fn reviews_votes_and_reports_of_another_session_are_reported(store: &TestStore) {
    small_shop().into(store);
    let news = News::default();
    let mut writer = store.open().writer(news.sink()).expect("a writer");
    let far = (1 << 53) - 1;
    for (command, product) in [
        (Some(write(5, "From elsewhere.", &["https://example.com/1.jpg"], &[(1, 5)])), 5),
        (Some(vote(review(6), 2)), far),
        (None, 1 << 38),
    ] {
        match &command {
            Some(command) => drop(store.commit(std::slice::from_ref(command))),
            None => drop(store.report(&[review(5)])),
        }
        let told = news_when_idle(writer.as_mut(), &news);
        assert!(tell_of(&told, product), "{command:?}: {told:?}");
        writer.idle(time(0)).expect("the store keeps house");
        assert_eq!(news.take(), [], "each change is reported once");
    }
}

fn own_commits_and_reads_are_not_reported(store: &TestStore) {
    small_shop().into(store);
    let news = News::default();
    let handle = store.open();
    let mut writer = handle.writer(news.sink()).expect("a writer");
    let mut reader = handle.reader().expect("a reader");
    for _ in 0..10 {
        writer.commit(&[write(5, "Own.", &[], &[(1, 5)]), vote(review(1), 1)]).expect("committed");
        report_all(writer.as_mut(), &[review(2)]);
        reader.load_reviews(&[product_id(5)]).expect("read");
        reader.scan_catalogue(None, 5).expect("read");
        writer.idle(time(0)).expect("the store keeps house");
    }
    assert_eq!(news.take(), []);
}

fn a_load_of_reviews_by_another_session_is_reported(store: &TestStore) {
    let news = News::default();
    let mut writer = store.open().writer(news.sink()).expect("a writer");
    let shop = small_shop().into(store);
    assert_eq!(news_when_idle(writer.as_mut(), &news), [Change::Everything]);
    shop.load(store.open().as_ref(), LoadMode::Replace).expect("replaced");
    assert_eq!(news_when_idle(writer.as_mut(), &news), [Change::Everything]);
}
