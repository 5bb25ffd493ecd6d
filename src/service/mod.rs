//! The service: lists are served from memory, writes are batched, and a list that is asked for
//! after a write shows it. Deliberately absent: SQL and HTTP.
//!
//! `questions`, `answers`, `reviews` and `catalogue` are the operations. `memory` is the only
//! cache, and `crate::view` is what is in it. `lanes` are the threads between memory and the store.
//! `statistics`, `readiness` and `example` are for monitoring and for the home page.

mod answers;
mod carts;
mod catalogue;
mod clock;
mod digest_key;
mod digests;
mod error;
mod example;
mod keys;
mod lanes;
mod listed;
mod memory;
pub mod moderation;
mod moderation_figures;
mod policy;
mod questions;
mod readiness;
mod reviews;
mod settings;
mod shoppers;
mod statistics;
mod submissions;
mod threads;
mod waiting;

use std::sync::Arc;

use tokio::sync::oneshot;

pub use clock::{Clock, SystemClock};
pub use error::{Refusal, ServiceError};
pub use example::Example;
pub use keys::{DrawnKey, KEY_PREFIX};
pub use listed::Listed;
pub use policy::{FoundWord, HookSecret, Post, PostKind, SetWords, Tried, Verdict, WordsSet, words};
pub use settings::{
    HookFailure, HookSettings, ModerationSettings, Policy, ServiceSettings, Signal, Signals, VotePolicy,
};
pub use statistics::{BatchStatistics, Failure, SPANS_TARGET, Statistics, ViewStatistics};
pub use submissions::Added;
pub use waiting::{ModerationStatistics, QueueLength};

/// What a key is and allows, and how long notes may be.
pub use crate::store::moderation::{Key, MAX_NOTE_CHARS, Scope};

use self::lanes::fill::{FillSignal, Filler, KINDS_AT_ONCE};
use self::lanes::loader::{Lane, LoadRequest, ViewLoad};
use self::lanes::log_throttle::LogThrottle;
use self::lanes::moderation::Retention;
use self::lanes::queue::{BatchQueue, Consumer};
use self::lanes::writer::{CommitRequest, WriteRequest, WriterLane};
use self::memory::carts::Carts;
use self::memory::freshness::Freshness;
use self::memory::record::Record;
use self::memory::views::{ViewReceiver, Views, Wanted};
use self::memory::{MaxBytes, Memory};
use self::policy::hook::{HOOK_THREADS, HookClient, HookLane, HookQueue};
use self::policy::kept_words::KeptWords;
use self::readiness::Readiness;
use self::statistics::Counters;
use self::threads::Threads;
use crate::domain::{ProductId, QuestionId, Sender, Target, Timestamp};
use crate::store::{Change, ChangeSink, Command, Outcome, Sessions, StoreError};
use crate::view::Campus;

/// The service of a shop's product pages over one store. Dropping it finishes what was accepted.
pub struct Service {
    memory: Memory,
    loads: Arc<BatchQueue<LoadRequest>>,
    writes: Arc<BatchQueue<WriteRequest>>,
    fill: Arc<FillSignal>,
    counters: Arc<Counters>,
    readiness: Readiness,
    carts: Carts,
    digest_key: digest_key::DigestKey,
    waiting: waiting::Waiting,
    kept_words: KeptWords,
    hook: HookQueue,
    clock: Arc<dyn Clock>,
    store_name: &'static str,
    settings: ServiceSettings,
    campus: Campus,
    /// Those that ask the hook.
    asking: Threads,
    /// All others but those that write.
    reading: Threads,
    writing: Threads,
}

impl Service {
    /// Opens the store's sessions, starts the threads and begins to fill memory in the background.
    ///
    /// # Errors
    /// When a session cannot be opened or a thread cannot be started.
    pub fn start(
        store: &dyn Sessions,
        clock: Arc<dyn Clock>,
        settings: ServiceSettings,
    ) -> Result<Self, StoreError> {
        let max_bytes = MaxBytes {
            questions: settings.questions_max_bytes,
            reviews: settings.reviews_max_bytes,
            catalogue: settings.catalogue_max_bytes,
        };
        let freshness = Freshness::new(settings.max_view_age, settings.stale_grace);
        let service = Self {
            loads: Arc::new(BatchQueue::new(settings.max_waiting_reads)),
            writes: Arc::new(BatchQueue::new(settings.max_waiting_writes)),
            asking: Threads::default(),
            reading: Threads::default(),
            writing: Threads::default(),
            memory: Memory::new(max_bytes, freshness),
            fill: Arc::default(),
            counters: Arc::default(),
            readiness: Readiness::new(),
            carts: Carts::default(),
            digest_key: digest_key::DigestKey::default(),
            waiting: waiting::Waiting::default(),
            kept_words: KeptWords::default(),
            hook: HookQueue::default(),
            store_name: store.name(),
            clock,
            campus: Campus::new(&settings.campus),
            settings,
        };
        // On failure, dropping the service ends the threads that were started.
        service.start_threads(store)?;
        service.fill.request();
        Ok(service)
    }

    fn start_threads(&self, store: &dyn Sessions) -> Result<(), StoreError> {
        // Without a thread that ages products or notices changes, memory is no longer right.
        let stop_using_memory = || {
            let sink = self.change_sink();
            move || sink(Change::Disconnected)
        };
        if self.memory.freshness.is_ageing() {
            let freshness = Arc::clone(&self.memory.freshness);
            self.reading.spawn("ageing".to_owned(), move || freshness.run(), stop_using_memory())?;
        }
        for number in 0..self.settings.readers.max(1) {
            let lane = Lane {
                queue: Consumer::new(&self.loads),
                memory: self.memory.clone(),
                reader: store.reader()?,
                counters: Arc::clone(&self.counters),
            };
            self.reading.spawn(format!("reader-{number}"), move || lane.run(), || ())?;
        }
        for (number, writer) in store.writers(self.change_sink())?.into_iter().enumerate() {
            let lane = WriterLane {
                queue: Consumer::new(&self.writes),
                memory: self.memory.clone(),
                writer,
                clock: Arc::clone(&self.clock),
                counters: Arc::clone(&self.counters),
                // One session does it for all.
                retention: (number == 0).then(|| Retention::new(&self.settings.moderation, self.clock.now())),
            };
            self.writing.spawn(format!("writer-{number}"), move || lane.run(), stop_using_memory())?;
        }
        self.start_hook()?;
        let ServiceSettings { questions_max_bytes, reviews_max_bytes, catalogue_max_bytes, .. } =
            self.settings;
        if questions_max_bytes.max(reviews_max_bytes).max(catalogue_max_bytes) > 0 {
            let filler = Filler {
                signal: Arc::clone(&self.fill),
                memory: self.memory.clone(),
                readers: (0..KINDS_AT_ONCE).map(|_| store.reader()).collect::<Result<_, _>>()?,
                counters: Arc::clone(&self.counters),
            };
            self.reading.spawn("fill".to_owned(), move || filler.run(), || ())?;
        }
        Ok(())
    }

    fn start_hook(&self) -> Result<(), StoreError> {
        let Some(settings) = &self.settings.moderation.hook else { return Ok(()) };
        let client = HookClient::new(settings);
        for number in 0..HOOK_THREADS {
            let lane = HookLane {
                queue: Consumer::new(&self.hook.waiting),
                is_stopping: Arc::clone(&self.hook.is_stopping),
                client: client.clone(),
                writes: Arc::clone(&self.writes),
                clock: Arc::clone(&self.clock),
            };
            self.asking.spawn(format!("hook-{number}"), move || lane.run(), || ())?;
        }
        Ok(())
    }

    /// What the store calls for changes made elsewhere.
    fn change_sink(&self) -> ChangeSink {
        let (memory, fill) = (self.memory.clone(), Arc::clone(&self.fill));
        Arc::new(move |change| match change {
            Change::Everything => {
                tracing::info!("the store was changed by another process, all cached products are forgotten");
                memory.forget_everything();
                fill.request();
            }
            Change::Products(changes) => memory.apply(&changes),
            Change::Reading => memory.begin_reading(),
            Change::Votes(votes) => memory.end_reading(&votes),
            Change::Disconnected => memory.disconnect(),
            Change::Reconnected => {
                memory.reconnect();
                fill.request();
            }
        })
    }

    /// The settings that it was started with.
    pub fn settings(&self) -> &ServiceSettings {
        &self.settings
    }

    /// The name of the kind of store, such as "SQLite"; never its address.
    pub fn store_name(&self) -> &'static str {
        self.store_name
    }

    /// Reads all figures at this moment.
    pub fn statistics(&self) -> Statistics {
        let (reading, writing) = (self.loads.state(), self.writes.state());
        let Memory { questions, reviews, catalogue, .. } = &self.memory;
        let caches = [questions.statistics(), reviews.statistics(), catalogue.statistics()];
        self.counters.read(caches, !self.memory.is_disconnected(), reading, writing)
    }

    /// Whether the store can be read and takes writes, as found out in the last second.
    ///
    /// # Errors
    /// [`ServiceError::StoreUnavailable`] when it cannot or does not,
    /// [`ServiceError::ThreadPanicked`] for good once a thread has panicked.
    pub async fn check_store(&self) -> Result<(), ServiceError> {
        if self.reading.has_panicked() || self.writing.has_panicked() || self.asking.has_panicked() {
            return Err(ServiceError::ThreadPanicked);
        }
        let probe = |sender| self.loads.push(LoadRequest::Probe(sender)).is_ok();
        self.readiness.check(probe).await
    }

    /// Reads a product's view from memory or, if it is not there, from the store: all of it, to be
    /// kept; where nothing is kept, what `part` needs.
    async fn read_view<R: Record, T>(
        &self,
        views: &Arc<Views<R>>,
        product_id: ProductId,
        part: R::Part,
        mut read: impl FnMut(&R) -> T,
    ) -> Result<T, ServiceError>
    where
        LoadRequest: From<ViewLoad<R>>,
    {
        if views.max_bytes() == 0 {
            views.count_miss();
            let (sender, receiver) = oneshot::channel();
            let load = ViewLoad::of_part(product_id, part, sender, Arc::clone(views));
            self.loads.push(load.into()).map_err(|(_, error)| error)?;
            return Ok(read(&*self.wait(receiver).await?));
        }
        loop {
            if let Some(result) = views.read(product_id, &mut read) {
                return Ok(result);
            }
            // Otherwise it has just been loaded.
            if let Some(receiver) = self.want_view(views, product_id) {
                return Ok(read(&*self.wait(receiver).await?));
            }
        }
    }

    /// Has a product's view loaded, unless it is in memory or being loaded already. Returns where
    /// it will arrive; `None` when it is in memory.
    fn want_view<R: Record>(&self, views: &Arc<Views<R>>, product_id: ProductId) -> Option<ViewReceiver<R>>
    where
        LoadRequest: From<ViewLoad<R>>,
    {
        match views.want(product_id) {
            Wanted::Here => None,
            Wanted::Coming(receiver) => Some(receiver),
            Wanted::LoadIt(ticket, receiver) => {
                let load = ViewLoad::new(ticket, Arc::clone(views));
                if let Err((request, error)) = self.loads.push(load.into()) {
                    request.fail(error);
                }
                Some(receiver)
            }
        }
    }

    /// Returns the product of a question; `None` when there is no such question.
    async fn product_of(&self, question_id: QuestionId) -> Result<Option<ProductId>, ServiceError> {
        if let Some(product_id) = self.memory.directory.find(question_id) {
            return Ok(Some(product_id));
        }
        let (sender, receiver) = oneshot::channel();
        self.loads.push(LoadRequest::ProductOf(question_id, sender)).map_err(|(_, error)| error)?;
        self.wait(receiver).await
    }

    /// Carries out a command. It is durable and visible when this returns.
    async fn write(&self, command: Command) -> Result<Outcome, ServiceError> {
        let (reply, receiver) = oneshot::channel();
        self.writes
            .push(WriteRequest::Commit(CommitRequest { command, reply }))
            .map_err(|(_, error)| error)?;
        match self.wait(receiver).await? {
            Outcome::NotFound => Err(ServiceError::NotFound),
            Outcome::KeyTaken => Err(ServiceError::KeyTaken),
            outcome => Ok(outcome),
        }
    }

    /// The time of the service.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Counts one vote of somebody.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn vote(&self, target: Target) -> Result<(), ServiceError> {
        self.write(Command::Vote { target, votes: 1 }).await.map(drop)
    }

    /// Counts a report of somebody.
    async fn report(&self, target: Target) -> Result<(), ServiceError> {
        self.report_from(target, &Sender::default(), None, None).await.map(drop)
    }

    /// Waits for a thread's reply, for at most `store_wait`.
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
        self.hook.stop();
        self.asking.join();
        self.memory.freshness.stop();
        self.fill.stop();
        self.loads.close();
        self.reading.join();
        // Writing sessions close last. SQLite cleans up when its last session closes, and two that
        // close at the same time would each leave that to the other.
        self.writes.close();
        self.writing.join();
    }
}

#[cfg(test)]
mod tests;
