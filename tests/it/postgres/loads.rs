//! Bulk loads: all or nothing, under a running server.

use std::sync::atomic::{AtomicBool, Ordering};

use atelier::domain::Target;
use atelier::domain::{AnswerId, Id as _};
use atelier::store::{BulkLoad, RowBatch, StoreError};

use super::*;
use crate::support::batches::{self, Value, add};
use crate::support::cluster::Cluster;

/// Loads `count` products of one question, one answer and one photo each, ids from 1,001 on,
/// without committing.
fn begin_load(store: &dyn Store, mode: LoadMode, count: u64) -> Box<dyn BulkLoad> {
    let mut load = store.bulk_load(&[Set::Questions], mode).expect("a load");
    let [mut questions, mut answers, mut photos] =
        [Kind::Question, Kind::Answer, Kind::Photo].map(RowBatch::new);
    for number in 1..=count {
        let id = 1_000 + number;
        add(&mut questions, number, &entry(id, number, "Loaded?", number % 10 == 0, 4));
        add(&mut answers, number, &entry(id, id, "Loaded.", false, 2));
        add(&mut photos, number, &[id.into(), id.into(), "https://example.com/p.jpg".into()]);
    }
    for batch in [questions, answers, photos] {
        load.add(&batch).expect("rows");
    }
    load
}

/// The values of a question or an answer.
fn entry(id: u64, parent: u64, text: &str, reported: bool, helpful: u64) -> [Value<'_>; 8] {
    let text = text.into();
    [id.into(), parent.into(), text, now().into(), text, text, reported.into(), helpful.into()]
}

#[test]
fn a_load_is_seen_as_a_whole_and_at_once() {
    let store = fresh_store();
    let (sink, elsewhere) = ear();
    let mut writer = store.writer(sink).unwrap();
    let mut reader = store.reader().unwrap();
    let old = ask(writer.as_mut(), 1, 1)[0];
    assert!(matches!(
        store.bulk_load(&[Set::Questions], LoadMode::IntoEmpty).err(),
        Some(StoreError::NotEmpty)
    ));

    let load = begin_load(store.as_ref(), LoadMode::Replace, 50);
    let ids = |rows: &ProductRows| rows.questions.iter().map(|row| row.question_id).collect::<Vec<_>>();
    assert_eq!(ids(&reader.load_products(&[product(1)]).unwrap()[0]), [old]);
    writer.commit(&[vote(Target::Question(old), 1)]).unwrap();
    let counts = load.commit(now()).unwrap();
    assert_eq!(counts, batches::counts(50, 50, 50));

    assert_eq!(elsewhere.recv_timeout(PATIENCE).unwrap(), Change::Everything);
    let loaded = QuestionId::new(1_001).unwrap();
    let rows = reader.load_products(&[product(1), product(10)]).unwrap();
    assert_eq!(ids(&rows[0]), [loaded]);
    assert_eq!((rows[0].questions[0].helpful, rows[0].questions[0].written_at), (4, now()));
    assert_eq!(rows[0].texts.get(rows[0].photos[0].url), "https://example.com/p.jpg");
    assert_eq!(ids(&rows[1]), []);
    let outcomes =
        writer.commit(&[vote(Target::Question(old), 1), vote(Target::Question(loaded), 1)]).unwrap();
    assert_eq!(outcomes, [Outcome::NotFound, Outcome::Voted { product_id: product(1), helpful: 5 }]);
    assert!(ask(writer.as_mut(), 1, 1)[0] > QuestionId::new(1_050).unwrap());
    assert!(answer(writer.as_mut(), loaded, &[]) > AnswerId::new(1_050).unwrap());
    store.check(&mut |finding| panic!("{finding:?}")).unwrap();
}

struct AtTheEnd<'a>(&'a AtomicBool);

impl Drop for AtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn reads_and_writes_during_a_load_do_not_fail() {
    const LOADS: u32 = 8;
    let store = fresh_store();
    begin_load(store.as_ref(), LoadMode::IntoEmpty, 300).commit(now()).unwrap();
    let done = AtomicBool::new(false);
    let busy = || !done.load(Ordering::Relaxed);
    let products: Vec<_> = (1..=9).map(product).collect();
    let question_ids: Vec<_> = (1..=300).map(|number| QuestionId::new(1_000 + number).unwrap()).collect();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut reader = store.reader().unwrap();
                while busy() {
                    for rows in reader.load_products(&products).unwrap() {
                        let sizes = (rows.questions.len(), !rows.answers.is_empty(), rows.photos.len());
                        assert_eq!(sizes, (1, true, 1), "neither half of a load nor nothing");
                    }
                    assert_eq!(reader.scan_products(None, 9).unwrap().len(), 9);
                }
            });
        }
        scope.spawn(|| {
            let mut writer = writer(store.as_ref());
            while busy() {
                let mut commands: Vec<_> =
                    question_ids.iter().map(|id| vote(Target::Question(*id), 1)).collect();
                commands.push(vote(Target::Answer(AnswerId::new(1_001).unwrap()), 1));
                commands.push(add_answer(question_ids[2], "Soon gone", &[]));
                assert!(!writer.commit(&commands).unwrap().contains(&Outcome::NotFound));
            }
        });
        // Also when a load fails. Otherwise the other threads would never end.
        let _end = AtTheEnd(&done);
        for _ in 0..LOADS {
            begin_load(store.as_ref(), LoadMode::Replace, 300).commit(now()).unwrap();
        }
    });
    store.check(&mut |finding| panic!("{finding:?}")).unwrap();
}

#[test]
fn a_load_that_died_leaves_nothing() {
    let cluster = Cluster::shared();
    let address = cluster.fresh_database();
    let store = store(&address);
    let left = "SELECT count(*) FROM pg_class WHERE relname LIKE '%load%'";
    drop(begin_load(store.as_ref(), LoadMode::IntoEmpty, 5));
    assert!(store.is_empty().unwrap());
    assert_eq!(cluster.query(&address, left), "0");
    // As a killed process leaves it.
    cluster.query(&address, "CREATE TABLE questions_load (LIKE questions); CREATE TABLE photos_load ()");
    begin_load(store.as_ref(), LoadMode::IntoEmpty, 5).commit(now()).unwrap();
    assert_eq!(cluster.query(&address, left), "0");
    let keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated";
    assert_eq!(cluster.query(&address, keys), "1");
    // The tables are the same as those that the migration makes.
    let fresh = cluster.fresh_database();
    let _ = super::store(&fresh);
    let shape = "SELECT relname, reloptions, (SELECT string_agg(attname || ' ' || format_type(atttypid, -1)
         || attnotnull || coalesce(pg_get_expr(adbin, adrelid), ''), ',' ORDER BY attnum) FROM pg_attribute a
         LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum WHERE attrelid = c.oid AND attnum > 0),
         (SELECT string_agg(conname || pg_get_constraintdef(oid), ',' ORDER BY conname) FROM pg_constraint
         WHERE conrelid = c.oid), pg_get_indexdef(c.oid)
         FROM pg_class c WHERE relnamespace = 'public'::regnamespace ORDER BY relname";
    assert_eq!(cluster.query(&address, shape), cluster.query(&fresh, shape));
}

#[test]
fn an_empty_load_and_one_at_a_time() {
    let store = fresh_store();
    let load = store.bulk_load(&[Set::Questions], LoadMode::IntoEmpty).unwrap();
    let error = store.bulk_load(&[Set::Questions], LoadMode::IntoEmpty).err().unwrap();
    assert!(error.to_string().contains("another import is under way"), "{error}");
    assert_eq!(load.commit(now()).unwrap().rows(), 0);
    assert!(store.is_empty().unwrap());
}

#[test]
fn a_load_into_a_store_that_filled_up_meanwhile_is_refused() {
    let store = fresh_store();
    let load = begin_load(store.as_ref(), LoadMode::IntoEmpty, 5);
    let question_id = ask(writer(store.as_ref()).as_mut(), 1, 1)[0];
    assert!(matches!(load.commit(now()), Err(StoreError::NotEmpty)));
    assert_eq!(load_ids(store.as_ref()), [question_id]);
}

fn load_ids(store: &dyn Store) -> Vec<QuestionId> {
    load(store, 1).questions.iter().map(|row| row.question_id).collect()
}

#[test]
fn rows_without_parents_are_refused() {
    let store = fresh_store();
    let nowhere = 77;
    let mut load = begin_load(store.as_ref(), LoadMode::IntoEmpty, 2);
    let mut photos = RowBatch::new(Kind::Photo);
    add(&mut photos, 1, &[5.into(), nowhere.into(), "https://example.com/p.jpg".into()]);
    load.add(&photos).unwrap();
    let error = load.commit(now()).err().unwrap();
    assert!(error.to_string().contains("photos_answer"), "{error}");
    assert!(store.is_empty().unwrap());

    let mut load = store.bulk_load(&[Set::Questions], LoadMode::IntoEmpty).unwrap();
    let mut answers = RowBatch::new(Kind::Answer);
    add(&mut answers, 1, &entry(nowhere, nowhere, "To whom?", false, 0));
    load.add(&answers).unwrap();
    let error = load.commit(now()).err().unwrap();
    assert!(error.to_string().contains("answers_question"), "{error}");
    assert!(store.is_empty().unwrap());
}
