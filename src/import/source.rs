//! Which files to import: found in a folder by their names, or named one by one; what a set lacks.
//! They are not opened here.

use std::path::{Path, PathBuf};

use super::error::ImportError;
use crate::domain::{Holds, Kind, Set};

/// The file with the states of rows, next to those of the kinds.
pub const STATES_FILE: &str = "states.csv";

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The kind of its rows.
    pub kind: Kind,
    /// What reports call it: one of the names of [`Definition::files`](crate::domain::Definition).
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
}

/// The files to import, at most one of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// In the order in which they are read.
    files: Vec<Source>,
    /// Where they were looked for; `None` when they were named.
    folder: Option<PathBuf>,
    /// The sets that were asked for; none when every set that has files is taken.
    only: Vec<Set>,
    /// The file with states that rows themselves do not say.
    states: Option<PathBuf>,
    /// Files with another name of a kind that has one already.
    passed_over: Vec<(PathBuf, &'static str)>,
}

impl Sources {
    /// Every file of a folder that has one of the names in the kinds' definitions.
    pub fn in_directory(folder: &Path) -> Self {
        let mut sources = Self::of([]);
        sources.folder = Some(folder.to_owned());
        sources.states = Some(folder.join(STATES_FILE)).filter(|path| path.symlink_metadata().is_ok());
        for kind in Kind::all() {
            let names = kind.definition().files.iter().copied();
            let mut found = names
                .map(|name| (name, folder.join(name)))
                .filter(|(_, path)| path.symlink_metadata().is_ok());
            if let Some((name, path)) = found.next() {
                sources.files.push(Source { kind, name, path });
                sources.passed_over.extend(found.map(|(_, path)| (path, name)));
            }
        }
        sources
    }

    /// These files, each with rows of its kind. Reports give them their usual names.
    pub fn of(files: impl IntoIterator<Item = (Kind, PathBuf)>) -> Self {
        let named = files
            .into_iter()
            .filter_map(|(kind, path)| Some(Source { kind, name: kind.definition().files.first()?, path }));
        let mut files: Vec<Source> = named.collect();
        files.sort_by_key(|file| file.kind);
        Self { files, folder: None, only: Vec::new(), states: None, passed_over: Vec::new() }
    }

    /// The files of these sets alone; without a set, all files.
    #[must_use]
    pub fn only(mut self, sets: &[Set]) -> Self {
        if !sets.is_empty() {
            let is_wanted = |kind: Kind| sets.contains(&kind.definition().set);
            self.files.retain(|file| is_wanted(file.kind));
            self.only = sets.to_vec();
        }
        self
    }

    /// The files, in the order in which they are read.
    pub fn files(&self) -> &[Source] {
        &self.files
    }

    /// The file with rows of a kind.
    pub fn path(&self, kind: Kind) -> Option<&Path> {
        self.files.iter().find(|file| file.kind == kind).map(|file| file.path.as_path())
    }

    /// The file with states, if there is one.
    pub fn states(&self) -> Option<&Path> {
        self.states.as_deref()
    }

    /// Whether the files were looked for in a folder.
    pub fn is_folder(&self) -> bool {
        self.folder.is_some()
    }

    /// The sets that are loaded, in their order.
    pub fn sets(&self) -> Vec<Set> {
        let has_files = |set: Set| self.files.iter().any(|file| file.kind.definition().set == set);
        Set::ALL.into_iter().filter(|set| has_files(*set) || self.only.contains(set)).collect()
    }

    /// The usual names of the files that are known and not there, of all sets that may be taken.
    pub fn absent(&self) -> Vec<&'static str> {
        let is_wanted = |kind: Kind| self.only.is_empty() || self.only.contains(&kind.definition().set);
        let absent = Kind::all().filter(|&kind| is_wanted(kind) && self.path(kind).is_none());
        absent.filter_map(|kind| kind.definition().files.first().copied()).collect()
    }

    /// Looks whether each set has what it needs, and returns what is odd about the files.
    ///
    /// # Errors
    /// [`ImportError::NoFiles`], or [`ImportError::Missing`] with a file that a set or another file
    /// needs.
    pub(super) fn require_complete(&self) -> Result<Vec<String>, ImportError> {
        let sets = self.sets();
        if sets.is_empty() {
            return Err(ImportError::NoFiles { folder: self.folder.clone().unwrap_or_default() });
        }
        let mut warnings: Vec<String> = self
            .passed_over
            .iter()
            .map(|(path, name)| format!("{} is not read: {name} is there as well", path.display()))
            .collect();
        for kind in sets.iter().flat_map(|set| set.kinds()).filter(|kind| kind.has_file()) {
            match self.path(kind) {
                None if is_needed(kind) => {
                    let set = kind.definition().set;
                    return Err(self.missing(kind, format!("the set {set} needs {}", needed_files(set))));
                }
                None => warnings.push(format!(
                    "{} is not there: the set {} is imported without these rows",
                    self.expected(kind).display(),
                    kind.definition().set
                )),
                Some(_) => {
                    if let Some(needed) = needed_by(kind).find(|&needed| self.path(needed).is_none()) {
                        let name = kind.definition().files.first().copied().unwrap_or_default();
                        return Err(self.missing(needed, format!("{name} needs it")));
                    }
                }
            }
        }
        Ok(warnings)
    }

    fn missing(&self, kind: Kind, problem: String) -> ImportError {
        ImportError::Missing { path: self.expected(kind), problem }
    }

    /// Where a file should be.
    fn expected(&self, kind: Kind) -> PathBuf {
        let name = kind.definition().files.first().copied().unwrap_or_default();
        self.folder.as_ref().map_or_else(|| PathBuf::from(name), |folder| folder.join(name))
    }
}

/// Whether its set cannot be imported without a kind.
fn is_needed(kind: Kind) -> bool {
    matches!(kind, Kind::Product | Kind::Review | Kind::Question | Kind::Answer | Kind::Photo)
}

/// The kinds that rows of a kind name.
fn needed_by(kind: Kind) -> impl Iterator<Item = Kind> {
    let others = kind.definition().columns.iter().filter_map(|column| match column.holds {
        Holds::Other(other) => Some(other),
        _ => None,
    });
    kind.definition().parent.into_iter().chain(others)
}

/// Such as `questions.csv, answers.csv and answers_photos.csv`.
fn needed_files(set: Set) -> String {
    let needed = set.kinds().filter(|&kind| is_needed(kind));
    let names: Vec<_> = needed.filter_map(|kind| kind.definition().files.first().copied()).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}
