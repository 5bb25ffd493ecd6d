//! The rules of the service: what is asked for is answered from views, what is written is batched,
//! and a list asked for after a write shows it. Here is no SQL and no HTTP.
//!
//! `questions` and `answers` say what can be done; `views` is the only cache, `view` what is in it,
//! `freshness` how long it is good; `loader`, `writer` and `fill` are the threads between it and
//! the store. `statistics`, `readiness` and `example` are for operators and first-time users.

mod answers;
mod clock;
mod error;
mod example;
mod lanes;
mod listed;
mod memory;
mod questions;
mod readiness;
mod settings;
mod statistics;
mod submissions;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::thread::JoinHandle;

use parking_lot::Mutex;
use tokio::sync::oneshot;

pub use clock::{Clock, SystemClock};
pub use error::ServiceError;
pub use example::Example;
pub use listed::Listed;
pub use settings::ServiceSettings;
pub use statistics::{BatchStatistics, Failure, SPANS_TARGET, Statistics, ViewStatistics};
pub use submissions::Added;

use self::lanes::fill::{FillSignal, Filler};
use self::lanes::loader::{Lane, LoadRequest};
use self::lanes::log_throttle::LogThrottle;
use self::lanes::queue::BatchQueue;
use self::lanes::writer::{WriteRequest, WriterLane};
use self::memory::directory::Directory;
use self::memory::freshness::Freshness;
use self::memory::views::{Views, Wanted};
use self::readiness::Readiness;
use self::statistics::Counters;
use crate::domain::Target;
use crate::domain::{ProductId, QuestionId};
use crate::store::{Change, ChangeSink, Command, Outcome, Sessions, StoreError};
use crate::view::View;

/// The questions-and-answers service over one store. Dropping it finishes what was accepted.
pub struct Service {
    views: Arc<Views>,
    directory: Arc<Directory>,
    loads: Arc<BatchQueue<LoadRequest>>,
    writes: Arc<BatchQueue<WriteRequest>>,
    fill: Arc<FillSignal>,
    freshness: Arc<Freshness>,
    counters: Arc<Counters>,
    readiness: Readiness,
    clock: Arc<dyn Clock>,
    /// What people call the kind of store.
    store_name: &'static str,
    settings: ServiceSettings,
    threads: Mutex<Threads>,
}

/// The threads at work.
#[derive(Default)]
struct Threads {
    ageing: Option<JoinHandle<()>>,
    reading: Vec<JoinHandle<()>>,
    writing: Vec<JoinHandle<()>>,
}

impl Service {
    /// Opens the store's sessions, starts the threads and begins to fill memory in the background.
    ///
    /// # Errors
    /// When the store does not open a session.
    pub fn start(
        store: &dyn Sessions,
        clock: Arc<dyn Clock>,
        settings: ServiceSettings,
    ) -> Result<Self, StoreError> {
        let freshness = Arc::new(Freshness::new(settings.max_view_age, settings.stale_grace));
        let views = Arc::new(Views::new(settings.views_max_bytes, Arc::clone(&freshness)));
        let directory = Arc::new(Directory::new(Arc::clone(&freshness)));
        let fill = Arc::new(FillSignal::default());
        let service = Self {
            loads: Arc::new(BatchQueue::new(settings.max_waiting_reads)),
            writes: Arc::new(BatchQueue::new(settings.max_waiting_writes)),
            threads: Mutex::default(),
            views,
            directory,
            fill,
            freshness,
            counters: Arc::default(),
            readiness: Readiness::new(),
            store_name: store.name(),
            clock,
            settings,
        };
        // On failure, dropping the service ends the threads that are there already.
        service.start_threads(store)?;
        service.fill.request();
        Ok(service)
    }

    fn start_threads(&self, store: &dyn Sessions) -> Result<(), StoreError> {
        if self.freshness.is_ageing() {
            let freshness = Arc::clone(&self.freshness);
            self.threads.lock().ageing = Some(spawn("ageing".to_owned(), move || freshness.run())?);
        }
        let taking = Arc::new(AtomicUsize::new(0));
        for number in 0..self.settings.readers.max(1) {
            let lane = Lane {
                queue: Arc::clone(&self.loads),
                views: Arc::clone(&self.views),
                directory: Arc::clone(&self.directory),
                reader: store.reader()?,
                taking: Arc::clone(&taking),
                counters: Arc::clone(&self.counters),
            };
            let thread = spawn(format!("reader-{number}"), move || lane.run())?;
            self.threads.lock().reading.push(thread);
        }
        for (number, writer) in store.writers(self.change_sink())?.into_iter().enumerate() {
            let lane = WriterLane {
                queue: Arc::clone(&self.writes),
                views: Arc::clone(&self.views),
                writer,
                clock: Arc::clone(&self.clock),
                counters: Arc::clone(&self.counters),
            };
            let thread = spawn(format!("writer-{number}"), move || lane.run())?;
            self.threads.lock().writing.push(thread);
        }
        if self.settings.views_max_bytes > 0 {
            let filler = Filler {
                signal: Arc::clone(&self.fill),
                views: Arc::clone(&self.views),
                directory: Arc::clone(&self.directory),
                reader: store.reader()?,
                counters: Arc::clone(&self.counters),
            };
            let thread = spawn("fill".to_owned(), move || filler.run())?;
            self.threads.lock().reading.push(thread);
        }
        Ok(())
    }

    /// Where the store tells of changes made elsewhere.
    fn change_sink(&self) -> ChangeSink {
        let (views, directory) = (Arc::clone(&self.views), Arc::clone(&self.directory));
        let (freshness, fill) = (Arc::clone(&self.freshness), Arc::clone(&self.fill));
        Arc::new(move |change| match change {
            Change::Everything => {
                tracing::info!("the store was changed by another process, all views are forgotten");
                directory.forget_everything();
                views.forget_everything();
                fill.request();
            }
            Change::Products(changes) => views.apply(&changes),
            Change::Disconnected => {
                directory.disconnect();
                views.disconnect();
                freshness.disconnect();
            }
            Change::Reconnected => {
                directory.reconnect();
                views.reconnect();
                // Last: from here on what is in memory is served again.
                freshness.reconnect();
                fill.request();
            }
        })
    }

    /// The limits of texts, for the parsers of submissions.
    pub fn settings(&self) -> &ServiceSettings {
        &self.settings
    }

    /// What people call the kind of store: never where it is.
    pub fn store_name(&self) -> &'static str {
        self.store_name
    }

    /// What was counted so far, and what there is at the moment.
    pub fn statistics(&self) -> Statistics {
        let (reading, writing) = (self.loads.state(), self.writes.state());
        self.counters.read(self.views.statistics(), !self.views.is_disconnected(), reading, writing)
    }

    /// Reads a product's view, in memory or, failing that, loaded from the store.
    async fn read_view<R>(
        &self,
        product_id: ProductId,
        mut read: impl FnMut(&View) -> R,
    ) -> Result<R, ServiceError> {
        loop {
            if let Some(result) = self.views.read(product_id, &mut read) {
                return Ok(result);
            }
            let receiver = match self.views.want(product_id) {
                // It has just arrived.
                Wanted::Here => continue,
                Wanted::Coming(receiver) => receiver,
                Wanted::LoadIt(ticket, receiver) => {
                    if self.loads.push(LoadRequest::View(ticket)).is_err() {
                        self.views.loaded(ticket, Err(ServiceError::Overloaded));
                    }
                    receiver
                }
            };
            return Ok(read(&*self.wait(receiver).await?));
        }
    }

    /// Which product a question belongs to; `None` when there is no such question.
    async fn product_of(&self, question_id: QuestionId) -> Result<Option<ProductId>, ServiceError> {
        if let Some(product_id) = self.directory.find(question_id) {
            return Ok(Some(product_id));
        }
        let (sender, receiver) = oneshot::channel();
        self.loads.push(LoadRequest::ProductOf(question_id, sender)).map_err(|_| ServiceError::Overloaded)?;
        self.wait(receiver).await
    }

    /// Has a command carried out; it is durable and visible when this returns.
    async fn write(&self, command: Command) -> Result<Outcome, ServiceError> {
        let (reply, receiver) = oneshot::channel();
        self.writes.push(WriteRequest { command, reply }).map_err(|_| ServiceError::Overloaded)?;
        match self.wait(receiver).await? {
            Outcome::NotFound => Err(ServiceError::NotFound),
            Outcome::KeyTaken => Err(ServiceError::KeyTaken),
            outcome => Ok(outcome),
        }
    }

    /// Counts one vote.
    async fn vote(&self, target: Target) -> Result<(), ServiceError> {
        self.write(Command::Vote { target, votes: 1 }).await.map(drop)
    }

    /// Hides a row.
    async fn report(&self, target: Target) -> Result<(), ServiceError> {
        self.write(Command::Report(target)).await.map(drop)
    }

    async fn wait<T>(&self, receiver: oneshot::Receiver<Result<T, ServiceError>>) -> Result<T, ServiceError> {
        match tokio::time::timeout(self.settings.store_wait, receiver).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(ServiceError::StoreUnavailable),
            Err(_) => {
                static TOO_LATE: LogThrottle = LogThrottle::new();
                self.counters.failed(Failure::Timeout);
                if let Some(times) = TOO_LATE.is_due() {
                    let waited = self.settings.store_wait;
                    tracing::error!(?waited, times, "the store did not answer in time");
                }
                Err(ServiceError::StoreUnavailable)
            }
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.freshness.stop();
        self.fill.stop();
        self.loads.close();
        let Threads { ageing, reading, writing } = std::mem::take(&mut *self.threads.lock());
        ageing.into_iter().for_each(join);
        reading.into_iter().for_each(join);
        // Writing sessions are the last to close, so that SQLite's leaves the store tidy: of two
        // that close at the same time, each would leave that to the other.
        self.writes.close();
        writing.into_iter().for_each(join);
    }
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let thread = std::thread::Builder::new().name(name).spawn(run);
    thread.map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))
}

fn join(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!("a thread of the service panicked");
    }
}
