//! What freshly copied tables need before they are put in place: keys, indexes, foreign keys, statistics. A
//! thread with a connection of its own does it while the next table is still being copied.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::bulk::Table;
use super::session::{Server, Session, Unprepared};
use crate::store::StoreError;

/// How long a cancelled statement gets to end before it is cancelled again.
const CANCEL_INTERVAL: Duration = Duration::from_millis(20);

/// Memory for sorting an index; a parallel build shares it out.
const SETTINGS: &str = "SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 2";

const QUESTIONS: [&str; 3] = [
    "ALTER TABLE questions_load ADD CONSTRAINT questions_load_pkey PRIMARY KEY (product_id, question_id)",
    "CREATE INDEX questions_load_question_id ON questions_load (question_id)",
    "ANALYZE questions_load",
];

const ANSWERS: [&str; 4] = [
    "ALTER TABLE answers_load ADD CONSTRAINT answers_load_pkey PRIMARY KEY (product_id, answer_id)",
    "CREATE INDEX answers_load_answer_id ON answers_load (answer_id)",
    "ALTER TABLE answers_load ADD CONSTRAINT answers_question
         FOREIGN KEY (product_id, question_id) REFERENCES questions_load",
    "ANALYZE answers_load",
];

const PHOTOS: [&str; 2] = [
    "ALTER TABLE photos_load ADD CONSTRAINT photos_load_pkey PRIMARY KEY (product_id, photo_id)",
    "ANALYZE photos_load",
];

/// Needs the keys of both tables.
const PHOTOS_TO_ANSWERS: &str = "ALTER TABLE photos_load ADD CONSTRAINT photos_answer
     FOREIGN KEY (product_id, answer_id) REFERENCES answers_load";

/// Drops the tables in use and gives their names, and their indexes' names, to the new ones.
pub(super) const PUT_IN_PLACE: &str = "
    DROP TABLE photos, answers, questions;
    ALTER TABLE questions_load RENAME TO questions;
    ALTER INDEX questions_load_pkey RENAME TO questions_pkey;
    ALTER INDEX questions_load_question_id RENAME TO questions_question_id;
    ALTER TABLE answers_load RENAME TO answers;
    ALTER INDEX answers_load_pkey RENAME TO answers_pkey;
    ALTER INDEX answers_load_answer_id RENAME TO answers_answer_id;
    ALTER TABLE photos_load RENAME TO photos;
    ALTER INDEX photos_load_pkey RENAME TO photos_pkey;";

/// The building thread. It ends with the last of its work when this is dropped.
pub(super) struct Builder {
    work: Option<Sender<Table>>,
    /// The server's number for the thread's connection.
    backend: i32,
    thread: Option<JoinHandle<Result<(), StoreError>>>,
}

impl Builder {
    pub(super) fn start(server: &Arc<Server>) -> Result<Self, StoreError> {
        let mut session = Session::<Unprepared>::open(server)?;
        let backend = session
            .read(async |client, _| Ok(client.query_one_scalar("SELECT pg_backend_pid()", &[]).await?))?;
        let (work, waiting) = channel();
        let thread = std::thread::Builder::new()
            .name("index-builder".to_owned())
            .spawn(move || run(session, waiting))
            .map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))?;
        Ok(Self { work: Some(work), backend, thread: Some(thread) })
    }

    /// Begins to build a table that is copied and committed, behind those before it.
    pub(super) fn build(&mut self, table: Table) -> Result<(), StoreError> {
        // The photos come last; they are built by whoever copied them, while the thread is busy with answers.
        if table == Table::Photos {
            return Ok(());
        }
        match &self.work {
            Some(work) if work.send(table).is_ok() => Ok(()),
            _ => self.wait(),
        }
    }

    /// Builds the photos by `session`, waits for the rest.
    pub(super) fn finish(&mut self, session: &mut Session<Unprepared>) -> Result<(), StoreError> {
        self.work = None;
        session.run(SETTINGS)?;
        for statement in PHOTOS {
            session.run(statement)?;
        }
        self.wait()?;
        session.run(PHOTOS_TO_ANSWERS)
    }

    /// Ends the thread, by `session`, in the middle of whatever it does.
    pub(super) fn give_up(&mut self, session: &mut Session<Unprepared>) {
        self.work = None;
        let backend = self.backend;
        while self.thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            // Again and again: a cancellation between two statements has no effect.
            let cancelled = session.ask_patiently(async |client, _| {
                Ok(client.execute("SELECT pg_cancel_backend($1)", &[&backend]).await?)
            });
            if cancelled.is_err() {
                return;
            }
            std::thread::sleep(CANCEL_INTERVAL);
        }
    }

    /// Waits for the thread's end and says whether all its work succeeded.
    fn wait(&mut self) -> Result<(), StoreError> {
        self.work = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Err(StoreError::Unavailable("the indexes were given up".to_owned())),
        }
    }
}

fn run(mut session: Session<Unprepared>, waiting: Receiver<Table>) -> Result<(), StoreError> {
    session.run(SETTINGS)?;
    for table in waiting {
        let statements: &[&str] = match table {
            Table::Questions => &QUESTIONS,
            Table::Answers => &ANSWERS,
            Table::Photos => &PHOTOS,
        };
        for statement in statements {
            let started = std::time::Instant::now();
            session.run(statement)?;
            tracing::debug!(seconds = started.elapsed().as_secs_f64(), statement, "built");
        }
    }
    Ok(())
}
