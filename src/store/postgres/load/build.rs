//! Completes freshly copied tables before they are put in place: keys, indexes, a search for rows
//! without parents, statistics. A thread with a connection of its own does it while the next table
//! is still being copied. Copying is the load's.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::table::Table;
use crate::store::StoreError;
use crate::store::postgres::connect::server::Server;
use crate::store::postgres::connect::session::{Session, Unprepared};
use crate::store::postgres::locks::STAY_IN_SCHEMA;

/// How long a cancelled statement gets to end before it is cancelled again.
const CANCEL_INTERVAL: Duration = Duration::from_millis(20);

/// Memory for sorting an index; a parallel build shares it out.
const SETTINGS: &str = "SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 2";

/// Statements that are carried out one after the other.
type Work = &'static [&'static str];

const QUESTIONS: Work = &[
    "ALTER TABLE questions_load ADD CONSTRAINT questions_load_pkey PRIMARY KEY (product_id, question_id)",
    "CREATE INDEX questions_load_question_id ON questions_load (question_id)",
    "ANALYZE questions_load",
];

const ANSWERS: Work = &[
    "ALTER TABLE answers_load ADD CONSTRAINT answers_load_pkey PRIMARY KEY (product_id, answer_id)",
    "CREATE INDEX answers_load_answer_id ON answers_load (answer_id)",
    "ANALYZE answers_load",
];

const PHOTOS: Work = &[
    "ALTER TABLE photos_load ADD CONSTRAINT photos_load_pkey PRIMARY KEY (product_id, photo_id)",
    "ANALYZE photos_load",
];

/// Declares foreign keys when all keys exist. No row is checked yet, so no lock is held for long,
/// and then both keys can be checked together.
const FOREIGN_KEYS: Work = &[
    "ALTER TABLE answers_load ADD CONSTRAINT answers_question
         FOREIGN KEY (product_id, question_id) REFERENCES questions_load NOT VALID",
    "ALTER TABLE photos_load ADD CONSTRAINT photos_answer
         FOREIGN KEY (product_id, answer_id) REFERENCES answers_load NOT VALID",
];

/// The server's own check is the fastest. That of answers is dropped again: a write looks by itself
/// (`write::statements`).
const CHECK_ANSWERS: Work = &[
    "ALTER TABLE answers_load VALIDATE CONSTRAINT answers_question",
    "ALTER TABLE answers_load DROP CONSTRAINT answers_question",
];

const CHECK_PHOTOS: Work = &["ALTER TABLE photos_load VALIDATE CONSTRAINT photos_answer"];

/// Drops the tables in use and gives their names, and their indexes' names, to the new ones.
pub(crate) const PUT_IN_PLACE: &str = "
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
pub(crate) struct Builder {
    work: Option<Sender<Work>>,
    /// The result of each piece of work, in order.
    done: Receiver<Result<(), StoreError>>,
    waiting: usize,
    /// The server's number for the thread's connection.
    backend: i32,
    thread: Option<JoinHandle<()>>,
}

impl Builder {
    pub(crate) fn start(server: &Arc<Server>) -> Result<Self, StoreError> {
        let mut session = Session::<Unprepared>::open(server)?;
        let backend = session
            .read(async |client, _| Ok(client.query_one_scalar("SELECT pg_backend_pid()", &[]).await?))?;
        session.run(STAY_IN_SCHEMA)?;
        session.run(SETTINGS)?;
        let (work, to_do) = channel();
        let (did, done) = channel();
        let thread = std::thread::Builder::new()
            .name("index-builder".to_owned())
            .spawn(move || {
                for work in to_do {
                    if did.send(carry_out(&mut session, work)).is_err() {
                        return;
                    }
                }
            })
            .map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))?;
        Ok(Self { work: Some(work), done, waiting: 0, backend, thread: Some(thread) })
    }

    /// Begins to build a table that is copied and committed, behind those before it.
    pub(crate) fn build(&mut self, table: Table) {
        match table {
            Table::Questions => self.give(QUESTIONS),
            Table::Answers => self.give(ANSWERS),
            // They come last. The thread that copied them builds them, while this one is busy with
            // answers.
            Table::Photos => {}
        }
    }

    /// Builds the photos by `session`, waits for the rest, checks the foreign keys.
    pub(crate) fn finish(&mut self, session: &mut Session<Unprepared>) -> Result<(), StoreError> {
        session.run(SETTINGS)?;
        carry_out(session, PHOTOS)?;
        self.wait()?;
        carry_out(session, FOREIGN_KEYS)?;
        self.give(CHECK_ANSWERS);
        carry_out(session, CHECK_PHOTOS)?;
        self.wait()?;
        self.end();
        Ok(())
    }

    /// Ends the thread, by `session`, in the middle of its work.
    pub(crate) fn give_up(&mut self, session: &mut Session<Unprepared>) {
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

    fn give(&mut self, work: Work) {
        // If the thread is gone, `wait` notices.
        let _ = self.work.as_ref().map(|sender| sender.send(work));
        self.waiting += 1;
    }

    /// Waits until the thread has done all its work and says whether it succeeded.
    fn wait(&mut self) -> Result<(), StoreError> {
        while self.waiting > 0 {
            self.waiting -= 1;
            let Ok(result) = self.done.recv() else {
                self.end();
                return Err(StoreError::Unavailable("the indexes were given up".to_owned()));
            };
            result?;
        }
        Ok(())
    }

    /// Ends the thread when its work is done.
    fn end(&mut self) {
        self.work = None;
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
    }
}

fn carry_out(session: &mut Session<Unprepared>, work: Work) -> Result<(), StoreError> {
    for statement in work {
        let started = std::time::Instant::now();
        session.run(statement)?;
        tracing::debug!(seconds = started.elapsed().as_secs_f64(), statement, "built");
    }
    Ok(())
}
