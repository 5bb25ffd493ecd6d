//! The parsing thread: reads the three files one after the other and sends batches of checked rows
//! through a bounded channel. Bad rows go to the report. Deliberately absent: loading, which the
//! receiver does.

use std::sync::mpsc::SyncSender;

use super::check::Seen;
use super::error::ImportError;
use super::input::Input;
use super::reject::Reject;
use super::rejects::Rejects;
use super::row::{Problem, Row};
use super::source::SourceFile;
use crate::store::{AnswerBatch, Batch, Counts, PhotoBatch, QuestionBatch, StoreError};

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
    Loading(SourceFile),
    /// Everything is loaded; the store makes it durable and visible, which may take a while.
    Committing,
}

/// What the loading side receives.
pub(super) struct Message {
    pub(super) rows: Rows,
    /// How far the files are read once these rows are loaded.
    pub(super) progress: Progress,
}

/// Checked rows of one kind.
pub(super) enum Rows {
    Questions(QuestionBatch),
    Answers(AnswerBatch),
    Photos(PhotoBatch),
    /// None, because too many rows are bad: nothing is going to be loaded.
    GivenUp,
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
    inputs: [Input; 3],
    rejects: Rejects,
    sender: SyncSender<Message>,
) -> Result<Report, ImportError> {
    let bytes_total = inputs.iter().map(|input| input.bytes).sum();
    let mut outbox = Outbox { sender, rejects, bytes_before: 0, bytes_total, rows: 0 };
    let mut warnings = Vec::new();
    let mut seen = Seen::default();
    let [questions, answers, photos] = inputs;
    let warned = &mut warnings;
    let questions =
        outbox.file(questions, warned, |row, batch| seen.question(row, batch), Rows::Questions)?;
    let answers = outbox.file(answers, warned, |row, batch| seen.answer(row, batch), Rows::Answers)?;
    seen.forget_questions();
    let photos = outbox.file(photos, warned, |row, batch| seen.photo(row, batch), Rows::Photos)?;
    let counts = |of: fn((u64, u64)) -> u64| Counts {
        questions: of(questions),
        answers: of(answers),
        photos: of(photos),
    };
    let (rows_read, rows_good) = (counts(|(read, _)| read), counts(|(_, good)| good));
    Ok(Report { rows_read, rows_good, warnings, rejects: outbox.rejects })
}

struct Outbox {
    sender: SyncSender<Message>,
    rejects: Rejects,
    /// Bytes of the files before this one.
    bytes_before: u64,
    bytes_total: u64,
    /// Rows of all files.
    rows: u64,
}

impl Outbox {
    /// Reads one file to its end and returns how many rows it has, and how many of them are good.
    fn file<R>(
        &mut self,
        mut input: Input,
        warnings: &mut Vec<String>,
        mut check: impl FnMut(&Row<'_>, &mut Batch<R>) -> Result<(), Problem>,
        wrap: fn(Batch<R>) -> Rows,
    ) -> Result<(u64, u64), ImportError> {
        let rows_before = self.rows;
        let mut bad = 0;
        let mut batch = Batch::default();
        let mut rows_waiting = 0;
        loop {
            let record = match input.reader.next() {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(source) => return Err(ImportError::Read { path: input.path, source }),
            };
            self.rows += 1;
            rows_waiting += 1;
            let row = Row::new(record, &input.header);
            if let Err(problem) = row.and_then(|row| check(&row, &mut batch)) {
                bad += 1;
                self.reject(input.file, record.line, problem)?;
            }
            if rows_waiting == MAX_BATCH_ROWS || batch.texts.bytes() >= FULL_BATCH_BYTES {
                self.send(input.file, input.reader.position(), wrap(std::mem::take(&mut batch)))?;
                rows_waiting = 0;
            }
        }
        self.send(input.file, input.reader.position(), wrap(batch))?;
        self.bytes_before += input.bytes;
        let rows = self.rows - rows_before;
        warnings.extend(warning(&input, rows));
        Ok((rows, rows - bad))
    }

    fn reject(&mut self, file: SourceFile, line: u64, problem: Problem) -> Result<(), ImportError> {
        let Problem { column, value, reason, is_photo_to_leave_out } = problem;
        self.rejects.add(Reject { file, line, column, value, reason }, is_photo_to_leave_out)
    }

    fn send(&mut self, file: SourceFile, position: u64, rows: Rows) -> Result<(), ImportError> {
        let rows = if self.rejects.exceeded() { Rows::GivenUp } else { rows };
        let progress = Progress {
            stage: Stage::Loading(file),
            bytes_read: self.bytes_before + position,
            bytes_total: self.bytes_total,
            rows: self.rows,
        };
        // The receiver is gone only when the store has failed. The loading side reports that
        // failure.
        let hung_up = |_| StoreError::Unavailable("loading has stopped".to_owned());
        Ok(self.sender.send(Message { rows, progress }).map_err(hung_up)?)
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
