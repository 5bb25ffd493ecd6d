//! The project's own files by their ending, for tests that read them. What they look for is their own business.

use std::fs;
use std::path::{Path, PathBuf};

use crate::tree;

/// Folders with documents or tests, beside the root's own files.
const FOLDERS: [&str; 8] = ["benches", "deploy", "docs", "load", "migrations", "scripts", "src", "tests"];

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files with an ending: the root's own and those in its folders.
pub(crate) fn files(ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root()).expect("the folder can be read");
    let own =
        entries.map(|entry| entry.expect("the folder can be read").path()).filter(|path| path.is_file());
    let all = own.chain(FOLDERS.into_iter().flat_map(tree::files));
    all.filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect()
}

/// A file's text.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a file is called in the project.
pub(crate) fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
