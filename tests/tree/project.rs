//! Finds and reads the project's own files, by folder or by the ending of their names. Each test
//! checks their content itself.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders with documents or tests. The files in the root are read as well.
const FOLDERS: [&str; 8] = ["benches", "deploy", "docs", "load", "migrations", "scripts", "src", "tests"];

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder of the project, in order. The folder is named from the project's root.
pub(crate) fn files_in(folder: &str) -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                collect(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found.sort();
    found
}

/// All files whose names have this ending: those in the root and those in its folders.
pub(crate) fn files(ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root()).expect("the folder can be read");
    let own =
        entries.map(|entry| entry.expect("the folder can be read").path()).filter(|path| path.is_file());
    let all = own.chain(FOLDERS.into_iter().flat_map(files_in));
    all.filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect()
}

/// A file's text.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The path of a file from the project's root.
pub(crate) fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
