//! The one list of stores that suites run on, and the test that none of them is left out: for every test that
//! runs on one store there is the same test on every other one. The stores are the folders in `src/store`, so a
//! new one fails every suite until it is in the list.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Calls a macro, named in brackets, once for each store: with its module, its kind and the rest.
macro_rules! for_each_store {
    ([$($make:tt)+] $($rest:tt)*) => {
        $($make)+!(sqlite, Sqlite, $($rest)*);
        $($make)+!(postgres, Postgres, $($rest)*);
    };
}

pub(crate) use for_each_store;

/// The names of this program's tests.
fn tests(arguments: &[&str]) -> BTreeSet<String> {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program).args(["--list", "--format", "terse"]).args(arguments).output();
    let output = String::from_utf8(output.expect("this program runs").stdout).expect("UTF-8");
    output.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

fn stores() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let entries = std::fs::read_dir(folder).expect("the folder can be read").flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect()
}

/// What is wrong with a suite of these tests. A test's name has one part that is `STORE` or `on_STORE`, or that
/// begins so: such a test is about what only this store has.
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
    tests_here.retain(|test| !test.starts_with("every_store::"));
    assert!(!tests_here.is_empty(), "this program lists no tests");
    assert_eq!(left_out(&stores(), &tests_here), [""; 0]);
    assert_eq!(tests(&["--ignored"]), BTreeSet::new(), "nothing is skipped");
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
