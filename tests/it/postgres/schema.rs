//! Migrations: by hand, by several at once, and what is refused.

use std::time::Instant;

use atelier::store::{Migrated, StoreError};

use super::*;
use crate::support::cluster::Cluster;

#[test]
fn serving_needs_migrated_tables_and_says_so() {
    let cluster = Cluster::shared();
    let text = format!("{}&options=-csearch_path%3Dpublic", cluster.fresh_database());
    let address: StoreAddress = text.parse().unwrap();
    let error = address.open().err().unwrap();
    assert!(matches!(error, StoreError::WrongSchema(_)), "{error:?}");
    assert!(error.to_string().contains(&format!("atelier migrate --store '{text}'")), "{error}");
    assert_eq!(address.migrate().unwrap(), Migrated { from: 0, to: 5 });
    assert_eq!(address.migrate().unwrap(), Migrated { from: 5, to: 5 });
    assert!(address.open().unwrap().is_empty().unwrap());
    // The shown address is a valid address too.
    address.to_string().parse::<StoreAddress>().unwrap().open().unwrap();

    cluster.query(&text, "INSERT INTO atelier_schema VALUES (99)");
    for error in [address.open().err().unwrap(), address.migrate().unwrap_err()] {
        assert!(error.to_string().contains("later version"), "{error}");
    }
}

#[test]
fn tables_of_the_first_version_are_brought_up_to_date() {
    let cluster = Cluster::shared();
    let text = cluster.fresh_database();
    cluster.query(&text, include_str!("../../../migrations/postgres/0001_questions_and_answers.sql"));
    cluster.query(
        &text,
        "CREATE TABLE atelier_schema (version integer PRIMARY KEY); INSERT INTO atelier_schema VALUES (1);
         INSERT INTO questions VALUES (5, 3, '2020-01-01', 2, false, 'Old?', 'ann', 'ann@mail.test');
         SELECT setval('question_ids', 3)",
    );
    let address: StoreAddress = text.parse().unwrap();
    let error = address.open_or_create().err().unwrap();
    assert!(error.to_string().contains("atelier migrate --store"), "{error}");
    assert_eq!(address.migrate().unwrap(), Migrated { from: 1, to: 5 });
    let store = address.open().unwrap();
    assert_eq!(ask(writer(store.as_ref()).as_mut(), 5, 1)[0].get(), 4);
    assert_eq!(load(store.as_ref(), 5).questions.len(), 2);
    store.check(&mut |finding| panic!("{finding:?}")).unwrap();
}

#[test]
fn tables_without_moderation_keep_all_rows_when_they_are_brought_up_to_date() {
    let cluster = Cluster::shared();
    let text = cluster.fresh_database();
    for migration in [
        include_str!("../../../migrations/postgres/0001_questions_and_answers.sql"),
        include_str!("../../../migrations/postgres/0002_submissions.sql"),
        include_str!("../../../migrations/postgres/0003_answers_without_a_foreign_key.sql"),
        include_str!("../../../migrations/postgres/0004_catalogue_and_reviews.sql"),
        "CREATE TABLE atelier_schema (version integer PRIMARY KEY); INSERT INTO atelier_schema VALUES (4);
         INSERT INTO questions VALUES (5, 3, '2020-01-01', 2, false, 'Old?', 'ann', 'ann@mail.test'),
                                      (5, 4, '2020-01-01', 7, true, 'Hidden?', 'ann', 'ann@mail.test');
         INSERT INTO answers VALUES (5, 9, 3, '2020-01-01', 4, false, 'Old.', 'bob', 'bob@mail.test');
         INSERT INTO reviews (product_id, review_id, written_at, helpful, withdrawn, state, revision, rating,
                              recommend, summary, body, name, email)
         VALUES (5, 1, '2020-01-01', 6, 1, 0, 0, 4, true, '', 'Good.', 'cas', 'cas@mail.test'),
                (5, 2, '2020-01-01', 0, 0, 3, 1, 4, true, '', 'Hidden.', 'cas', 'cas@mail.test');
         SELECT setval('question_ids', 4), setval('answer_ids', 9), setval('review_ids', 2)",
    ] {
        cluster.query(&text, migration);
    }
    let address: StoreAddress = text.parse().unwrap();
    assert_eq!(address.migrate().unwrap(), Migrated { from: 4, to: 5 });
    let store = address.open().unwrap();
    let rows = load(store.as_ref(), 5);
    assert_eq!((rows.questions.len(), rows.questions[0].helpful), (1, 2));
    assert_eq!((rows.answers.len(), rows.answers[0].helpful), (1, 4));
    let reviews = store.reader().unwrap().load_reviews(&[product(5)]).unwrap().remove(0);
    assert_eq!((reviews.reviews.len(), reviews.reviews[0].helpful), (1, 5));
    let target = Target::Question(rows.questions[0].question_id);
    let voter = atelier::domain::Digest::from_bytes([1; 16]);
    let mut writer = writer(store.as_ref());
    let voted = Outcome::Voted { product_id: product(5), helpful: 3 };
    assert_eq!(writer.commit(&[Command::VoteAs { target, voter, takes_back: false }]).unwrap(), [voted]);
    let back = writer.commit(&[Command::VoteAs { target, voter, takes_back: true }]).unwrap();
    assert_eq!(back, [Outcome::TakenBack { product_id: product(5) }]);
    assert_eq!(load(store.as_ref(), 5).questions[0].helpful, 2);
    store.check(&mut |finding| panic!("{finding:?}")).unwrap();
}

#[test]
fn a_long_reader_delays_a_migration_but_no_requests() {
    let cluster = Cluster::shared();
    let text = cluster.fresh_database();
    let address: StoreAddress = text.parse().unwrap();
    for migration in [
        include_str!("../../../migrations/postgres/0001_questions_and_answers.sql"),
        include_str!("../../../migrations/postgres/0002_submissions.sql"),
        "CREATE TABLE atelier_schema (version integer PRIMARY KEY); INSERT INTO atelier_schema VALUES (2)",
    ] {
        cluster.query(&text, migration);
    }
    let until = |condition: &str| {
        let locks = "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'answers'::regclass
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let started = Instant::now();
        while cluster.query(&text, &format!("{locks} AND {condition}")) != "t" {
            assert!(started.elapsed() < PATIENCE, "{condition}");
        }
    };
    // A dump, say. It goes on until it is cancelled.
    let dump = "DO $$ BEGIN PERFORM FROM answers; PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END $$";
    let cancel = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'DO %'";
    std::thread::scope(|scope| {
        let dump = scope.spawn(|| cluster.query(&text, dump));
        until("granted");
        let migration = scope.spawn(|| address.migrate());
        until("NOT granted");
        assert_eq!(cluster.query(&text, "SELECT count(*) FROM answers"), "0");
        assert!(!dump.is_finished() && !migration.is_finished());
        assert_eq!(cluster.query(&text, cancel), "1");
        dump.join().unwrap();
        assert_eq!(migration.join().unwrap().unwrap(), Migrated { from: 2, to: 5 });
    });
}

#[test]
fn many_may_migrate_at_once() {
    let address: StoreAddress = Cluster::shared().fresh_database().parse().unwrap();
    let mut done: Vec<Migrated> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| address.migrate().unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    done.sort_unstable_by_key(|migrated| migrated.from);
    assert_eq!(done.iter().map(|migrated| migrated.from).collect::<Vec<_>>(), [0, 5, 5, 5, 5, 5, 5, 5]);
}

#[test]
fn another_programs_tables_are_left_alone() {
    let cluster = Cluster::shared();
    let text = cluster.fresh_database();
    cluster.query(&text, "CREATE TABLE questions (id serial)");
    let address: StoreAddress = text.parse().unwrap();
    let error = address.open_or_create().err().unwrap();
    assert!(error.to_string().contains("a table questions that is not atelier's"), "{error}");
    assert_eq!(cluster.query(&text, "SELECT to_regclass('atelier_schema') IS NULL"), "t");

    // Tables of the first version, and another program's whose names were free then.
    let text = cluster.fresh_database();
    cluster.query(&text, include_str!("../../../migrations/postgres/0001_questions_and_answers.sql"));
    cluster.query(
        &text,
        "CREATE TABLE atelier_schema (version integer PRIMARY KEY); INSERT INTO atelier_schema VALUES (1);
         CREATE TABLE products (id serial)",
    );
    let error = text.parse::<StoreAddress>().unwrap().migrate().unwrap_err();
    assert!(error.to_string().contains("a table products that is not atelier's"), "{error}");
    assert_eq!(cluster.query(&text, "SELECT max(version) FROM atelier_schema"), "1");
}

#[test]
fn an_unreachable_server_is_an_error_without_the_password() {
    for (text, expected) in [
        ("postgres://atelier:s3cret@127.0.0.1:1/atelier", "refused"),
        ("postgres://atelier:s3cret@/atelier?host=/nowhere", "No such file"),
    ] {
        let address: StoreAddress = text.parse().unwrap();
        let error = address.open().err().unwrap();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!format!("{error:?} {address} {address:?}").contains("s3cret"), "{address:?}");
    }
    let missing = Cluster::shared().fresh_database().replace("test_", "no_such_");
    let error = missing.parse::<StoreAddress>().unwrap().open().err().unwrap();
    assert!(matches!(error, StoreError::BadAddress(_)), "{error:?}");
}

#[test]
fn a_database_that_does_not_keep_every_text_is_refused() {
    let cluster = Cluster::shared();
    for encoding in ["LATIN1", "EUC_JP", "SQL_ASCII"] {
        let name = format!("in_{}", encoding.to_lowercase());
        cluster.sql(
            "postgres",
            &format!("CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"),
        );
        let text = format!("postgres://atelier@/{name}?host={}", cluster.directory().display());
        let address: StoreAddress = text.parse().unwrap();
        let refused = |error: StoreError| {
            assert!(matches!(error, StoreError::BadAddress(_)), "{error:?}");
            let named = format!("the database has the encoding {encoding}");
            assert!(error.to_string().contains(&named) && error.to_string().contains("UTF8"), "{error}");
        };
        refused(address.migrate().unwrap_err());
        refused(address.open_or_create().err().unwrap());
        // Tables that an earlier version made: they can be read, and nothing is written.
        for migration in [
            include_str!("../../../migrations/postgres/0001_questions_and_answers.sql"),
            include_str!("../../../migrations/postgres/0002_submissions.sql"),
            include_str!("../../../migrations/postgres/0003_answers_without_a_foreign_key.sql"),
            include_str!("../../../migrations/postgres/0004_catalogue_and_reviews.sql"),
            include_str!("../../../migrations/postgres/0005_moderation.sql"),
            "CREATE TABLE atelier_schema (version integer PRIMARY KEY); INSERT INTO atelier_schema VALUES (5)",
        ] {
            cluster.query(&text, migration);
        }
        let store = address.open().unwrap();
        assert!(store.dump().unwrap().next(Kind::Question).unwrap().is_empty());
        refused(store.writer(ear().0).err().unwrap());
        refused(store.writers(ear().0).err().unwrap());
        refused(store.bulk_load(&Set::ALL, LoadMode::Replace).err().unwrap());
    }
}

/// The addresses of two stores in one database.
fn two_schemas(cluster: &Cluster) -> [StoreAddress; 2] {
    let database = cluster.fresh_database();
    ["first", "second"].map(|schema| {
        cluster.query(&database, &format!("CREATE SCHEMA {schema}"));
        format!("{database}&options=-csearch_path%3D{schema}").parse().expect("an address")
    })
}

#[test]
fn two_stores_in_one_database_do_not_hold_each_other_up() {
    let [first, second] = two_schemas(Cluster::shared()).map(|address| address.open_or_create().unwrap());
    let load = first.bulk_load(&Set::ALL, LoadMode::Replace).unwrap();
    let error = first.bulk_load(&Set::ALL, LoadMode::Replace).err().unwrap();
    assert!(error.to_string().contains("another import"), "{error}");
    second.bulk_load(&Set::ALL, LoadMode::Replace).unwrap().commit(now()).unwrap();
    load.commit(now()).unwrap();
}

#[test]
fn an_import_stays_in_the_schema_of_the_store() {
    let cluster = Cluster::shared();
    let database = cluster.fresh_database();
    drop(store(&database));
    cluster.query(&database, "CREATE SCHEMA before");
    let path = "options=-csearch_path%3Dbefore,public";
    let address: StoreAddress = format!("{database}&{path}").parse().unwrap();
    address.open().unwrap().bulk_load(&Set::ALL, LoadMode::Replace).unwrap().commit(now()).unwrap();
    assert_eq!(
        cluster.query(&database, "SELECT schemaname FROM pg_tables WHERE tablename = 'answers'"),
        "public"
    );
    ask(writer(address.open().unwrap().as_ref()).as_mut(), 5, 1);

    cluster.query(&database, "CREATE TABLE before.answers (id integer)");
    let error = address.open().err().unwrap();
    assert!(matches!(error, StoreError::WrongSchema(_)), "{error:?}");
    assert!(error.to_string().contains("search_path leads to answers"), "{error}");
}
