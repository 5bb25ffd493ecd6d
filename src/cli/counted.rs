//! How commands say how many rows they dealt with, and how far they are in reading a store. Counts
//! have no separators, so that what one command prints can be compared with what another or a
//! database does.

use super::progress::Progress;
use crate::store::{AnswerBatch, Batch, Counts, Dump, LastIds, PhotoBatch, QuestionBatch, Store, StoreError};

/// Such as `1 question, 7038 answers, 0 photos`.
pub(super) fn counted(counts: Counts) -> String {
    let Counts { questions, answers, photos } = counts;
    [(questions, "question"), (answers, "answer"), (photos, "photo")]
        .map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }))
        .join(", ")
}

/// A dump that shows how many rows of all have been read.
pub(super) struct CountedDump {
    dump: Box<dyn Dump>,
    rows: u64,
    pub(super) progress: Progress,
}

impl CountedDump {
    /// Starts to read everything. `label` says in one word what for.
    pub(super) fn start(store: &dyn Store, label: &'static str) -> Result<Self, StoreError> {
        let total = store.counts()?.rows();
        Ok(Self { dump: store.dump()?, rows: 0, progress: Progress::new(label, total, "rows") })
    }

    fn count<Row>(&mut self, batch: Batch<Row>) -> Batch<Row> {
        self.rows += batch.rows.len() as u64;
        self.progress.advance_to(self.rows);
        batch
    }
}

impl Dump for CountedDump {
    fn questions(&mut self) -> Result<QuestionBatch, StoreError> {
        let batch = self.dump.questions()?;
        Ok(self.count(batch))
    }

    fn answers(&mut self) -> Result<AnswerBatch, StoreError> {
        let batch = self.dump.answers()?;
        Ok(self.count(batch))
    }

    fn photos(&mut self) -> Result<PhotoBatch, StoreError> {
        let batch = self.dump.photos()?;
        Ok(self.count(batch))
    }

    fn last_ids(&mut self) -> Result<LastIds, StoreError> {
        self.dump.last_ids()
    }
}
