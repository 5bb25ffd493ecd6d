//! The rules of the tests themselves: none is skipped, and every file is part of a test program.
//! That no suite leaves a store out is tested by `tests/it/support/every_store.rs`, where the tests
//! can be listed.

use std::path::Path;

use super::project;

/// Texts that could let a test pass without running: an attribute, or a use of the environment.
/// They are in pieces, so that this file can be checked too.
const SKIPS: [&str; 3] = [concat!("#[", "ignore"), concat!("env", "::var"), concat!("option", "_env!")];

/// Files that find installed programs. No other file reads the environment.
const ASKS_FOR_THE_PATH: &str = "support/cluster.rs";

/// The lines that would let a test be skipped.
fn skips(source: &str) -> Vec<&str> {
    source.lines().filter(|line| SKIPS.iter().any(|skip| line.contains(skip))).collect()
}

/// Whether the text of a folder's `main.rs` or `mod.rs` declares a module.
fn declares(parent: &str, module: &str) -> bool {
    let declaration = format!("mod {module};");
    parent.lines().any(|line| line == declaration || line.ends_with(&format!(" {declaration}")))
}

/// The files of modules of which a folder's `main.rs` or `mod.rs` says nothing.
fn undeclared() -> Vec<String> {
    let is_undeclared = |file: &Path| {
        let mut module = file.file_stem().expect("a file has a name");
        let mut folder = file.parent().expect("a file is in a folder");
        if module == "main" {
            return false;
        }
        if module == "mod" {
            module = folder.file_name().expect("a folder has a name");
            folder = folder.parent().expect("a folder is in a folder");
        }
        let parent =
            ["main.rs", "mod.rs"].map(|name| folder.join(name)).into_iter().find(|path| path.exists());
        let parent = parent.map(|path| project::read(&path)).unwrap_or_default();
        !declares(&parent, module.to_str().expect("UTF-8"))
    };
    let files = project::files_in("tests");
    let sources = files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    sources.filter(|path| is_undeclared(path)).map(|path| project::name(path)).collect()
}

#[test]
fn no_test_is_skipped() {
    for file in project::files_in("tests") {
        if !file.ends_with(ASKS_FOR_THE_PATH) {
            assert_eq!(skips(&project::read(&file)), [""; 0], "{}", file.display());
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
fn every_file_is_part_of_a_test_program() {
    assert_eq!(undeclared(), [""; 0]);
}

#[test]
fn a_file_without_a_declaration_is_noticed() {
    let parent = "mod http;\npub(crate) mod rows;\n// mod store\n";
    assert!(declares(parent, "http") && declares(parent, "rows"));
    assert!(!declares(parent, "ttp") && !declares(parent, "store") && !declares(parent, "row"));
}
