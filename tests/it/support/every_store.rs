//! The only list of stores that tests run on. A test checks that every test on one store exists for
//! all others. The stores are the folders in `src/store`, so a new one fails every suite until it
//! is in the list. How a store is opened is in `stores.rs`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::StoreKind;

/// What a test on every store is given.
pub(crate) trait OnStore {
    /// A new one, on a store of this kind that no other test sees.
    fn on(kind: StoreKind) -> Self;
}

/// Makes each function a test on every store, in a module named after the store. The stores are
/// SQLite, PostgreSQL, and PostgreSQL behind a pooler; `without pooler` leaves out the last.
///
/// A function inside the call takes `&mut` of a type that is [`OnStore`]. A function that is only
/// named takes `&` of it. An `async` function takes the [`StoreKind`], because it may need several
/// stores.
macro_rules! on_every_store {
    ($(fn $test:ident($subject:ident: $type:ty) $body:block)+) => {
        $(fn $test($subject: $type) $body)+
        $crate::support::on_every_store!(@with_pooler [mut] $($test)+);
    };
    (async $($test:ident),+ $(,)?) => {
        $crate::support::on_every_store!(@with_pooler [async] $($test)+);
    };
    (async without pooler: $($test:ident),+ $(,)?) => {
        $crate::support::on_every_store!(@directly [async] $($test)+);
    };
    (without pooler: $($test:ident),+ $(,)?) => {
        $crate::support::on_every_store!(@directly [] $($test)+);
    };
    ($($test:ident),+ $(,)?) => {
        $crate::support::on_every_store!(@with_pooler [] $($test)+);
    };
    (@with_pooler $mode:tt $($test:ident)+) => {
        $crate::support::on_every_store!(@directly $mode $($test)+);
        $crate::support::tests_on_store!(postgres_pooled PostgresPooled $mode $($test)+);
    };
    (@directly $mode:tt $($test:ident)+) => {
        $crate::support::tests_on_store!(sqlite Sqlite $mode $($test)+);
        $crate::support::tests_on_store!(postgres Postgres $mode $($test)+);
    };
}

/// The tests on one store.
macro_rules! tests_on_store {
    ($module:ident $kind:ident [async] $($test:ident)+) => {
        mod $module {
            use $crate::support::StoreKind;

            $(#[tokio::test]
            async fn $test() {
                super::$test(StoreKind::$kind).await;
            })+
        }
    };
    ($module:ident $kind:ident [mut] $($test:ident)+) => {
        mod $module {
            use $crate::support::{OnStore, StoreKind};

            $(#[test]
            fn $test() {
                // One snapshot holds for every store.
                insta::allow_duplicates! {
                    super::$test(&mut OnStore::on(StoreKind::$kind));
                }
            })+
        }
    };
    ($module:ident $kind:ident [] $($test:ident)+) => {
        mod $module {
            use $crate::support::{OnStore, StoreKind};

            $(#[test]
            fn $test() {
                super::$test(&OnStore::on(StoreKind::$kind));
            })+
        }
    };
}

pub(crate) use {on_every_store, tests_on_store};

/// Suites that are not on every store, and why.
const NOT_ON_EVERY_STORE: [(&str, &str); 7] = [
    ("deploy", "is about several processes on one PostgreSQL"),
    ("files", "is about CSV files and opens no store"),
    ("manual", "is about the documents, and on the stores that they name"),
    ("output", "opens no store"),
    ("postgres", "is about what only PostgreSQL has"),
    ("settings", "opens no store"),
    ("support", "is no suite"),
];

/// The names of this program's tests.
fn tests(arguments: &[&str]) -> BTreeSet<String> {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program).args(["--list", "--format", "terse"]).args(arguments).output();
    let output = String::from_utf8(output.expect("this program runs").stdout).expect("UTF-8");
    output.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// The names of the folders in a folder of the project.
fn folders(folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let folders = entries.expect("the folder can be read").flatten().filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect()
}

/// The suite of a test.
fn suite(test: &str) -> &str {
    test.split_once("::").expect("every test is in a suite").0
}

fn is_excused(suite: &str) -> bool {
    NOT_ON_EVERY_STORE.iter().any(|(name, _)| *name == suite)
}

/// What is wrong with these tests. One part of a test's name is `STORE` or `on_STORE`. A part that
/// only begins with it belongs to a test of one store alone.
fn left_out(stores: &BTreeSet<String>, tests: &BTreeSet<String>) -> Vec<String> {
    let mut missing = Vec::new();
    for test in tests {
        let parts: Vec<&str> = test.split("::").collect();
        let store_of = |part: &str| {
            let part = part.strip_prefix("on_").unwrap_or(part);
            stores.iter().find(|store| part == *store || part.starts_with(&format!("{store}_")))
        };
        let Some((place, store)) =
            parts.iter().enumerate().find_map(|(place, part)| store_of(part).map(|store| (place, store)))
        else {
            missing.push(format!("{test} does not say on which store it runs"));
            continue;
        };
        if !parts[place].ends_with(store.as_str()) {
            continue;
        }
        for other in stores {
            let replaced = parts[place].replace(store.as_str(), other);
            let twin = [&parts[..place], &[replaced.as_str()], &parts[place + 1..]].concat().join("::");
            if !tests.contains(&twin) {
                missing.push(format!("{test} runs, {twin} is missing"));
            }
        }
    }
    missing
}

#[test]
fn no_store_is_left_out() {
    let mut tests_here = tests(&[]);
    tests_here.retain(|test| !is_excused(suite(test)));
    let mut stores = folders("src/store");
    assert!(stores.remove("moderation"), "what both stores share");
    assert_eq!(left_out(&stores, &tests_here), [""; 0]);
    assert_eq!(tests(&["--ignored"]), BTreeSet::new(), "nothing is skipped");
}

#[test]
fn no_suite_leaves_a_store_out() {
    let listed: BTreeSet<String> = tests(&[]).iter().map(|test| suite(test).to_owned()).collect();
    let mut suites = folders("tests/it");
    suites.insert("output".to_owned());
    assert_eq!(listed, suites, "every suite has tests");
    for (excused, why) in NOT_ON_EVERY_STORE {
        assert!(suites.contains(excused), "{excused}, which {why}, is not there");
    }
    assert!(suites.len() > NOT_ON_EVERY_STORE.len());
}

#[test]
fn a_store_that_is_left_out_is_noticed() {
    let set = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<String>>();
    let stores = set(&["postgres", "sqlite"]);
    let whole = ["a::sqlite::b", "a::postgres::b", "on_sqlite::c", "on_postgres::c", "sqlite_file::d"];
    assert_eq!(left_out(&stores, &set(&whole)), [""; 0]);
    for (broken, expected) in [
        (&["a::sqlite::b"][..], "a::sqlite::b runs, a::postgres::b is missing"),
        (&["on_postgres::c", "sqlite_file::c"], "on_postgres::c runs, on_sqlite::c is missing"),
        (&["a::b"], "a::b does not say on which store it runs"),
    ] {
        assert_eq!(left_out(&stores, &set(broken)), [expected]);
    }
    let three = set(&["postgres", "sqlite", "third"]);
    assert_eq!(left_out(&three, &set(&whole)).len(), 4);
}
