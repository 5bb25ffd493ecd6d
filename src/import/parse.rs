//! The parsing thread: reads the files one after the other and sends batches of checked rows
//! through a bounded channel. Bad rows go to the report. Deliberately absent: loading, which the
//! receiver does.

use std::sync::mpsc::SyncSender;

use super::check::Checks;
use super::error::ImportError;
use super::input::Input;
use super::reject::Reject;
use super::rejects::Rejects;
use super::row::{Problem, Row};
use super::source::STATES_FILE;
use super::states::{Pass, States};
use crate::domain::{Kind, Set};
use crate::store::moderation::TableRows;
use crate::store::{Counts, RowBatch, StoreError};

/// Most rows of a batch.
pub(super) const MAX_BATCH_ROWS: usize = 4_096;

/// A batch is handed on once its texts have this many bytes.
pub(super) const FULL_BATCH_BYTES: usize = 1024 * 1024;

/// Most batches that wait to be loaded.
pub(super) const MAX_WAITING_BATCHES: usize = 8;

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is going on.
    pub stage: Stage,
    /// Bytes of all files that are read and loaded.
    pub bytes_read: u64,
    /// Bytes of all files; 0 when they are pipes.
    pub bytes_total: u64,
    /// Rows of all files that are read, bad ones included; while committing, the rows that are
    /// loaded.
    pub rows: u64,
}

/// The step that an import is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The header lines are good and the store is ready; nothing is read yet.
    Starting,
    /// Reading a file and loading its rows.
    Loading(Kind),
    /// Everything is loaded; the store makes it durable and visible, which may take a while.
    Committing,
}

/// What the loading side receives.
pub(super) struct Message {
    /// Checked rows; `None` when too many rows are bad: nothing is going to be loaded.
    pub(super) rows: Option<Rows>,
    /// How far the files are read once these rows are loaded.
    pub(super) progress: Progress,
}

/// Checked rows.
pub(super) enum Rows {
    /// Of one kind.
    OfKind(RowBatch),
    /// What moderation knows of rows that were sent before.
    OfModeration(TableRows),
}

/// The result of reading all files to the end.
pub(super) struct Report {
    pub(super) rows_read: Counts,
    /// Those that were sent, unless too many are bad.
    pub(super) rows_good: Counts,
    pub(super) warnings: Vec<String>,
    pub(super) rejects: Rejects,
}

/// Reads the files and sends their rows. When too many rows are bad it goes on to the end, so that
/// all of them are reported, but sends no more rows.
pub(super) fn parse(
    inputs: Vec<Input>,
    mut states: Option<States>,
    rejects: Rejects,
    sender: SyncSender<Message>,
) -> Result<Report, ImportError> {
    let bytes_total = inputs.iter().map(|input| input.bytes).sum();
    let (rows_read, rows_good) = (Counts::default(), Counts::default());
    let report = Report { rows_read, rows_good, warnings: Vec::new(), rejects };
    let mut outbox = Outbox { sender, report, bytes_before: 0, bytes_total };
    let mut inputs = inputs.into_iter().peekable();
    // What was seen of a set is of no use to the next one.
    for set in Set::ALL {
        let mut checks: Option<Checks> = None;
        while let Some(input) = inputs.next_if(|input| input.kind.definition().set == set) {
            let checks = match &mut checks {
                Some(checks) => {
                    checks.begin(input.kind);
                    checks
                }
                empty => empty.insert(Checks::new(input.kind)),
            };
            outbox.file(input, checks)?;
        }
        let Some(checks) = checks else { continue };
        if set == Set::Reviews {
            outbox.sums(&checks)?;
        }
        if let Some(states) = &mut states {
            outbox.states(states, set, &checks)?;
        }
    }
    Ok(outbox.report)
}

struct Outbox {
    sender: SyncSender<Message>,
    report: Report,
    /// Bytes of the files before this one.
    bytes_before: u64,
    bytes_total: u64,
}

impl Outbox {
    /// Reads one file to its end.
    fn file(&mut self, mut input: Input, checks: &mut Checks) -> Result<(), ImportError> {
        let kind = input.kind;
        let mut batch = RowBatch::new(kind);
        let mut rows_waiting = 0;
        loop {
            let record = match input.reader.next() {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(source) => return Err(ImportError::Read { path: input.path, source }),
            };
            rows_waiting += 1;
            let row = Row::new(record, &input.header);
            if let Err(problem) = row.and_then(|row| checks.check(&row, &mut batch)) {
                self.reject(input.name, record.line, problem)?;
            }
            if rows_waiting == MAX_BATCH_ROWS || batch.texts.bytes() >= FULL_BATCH_BYTES {
                self.report.rows_read.add(kind, rows_waiting as u64);
                self.send(input.reader.position(), batch.take())?;
                rows_waiting = 0;
            }
        }
        self.report.rows_read.add(kind, rows_waiting as u64);
        self.send(input.reader.position(), batch)?;
        self.bytes_before += input.bytes;
        self.report.warnings.extend(warning(&input, self.report.rows_read.of(kind)));
        Ok(())
    }

    /// Sends the sums of ratings, which come from no file.
    fn sums(&mut self, checks: &Checks) -> Result<(), ImportError> {
        let mut batch = RowBatch::new(Kind::CharacteristicSum);
        for (product_id, values) in checks.sums() {
            batch.push(product_id, &values);
            if batch.len() == MAX_BATCH_ROWS {
                self.send(0, batch.take())?;
            }
        }
        self.send(0, batch)
    }

    /// Sends the states of a set's rows.
    fn states(&mut self, states: &mut States, set: Set, checks: &Checks) -> Result<(), ImportError> {
        let mut pass = states.begin(set)?;
        while let Some((line, state)) = pass.next(checks)? {
            match state {
                Ok(state) => pass.waiting.push(state),
                Err(problem) => self.reject(STATES_FILE, line, problem)?,
            }
            if pass.waiting.len() == MAX_BATCH_ROWS {
                self.send_states(&mut pass)?;
            }
        }
        self.send_states(&mut pass)
    }

    fn send_states(&mut self, pass: &mut Pass) -> Result<(), ImportError> {
        let rows = TableRows::of_imported(&pass.waiting, pass.imported_at);
        pass.waiting.clear();
        let rows = (!self.report.rejects.exceeded()).then_some(Rows::OfModeration(rows));
        let progress = self.progress(Stage::Loading(pass.kind), 0);
        self.give(Message { rows, progress })
    }

    fn reject(&mut self, file: &'static str, line: u64, problem: Problem) -> Result<(), ImportError> {
        let Problem { column, value, reason, is_photo_to_leave_out } = problem;
        self.report.rejects.add(Reject { file, line, column, value, reason }, is_photo_to_leave_out)
    }

    fn send(&mut self, position: u64, batch: RowBatch) -> Result<(), ImportError> {
        let kind = batch.kind();
        self.report.rows_good.add(kind, batch.len() as u64);
        let rows = (!self.report.rejects.exceeded()).then_some(Rows::OfKind(batch));
        let progress = self.progress(Stage::Loading(kind), position);
        self.give(Message { rows, progress })
    }

    fn progress(&self, stage: Stage, position: u64) -> Progress {
        Progress {
            stage,
            bytes_read: self.bytes_before + position,
            bytes_total: self.bytes_total,
            rows: self.report.rows_read.rows(),
        }
    }

    fn give(&self, message: Message) -> Result<(), ImportError> {
        // The receiver is gone only when the store has failed. The loading side reports that
        // failure.
        let hung_up = |_| StoreError::Unavailable("loading has stopped".to_owned());
        Ok(self.sender.send(message).map_err(hung_up)?)
    }
}

/// A warning about a file that was read to its end: it has no rows, or its last line has no
/// newline.
fn warning(input: &Input, rows: u64) -> Option<String> {
    let path = input.path.display();
    if rows == 0 {
        return Some(format!("{path} has no rows"));
    }
    let line = input.reader.unterminated()?;
    Some(format!(
        "{path} does not end with a newline: if it was cut off, the row on line {line} is incomplete"
    ))
}
