//! The file of states: which rows wait or were rejected, and how often a state changed, as an
//! export writes it next to the files of the kinds. It is read behind the files of each set, of
//! which the index knows all rows, so it takes no memory of its own but for the ids that were met.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::check::Checks;
use super::error::ImportError;
use super::index::Known;
use super::input::{Header, find_columns};
use super::reader::Reader;
use super::row::{Problem, Row};
use crate::domain::{Id as _, Kind, QuestionId, Set, State, Target, Timestamp};
use crate::store::SeenIds;
use crate::store::moderation::RowState;

/// The columns, in the order in which an export writes them.
pub(crate) const COLUMNS: [&str; 4] = ["kind", "id", "state", "revision"];

const KIND: usize = 0;
const ID: usize = 1;
const STATE: usize = 2;
const REVISION: usize = 3;

/// A file with a good header line.
pub(super) struct States {
    path: PathBuf,
    imported_at: Timestamp,
    /// Whether it was read to its end: what is wrong for every set was reported then.
    was_read: bool,
}

/// The reading of the file for one set.
pub(super) struct Pass {
    path: PathBuf,
    reader: Reader<File>,
    header: Header,
    set: Set,
    reports_all: bool,
    seen: [SeenIds; 3],
    /// When the rows are imported.
    pub(super) imported_at: Timestamp,
    /// The kind that progress names.
    pub(super) kind: Kind,
    /// States that were not handed on yet.
    pub(super) waiting: Vec<RowState>,
}

impl States {
    /// Checks the header line.
    pub(super) fn new(path: &Path, imported_at: Timestamp) -> Result<Self, ImportError> {
        open(path)?;
        Ok(Self { path: path.to_owned(), imported_at, was_read: false })
    }

    /// Begins to read it for a set.
    pub(super) fn begin(&mut self, set: Set) -> Result<Pass, ImportError> {
        let (reader, header) = open(&self.path)?;
        let reports_all = !std::mem::replace(&mut self.was_read, true);
        Ok(Pass {
            path: self.path.clone(),
            reader,
            header,
            set,
            reports_all,
            seen: Default::default(),
            imported_at: self.imported_at,
            kind: if set == Set::Reviews { Kind::Review } else { Kind::Question },
            waiting: Vec::new(),
        })
    }
}

fn open(path: &Path) -> Result<(Reader<File>, Header), ImportError> {
    let failed = |source| ImportError::Read { path: path.to_owned(), source };
    let mut reader = File::open(path).and_then(Reader::new).map_err(failed)?;
    let header = find_columns(COLUMNS.into_iter().map(Some), reader.next().map_err(failed)?)
        .map_err(|problem| ImportError::Header { path: path.to_owned(), problem })?;
    Ok((reader, header))
}

/// A line, and the state on it.
type Line = (u64, Result<RowState, Problem>);

impl Pass {
    /// The next state of a row of the set; `None` at the end.
    pub(super) fn next(&mut self, checks: &Checks) -> Result<Option<Line>, ImportError> {
        loop {
            let record = self.reader.next();
            let record = record.map_err(|source| ImportError::Read { path: self.path.clone(), source })?;
            let Some(record) = record else { return Ok(None) };
            let line = record.line;
            let read = Row::new(record, &self.header)
                .map_err(Wrong::from)
                .and_then(|row| read(&row, self.set, checks, &mut self.seen));
            match read {
                Ok(Some(state)) => return Ok(Some((line, Ok(state)))),
                Err(Wrong { problem, concerns_every_set }) if self.reports_all || !concerns_every_set => {
                    return Ok(Some((line, Err(problem))));
                }
                // It is of another set, or was named when an earlier set was read.
                Ok(None) | Err(_) => {}
            }
        }
    }
}

/// What is wrong with a line.
struct Wrong {
    problem: Problem,
    /// Whether it is wrong for every set.
    concerns_every_set: bool,
}

impl From<Problem> for Wrong {
    /// Before its kind is known, a line belongs to no set.
    fn from(problem: Problem) -> Self {
        Self { problem, concerns_every_set: true }
    }
}

/// The state on a line; `None` when it is of another set's row.
fn read(
    row: &Row<'_>,
    set: Set,
    checks: &Checks,
    seen: &mut [SeenIds; 3],
) -> Result<Option<RowState>, Wrong> {
    let (kind, number) = match row.word(KIND) {
        "question" => (Kind::Question, 0),
        "answer" => (Kind::Answer, 1),
        "review" => (Kind::Review, 2),
        _ => return Err(row.problem(KIND, "must be question, answer or review").into()),
    };
    if kind.definition().set != set {
        return Ok(None);
    }
    let of_set = |problem| Wrong { problem, concerns_every_set: false };
    let id = row.id::<QuestionId>(ID).map_err(of_set)?.get();
    let state = State::parse(row.word(STATE))
        .ok_or_else(|| of_set(row.problem(STATE, "must be published, pending, rejected or hidden")))?;
    let revision = row.reference(REVISION).map_err(of_set)?;
    if !seen[number].insert(id) {
        return Err(of_set(row.problem(ID, "an earlier row of this file has the same kind and id")));
    }
    let noun = kind.definition().noun;
    let (product_id, is_hidden) = match checks.known(kind, id) {
        Known::Good { product_id, is_hidden } => (product_id, is_hidden),
        Known::Rejected => {
            return Err(of_set(row.problem(ID, format!("the row of this {noun} was itself rejected"))));
        }
        Known::Unknown => {
            let reason = format!("no {noun} row that could be read has this id");
            return Err(of_set(row.problem(ID, reason)));
        }
    };
    // The row itself is right, as in a store.
    let state = match (state, is_hidden) {
        (_, false) => State::Published,
        (State::Published, true) => State::Hidden,
        (state, true) => state,
    };
    let target = target(kind, id).ok_or_else(|| of_set(row.problem(ID, "is not an id")))?;
    Ok(Some(RowState { product_id, target, state, revision }))
}

fn target(kind: Kind, id: u64) -> Option<Target> {
    use crate::domain::Id;
    Some(match kind {
        Kind::Answer => Target::Answer(Id::new(id).ok()?),
        Kind::Review => Target::Review(Id::new(id).ok()?),
        _ => Target::Question(Id::new(id).ok()?),
    })
}
