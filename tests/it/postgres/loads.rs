//! Bulk loads: all or nothing, under a running server.

use std::sync::atomic::{AtomicBool, Ordering};

use atelier::domain::Target;
use atelier::domain::{AnswerId, Holds, Id as _};
use atelier::store::{BulkLoad, RecordRow, RowBatch, StoreError, each_batch};

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
    same_as_migrated(&address);
}

/// The tables are the same as those that the migration makes.
fn same_as_migrated(address: &str) {
    let cluster = Cluster::shared();
    let fresh = cluster.fresh_database();
    let _ = store(&fresh);
    let shape = "SELECT relname, reloptions, (SELECT string_agg(attname || ' ' || format_type(atttypid, -1)
         || attnotnull || coalesce(pg_get_expr(adbin, adrelid), ''), ',' ORDER BY attnum) FROM pg_attribute a
         LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum WHERE attrelid = c.oid AND attnum > 0),
         (SELECT string_agg(conname || pg_get_constraintdef(oid), ',' ORDER BY conname) FROM pg_constraint
         WHERE conrelid = c.oid), pg_get_indexdef(c.oid)
         FROM pg_class c WHERE relnamespace = 'public'::regnamespace ORDER BY relname";
    assert_eq!(cluster.query(address, shape), cluster.query(&fresh, shape));
}

/// Rows of a kind, two for each product, with ids from 1 on: the second one has no value where it
/// may have none.
fn batch(kind: Kind, products: u64) -> RowBatch {
    let mut batch = RowBatch::new(kind);
    for product in 1..=products {
        for id in [2 * product - 1, 2 * product] {
            if kind == Kind::Product && id % 2 == 0 {
                continue;
            }
            let values: Vec<Value<'_>> = kind
                .definition()
                .columns
                .iter()
                .map(|column| match column.holds {
                    Holds::Product => product.into(),
                    Holds::OptionalPrice | Holds::OptionalText if id % 2 == 0 => Value::Nothing,
                    Holds::Flag | Holds::Hidden => (id % 2).into(),
                    Holds::Stars => 5_u64.into(),
                    // A moment before 1970, whose bits are those of nothing.
                    Holds::Time => Timestamp::nearest(-1).into(),
                    holds if holds.is_text() => column.name.into(),
                    _ => id.into(),
                })
                .collect();
            add(&mut batch, product, &values);
        }
    }
    batch
}

/// All values of a dump of a kind, texts among them.
fn dumped(store: &dyn Store, kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    let mut dump = store.dump().expect("a dump");
    each_batch(dump.as_mut(), kind, |batch| {
        rows.extend(described(&batch));
        Ok::<_, StoreError>(())
    })
    .expect("rows");
    rows
}

fn described(batch: &RowBatch) -> Vec<String> {
    let columns = batch.kind().definition().columns;
    let value = |row: RecordRow<'_>, place: usize| match columns[place].holds {
        holds if holds.is_text() => format!("{:?}", row.optional_text(place)),
        _ => row.value(place).to_string(),
    };
    let describe = |row| (0..columns.len()).map(|place| value(row, place)).collect::<Vec<_>>().join(" ");
    batch.rows().map(describe).collect()
}

#[test]
fn rows_of_every_kind_are_dumped_as_they_were_loaded() {
    // More rows than a batch of a dump has.
    const PRODUCTS: u64 = 2_500;
    let address = Cluster::shared().fresh_database();
    let store = store(&address);
    let mut load = store.bulk_load(&Set::ALL, LoadMode::IntoEmpty).unwrap();
    for kind in Kind::all() {
        load.add(&batch(kind, PRODUCTS)).unwrap();
    }
    let counts = load.commit(now()).unwrap();
    assert_eq!(counts, store.counts().unwrap());
    for kind in Kind::all() {
        assert_eq!(dumped(store.as_ref(), kind), described(&batch(kind, PRODUCTS)), "{kind:?}");
    }
    let mut dump = store.dump().unwrap();
    for kind in Kind::all() {
        let last = if kind.grows() { 2 * PRODUCTS } else { 0 };
        assert_eq!(dump.last_ids().unwrap().of(kind), last, "{kind:?}");
        assert_eq!(counts.of(kind), if kind == Kind::Product { PRODUCTS } else { 2 * PRODUCTS });
    }
    for set in Set::ALL {
        assert_eq!(dump.imported_at(set).unwrap(), Some(now()));
    }
    same_as_migrated(&address);
}

#[test]
fn a_load_of_some_sets_leaves_the_others_and_their_submissions() {
    let cluster = Cluster::shared();
    let address = cluster.fresh_database();
    let store = store(&address);
    let mut all = store.bulk_load(&Set::ALL, LoadMode::IntoEmpty).unwrap();
    for kind in Kind::all() {
        all.add(&batch(kind, 3)).unwrap();
    }
    all.commit(now()).unwrap();
    let submissions =
        "SELECT string_agg(coalesce(question_id, answer_id, review_id)::text, ' ' ORDER BY digest)
                       FROM submissions";
    for (set, left) in [(Set::Catalogue, "1 2 3"), (Set::Reviews, "1 2"), (Set::Questions, "3")] {
        cluster.query(
            &address,
            "TRUNCATE submissions; INSERT INTO submissions (expires_at, question_id, answer_id, review_id, digest) VALUES
             ('infinity', 1, NULL, NULL, '00000000-0000-0000-0000-000000000001'),
             ('infinity', NULL, 2, NULL, '00000000-0000-0000-0000-000000000002'),
             ('infinity', NULL, NULL, 3, '00000000-0000-0000-0000-000000000003')",
        );
        assert!(matches!(store.bulk_load(&[set], LoadMode::IntoEmpty).err(), Some(StoreError::NotEmpty)));
        let mut load = store.bulk_load(&[set], LoadMode::Replace).unwrap();
        let other = Kind::all().find(|kind| kind.definition().set != set).unwrap();
        assert!(load.add(&batch(other, 1)).is_err(), "{other:?} is of another set");
        for kind in set.kinds() {
            load.add(&batch(kind, 1)).unwrap();
        }
        // A copy of rows that came from no import.
        load.imported_before(set, None);
        let counts = load.commit(now()).unwrap();
        for kind in Kind::all() {
            let products = if kind.definition().set == set { 1 } else { 3 };
            let rows = if kind == Kind::Product { products } else { 2 * products };
            assert_eq!(counts.of(kind), rows, "{kind:?}");
        }
        assert_eq!(store.dump().unwrap().imported_at(set).unwrap(), None);
        assert_eq!(cluster.query(&address, submissions), left);
        let mut load = store.bulk_load(&[set], LoadMode::Replace).unwrap();
        for kind in set.kinds() {
            load.add(&batch(kind, 3)).unwrap();
        }
        load.commit(now()).unwrap();
        assert_eq!(store.dump().unwrap().imported_at(set).unwrap(), Some(now()));
    }
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
