//! The rules of the tests themselves: none is skipped, and no suite leaves a store out. What a suite's test of
//! that does is in `support/every_store.rs`; here is only that every suite has it.

#[path = "support/tree.rs"]
mod tree;

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that need not hold the test that no store is left out, and why.
const NOT_ON_EVERY_STORE: [(&str, &str); 5] = [
    ("support", "is not a suite"),
    ("settings", "opens no store"),
    ("postgres", "is about what only PostgreSQL has"),
    ("deploy", "is about several processes on one PostgreSQL"),
    ("manual", "is about the documents, and on the stores that they say"),
];

/// What would let a test pass without running: a mark, or a look at the environment. In pieces, so that this
/// file may be looked through as well.
const SKIPS: [&str; 3] = [concat!("#[", "ignore"), concat!("env", "::var"), concat!("option", "_env!")];

/// Where tests find installed programs; no other file asks the environment for anything.
const ASKS_FOR_THE_PATH: &str = "support/cluster.rs";

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The lines that would let a test be skipped.
fn skips(source: &str) -> Vec<&str> {
    source.lines().filter(|line| SKIPS.iter().any(|skip| line.contains(skip))).collect()
}

#[test]
fn no_test_is_skipped() {
    for file in tree::files("tests") {
        let source = fs::read_to_string(&file).expect("the file can be read");
        if !file.ends_with(ASKS_FOR_THE_PATH) {
            assert_eq!(skips(&source), [""; 0], "{}", file.display());
        }
    }
}

#[test]
fn a_skip_is_noticed() {
    for skip in SKIPS {
        assert_eq!(skips(&format!("#[test]\n{skip}(\"CI\")\nfn f() {{}}")), [format!("{skip}(\"CI\")")]);
    }
}

#[test]
fn no_suite_leaves_a_store_out() {
    let entries = fs::read_dir(tests()).expect("the folder can be read").flatten();
    let suites: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    assert!(suites.len() > NOT_ON_EVERY_STORE.len());
    for suite in suites {
        let excused = NOT_ON_EVERY_STORE.iter().any(|(name, _)| suite.ends_with(name));
        let main = fs::read_to_string(suite.join("main.rs")).unwrap_or_default();
        let holds_it = main.lines().any(|line| line == "mod every_store;");
        assert!(excused || holds_it, "{} does not say `mod every_store;`", suite.display());
    }
}
