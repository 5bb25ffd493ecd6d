//! Small files, and a store that keeps what an import loads as lines in memory. What must be in
//! them is up to the tests.

use std::fs;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use atelier::domain::{Holds, Kind, Set, Timestamp};
use atelier::import::{ImportError, ImportOptions, Sources, Summary, import};
use atelier::store::moderation::{ModerationTable, TableRows};
use atelier::store::{
    BulkLoad, Counts, Dump, Finding, LastIds, LoadMode, NOTHING, PersonRows, RecordRow, RowBatch, StoreError,
    Upkeep,
};

pub(crate) const QUESTIONS: &str =
    "id,product_id,body,date_written,asker_name,asker_email,reported,helpful\n";
pub(crate) const ANSWERS: &str =
    "id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful\n";
pub(crate) const PHOTOS: &str = "id,answer_id,url\n";

/// The rows that were committed, as lines, or `None` before a commit.
#[derive(Default)]
pub(crate) struct Memory {
    committed: Arc<Mutex<Option<Vec<String>>>>,
    pub(crate) fails: bool,
}

struct MemoryLoad {
    rows: Vec<String>,
    counts: Counts,
    committed: Arc<Mutex<Option<Vec<String>>>>,
    fails: bool,
}

impl Upkeep for Memory {
    fn bulk_load(&self, _: &[Set], _: LoadMode) -> Result<Box<dyn BulkLoad>, StoreError> {
        let committed = Arc::clone(&self.committed);
        Ok(Box::new(MemoryLoad { rows: Vec::new(), counts: Counts::default(), committed, fails: self.fails }))
    }

    fn dump(&self) -> Result<Box<dyn Dump>, StoreError> {
        unreachable!("an import only loads")
    }

    fn erase(&self, _: &PersonRows) -> Result<Counts, StoreError> {
        unreachable!("an import only loads")
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        unreachable!("an import only loads")
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        unreachable!("an import only loads")
    }

    fn check(&self, _: &mut dyn FnMut(Finding)) -> Result<Counts, StoreError> {
        unreachable!("an import only loads")
    }
}

impl BulkLoad for MemoryLoad {
    fn add(&mut self, batch: &RowBatch) -> Result<(), StoreError> {
        if self.fails {
            return Err(StoreError::Full("no room".to_owned()));
        }
        let kind = batch.kind();
        self.counts.add(kind, batch.len() as u64);
        self.rows.extend(batch.rows().map(|row| line(kind, row)));
        Ok(())
    }

    fn add_of_moderation(&mut self, _: &TableRows) -> Result<(), StoreError> {
        unreachable!("there is no file of states")
    }

    fn drop_of_moderation(&mut self, _: ModerationTable) -> Result<(), StoreError> {
        unreachable!("an import drops what belongs to its sets alone")
    }

    fn raise_last_ids(&mut self, _: LastIds) {
        unreachable!("an import takes the ids of its rows")
    }

    fn imported_before(&mut self, _: Set, _: Option<Timestamp>) {
        unreachable!("an import takes its own time")
    }

    fn commit(self: Box<Self>, imported_at: Timestamp) -> Result<Counts, StoreError> {
        assert_eq!(imported_at, ImportOptions::default().imported_at);
        *self.committed.lock().expect("no thread panicked") = Some(self.rows);
        Ok(self.counts)
    }
}

/// A row with its values, texts in brackets: of questions all of them, of answers and photos some.
fn line(kind: Kind, row: RecordRow<'_>) -> String {
    let (id, parent, product) = (row.value(0), row.value(1), row.product_id());
    match kind {
        Kind::Question => {
            let (time, reported, helpful) = (row.time(3).milliseconds(), row.value(6) != 0, row.value(7));
            let [body, name, email] = [2, 4, 5].map(|column| row.text(column));
            format!("q{id} p{product} {time} {reported} {helpful} [{body}] [{name}] [{email}]")
        }
        Kind::Answer => format!("a{id} q{parent} p{product} [{}]", row.text(2)),
        Kind::Photo => format!("f{id} a{parent} p{product} [{}]", row.text(2)),
        _ => {
            let values =
                kind.definition().columns.iter().enumerate().map(|(index, column)| match row.value(index) {
                    NOTHING if column.holds != Holds::Time => "-".to_owned(),
                    _ if column.holds.is_text() => format!("[{}]", row.text(index)),
                    value => value.to_string(),
                });
            format!("{}, p{product}: {}", kind.definition().noun, values.collect::<Vec<_>>().join(" "))
        }
    }
}

pub(crate) struct Case {
    pub(crate) directory: TempDir,
    pub(crate) store: Memory,
    pub(crate) options: ImportOptions,
}

impl Case {
    pub(crate) fn new(questions: &str, answers: &str, photos: &str) -> Self {
        let case = Self::empty();
        for (name, header, rows) in [
            ("questions.csv", QUESTIONS, questions),
            ("answers.csv", ANSWERS, answers),
            ("answers_photos.csv", PHOTOS, photos),
        ] {
            case.write(name, format!("{header}{rows}").as_bytes());
        }
        case
    }

    /// A folder without files.
    pub(crate) fn empty() -> Self {
        let directory = TempDir::new().expect("a temporary folder");
        let rejects = Some(directory.path().join("rejects.csv"));
        Self { directory, store: Memory::default(), options: ImportOptions { rejects, ..Default::default() } }
    }

    pub(crate) fn allowing(mut self, max_rejects: u64) -> Self {
        self.options.max_rejects = max_rejects;
        self
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.directory.path().join(name), bytes).expect("the file is written");
    }

    pub(crate) fn import(&self) -> Result<Summary, ImportError> {
        import(&self.store, &Sources::in_directory(self.directory.path()), &self.options, &mut |_| ())
    }

    pub(crate) fn loaded(&self) -> Option<Vec<String>> {
        self.store.committed.lock().expect("no thread panicked").clone()
    }

    /// The lines of the rejects file below its header.
    pub(crate) fn rejects(&self) -> Vec<String> {
        let text =
            fs::read_to_string(self.directory.path().join("rejects.csv")).expect("the file can be read");
        text.lines().skip(1).map(str::to_owned).collect()
    }
}
