//! Completes freshly copied tables before they are put in place: keys, indexes, a search for rows
//! without parents, statistics. A thread with a connection of its own does it while the next table
//! is still being copied. Copying is the load's.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::table;
use crate::domain::Kind;
use crate::store::StoreError;
use crate::store::postgres::connect::server::Server;
use crate::store::postgres::connect::session::{Session, Unprepared};
use crate::store::postgres::locks::STAY_IN_SCHEMA;

/// How long a cancelled statement gets to end before it is cancelled again.
const CANCEL_INTERVAL: Duration = Duration::from_millis(20);

/// Memory for sorting an index; a parallel build shares it out.
const SETTINGS: &str = "SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 2";

/// Statements that are carried out one after the other.
type Work = Vec<String>;

/// What the building thread and the load share.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    work: VecDeque<Work>,
    /// Pieces of work that are under way.
    running: usize,
    /// No more work comes.
    is_closed: bool,
    failure: Option<StoreError>,
}

impl Queue {
    /// The next piece of work; `None` when there is none, and after a failure. Waits for more with
    /// `waits`, unless the queue is closed.
    fn take(&self, waits: bool) -> Option<Work> {
        let mut state = self.state.lock();
        loop {
            if state.failure.is_some() {
                return None;
            }
            if let Some(work) = state.work.pop_front() {
                state.running += 1;
                return Some(work);
            }
            if !waits || state.is_closed {
                return None;
            }
            self.changed.wait(&mut state);
        }
    }

    /// Carries out work until there is none.
    fn work(&self, session: &mut Session<Unprepared>, waits: bool) {
        while let Some(work) = self.take(waits) {
            let result = carry_out(session, &work);
            let mut state = self.state.lock();
            state.running -= 1;
            if let Err(error) = result {
                state.failure.get_or_insert(error);
            }
            drop(state);
            self.changed.notify_all();
        }
    }

    fn give(&self, work: impl IntoIterator<Item = Work>) {
        self.state.lock().work.extend(work);
        self.changed.notify_all();
    }

    fn close(&self) {
        let mut state = self.state.lock();
        state.is_closed = true;
        drop(state);
        self.changed.notify_all();
    }
}

/// The building thread. It ends with the last of its work when this is dropped.
pub(super) struct Builder {
    queue: Arc<Queue>,
    /// The server's number for the thread's connection.
    backend: i32,
    thread: Option<JoinHandle<()>>,
}

impl Builder {
    pub(super) fn start(server: &Arc<Server>) -> Result<Self, StoreError> {
        let mut session = Session::<Unprepared>::open(server)?;
        let backend = session
            .read(async |client, _| Ok(client.query_one_scalar("SELECT pg_backend_pid()", &[]).await?))?;
        session.run(STAY_IN_SCHEMA)?;
        session.run(SETTINGS)?;
        let queue = Arc::new(Queue::default());
        let shared = Arc::clone(&queue);
        let thread = std::thread::Builder::new()
            .name("index-builder".to_owned())
            .spawn(move || shared.work(&mut session, true))
            .map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))?;
        Ok(Self { queue, backend, thread: Some(thread) })
    }

    /// Begins to build a table that is copied and committed, behind those before it.
    pub(super) fn build(&self, kind: Kind) {
        self.queue.give([table::index(kind)]);
    }

    /// Builds what is left together with `session`, and checks the foreign keys.
    pub(super) fn finish(
        &mut self,
        session: &mut Session<Unprepared>,
        kinds: &[Kind],
    ) -> Result<(), StoreError> {
        session.run(SETTINGS)?;
        self.help(session)?;
        for declaration in kinds.iter().copied().filter_map(table::declare) {
            session.run(declaration)?;
        }
        self.queue.give(kinds.iter().copied().filter_map(table::validate));
        self.help(session)?;
        self.end();
        Ok(())
    }

    /// Works by `session` as well, until all work is done.
    fn help(&self, session: &mut Session<Unprepared>) -> Result<(), StoreError> {
        self.queue.work(session, false);
        let mut state = self.queue.state.lock();
        self.queue.changed.wait_while(&mut state, |state| state.running > 0);
        state.failure.take().map_or(Ok(()), Err)
    }

    /// Ends the thread, by `session`, in the middle of its work.
    pub(super) fn give_up(&mut self, session: &mut Session<Unprepared>) {
        self.queue.state.lock().work.clear();
        self.queue.close();
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

    /// Ends the thread when its work is done.
    fn end(&mut self) {
        self.queue.close();
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Drop for Builder {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn carry_out(session: &mut Session<Unprepared>, work: &[String]) -> Result<(), StoreError> {
    for statement in work {
        let started = std::time::Instant::now();
        session.run(statement)?;
        tracing::debug!(seconds = started.elapsed().as_secs_f64(), statement, "built");
    }
    Ok(())
}
