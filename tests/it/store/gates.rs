//! Forced interleaving: a store around a real one. Its calls can be stopped at a gate, so a test
//! decides what happens between reading rows and caching them. A service on such a store is in
//! `stage`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use atelier::domain::{CatalogueRows, Id, ProductId, ProductRows, QuestionId, ReviewRows, Target, Timestamp};
use atelier::store::moderation::{Moderated, Moderation, ModerationAnswer, ModerationQuery};
use atelier::store::{Change, ChangeSink, Command, Outcome, Reader, Sessions, StoreError, Writer};

/// The longest wait of a test.
const DEADLINE: Duration = Duration::from_secs(20);

/// A place where calls can be stopped.
#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Default)]
struct GateState {
    /// Calls that will be stopped.
    to_stop: usize,
    /// Calls that were stopped since the gate was last closed, and how many of them may go on.
    arrived: usize,
    let_go: usize,
}

impl Gate {
    /// Stops the next `calls` calls until the guard goes.
    pub(crate) fn stop_next(&self, calls: usize) -> Closed<'_> {
        self.close(calls);
        Closed(self)
    }

    pub(super) fn close(&self, calls: usize) {
        *self.state.lock().expect("not poisoned") = GateState { to_stop: calls, arrived: 0, let_go: 0 };
    }

    fn open(&self) {
        let mut state = self.state.lock().expect("not poisoned");
        (state.to_stop, state.let_go) = (0, usize::MAX);
        self.changed.notify_all();
    }

    /// Lets the oldest stopped call go on.
    pub(super) fn let_one_go(&self) {
        self.state.lock().expect("not poisoned").let_go += 1;
        self.changed.notify_all();
    }

    /// Waits until `calls` calls have been stopped.
    pub(super) async fn stopped(&self, calls: usize) {
        let arrived = || self.state.lock().expect("not poisoned").arrived;
        poll("a call to reach the gate", || arrived() >= calls).await;
    }

    /// Called by the store's thread.
    fn pass(&self) {
        let mut state = self.state.lock().expect("not poisoned");
        if state.to_stop == 0 {
            return;
        }
        state.to_stop -= 1;
        state.arrived += 1;
        let number = state.arrived;
        drop(self.changed.wait_timeout_while(state, DEADLINE, |state| state.let_go < number));
    }
}

/// A closed gate. Dropping it lets everything go.
pub(crate) struct Closed<'a>(&'a Gate);

impl Closed<'_> {
    /// Waits until `calls` calls have been stopped.
    pub(crate) async fn stopped(&self, calls: usize) {
        self.0.stopped(calls).await;
    }
}

impl Drop for Closed<'_> {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// Waits until something holds, looking again and again.
pub(crate) async fn poll(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// What the store's sessions share with the test.
#[derive(Default)]
pub(crate) struct Gates {
    /// After `load_products`: the rows are read, and the service does not have them yet.
    pub(crate) loads: Gate,
    /// The same after `load_reviews`.
    pub(crate) review_loads: Gate,
    /// Behind `products_of`.
    pub(crate) look_ups: Gate,
    /// Behind `scan_products`.
    pub(crate) scans: Gate,
    /// Behind `scan_reviews`.
    pub(crate) review_scans: Gate,
    /// Before `commit`.
    pub(crate) commits: Gate,
    /// After `commit`: it is durable, and the service does not know yet.
    pub(crate) commits_done: Gate,
    /// Votes of others were read, and the service is not told yet.
    pub(crate) votes_read: Gate,
    /// The next `load_products` fail, this many of them.
    pub(crate) failing_loads: AtomicUsize,
    /// The next commit is carried out and then said to have an unknown fate.
    pub(crate) commit_breaks_off: AtomicBool,
    /// The next commit is carried out, and then its thread panics.
    pub(crate) commit_panics: AtomicBool,
    /// Looking up this row, or voting for it, fails because it is damaged.
    damaged: Mutex<Option<Target>>,
    /// From now on the service receives no changes of others.
    pub(crate) news_are_lost: AtomicBool,
    /// How often the service got a notice that everything changed, and has acted on it.
    everything_changed: AtomicUsize,
    /// The products of each `load_products`.
    loaded: Mutex<Vec<Vec<u64>>>,
    /// The products of each `load_reviews`.
    reviews_loaded: Mutex<Vec<Vec<u64>>>,
    /// The commands of each commit.
    committed: Mutex<Vec<Vec<Command>>>,
    /// Scans find nothing, so memory is filled by requests alone.
    without_fill: bool,
}

impl Gates {
    /// Scans find nothing.
    pub(super) fn without_fill() -> Self {
        Self { without_fill: true, ..Self::default() }
    }

    /// The products of each load so far.
    pub(crate) fn loaded(&self) -> Vec<Vec<u64>> {
        self.loaded.lock().expect("not poisoned").clone()
    }

    /// The products of each load of reviews so far.
    pub(crate) fn reviews_loaded(&self) -> Vec<Vec<u64>> {
        self.reviews_loaded.lock().expect("not poisoned").clone()
    }

    /// Opens every gate for good.
    pub(super) fn open_all(&self) {
        let Self {
            loads,
            review_loads,
            look_ups,
            scans,
            review_scans,
            commits,
            commits_done,
            votes_read,
            ..
        } = self;
        for gate in [loads, review_loads, look_ups, scans, review_scans, commits, commits_done, votes_read] {
            gate.open();
        }
    }

    /// The commands of each commit so far.
    pub(crate) fn committed(&self) -> Vec<Vec<Command>> {
        self.committed.lock().expect("not poisoned").clone()
    }

    /// Damages a row.
    pub(crate) fn damage(&self, target: Target) {
        *self.damaged.lock().expect("not poisoned") = Some(target);
    }

    fn check(&self, mut targets: impl Iterator<Item = Target>) -> Result<(), StoreError> {
        let damaged = *self.damaged.lock().expect("not poisoned");
        if targets.any(|target| Some(target) == damaged) {
            return Err(StoreError::DamagedFile { product_id: None, problem: "for a test".to_owned() });
        }
        Ok(())
    }

    /// Waits until the service has noticed a change made elsewhere.
    pub(crate) async fn everything_changed(&self) {
        poll("news from elsewhere", || self.everything_changed.load(Ordering::SeqCst) > 0).await;
    }
}

/// The store around another one.
pub(super) struct GatedStore {
    pub(super) inner: Arc<dyn Sessions>,
    pub(super) gates: Arc<Gates>,
}

impl Sessions for GatedStore {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(GatedReader { inner: self.inner.reader()?, gates: Arc::clone(&self.gates) }))
    }

    fn writer(&self, elsewhere: ChangeSink) -> Result<Box<dyn Writer>, StoreError> {
        let gates = Arc::clone(&self.gates);
        let sink: ChangeSink = Arc::new(move |change| {
            if gates.news_are_lost.load(Ordering::SeqCst) {
                return;
            }
            if matches!(change, Change::Votes(_)) {
                gates.votes_read.pass();
            }
            let says_nothing = change == Change::Reading;
            elsewhere(change);
            if says_nothing {
                return;
            }
            gates.everything_changed.fetch_add(1, Ordering::SeqCst);
        });
        let inner = self.inner.writer(Arc::clone(&sink))?;
        Ok(Box::new(GatedWriter { inner, sink, gates: Arc::clone(&self.gates) }))
    }
}

struct GatedReader {
    inner: Box<dyn Reader>,
    gates: Arc<Gates>,
}

impl Reader for GatedReader {
    fn moderation(&mut self, query: &ModerationQuery) -> Result<ModerationAnswer, StoreError> {
        self.inner.moderation(query)
    }

    fn load_products(&mut self, product_ids: &[ProductId]) -> Result<Vec<ProductRows>, StoreError> {
        let products = product_ids.iter().map(|product_id| product_id.get()).collect();
        self.gates.loaded.lock().expect("not poisoned").push(products);
        let result = self.inner.load_products(product_ids);
        self.gates.loads.pass();
        let failing = &self.gates.failing_loads;
        if failing.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(StoreError::Unavailable("out of order, for a test".to_owned()));
        }
        result
    }

    fn products_of(&mut self, question_ids: &[QuestionId]) -> Result<Vec<Option<ProductId>>, StoreError> {
        let result = self.inner.products_of(question_ids);
        self.gates.look_ups.pass();
        self.gates.check(question_ids.iter().copied().map(Target::Question))?;
        result
    }

    fn load_catalogue(&mut self, product_ids: &[ProductId]) -> Result<Vec<CatalogueRows>, StoreError> {
        self.inner.load_catalogue(product_ids)
    }

    fn load_reviews(&mut self, product_ids: &[ProductId]) -> Result<Vec<ReviewRows>, StoreError> {
        let products = product_ids.iter().map(|product_id| product_id.get()).collect();
        self.gates.reviews_loaded.lock().expect("not poisoned").push(products);
        let result = self.inner.load_reviews(product_ids);
        self.gates.review_loads.pass();
        result
    }

    fn scan_catalogue(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        self.inner.scan_catalogue(after, limit)
    }

    fn scan_reviews(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        if self.gates.without_fill {
            return Ok(Vec::new());
        }
        let result = self.inner.scan_reviews(after, limit);
        self.gates.review_scans.pass();
        result
    }

    fn product_ids(&mut self, after: Option<ProductId>, limit: usize) -> Result<Vec<ProductId>, StoreError> {
        self.inner.product_ids(after, limit)
    }

    fn scan_products(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ProductRows>, StoreError> {
        if self.gates.without_fill {
            return Ok(Vec::new());
        }
        let result = self.inner.scan_products(after, limit);
        self.gates.scans.pass();
        result
    }
}

struct GatedWriter {
    inner: Box<dyn Writer>,
    sink: ChangeSink,
    gates: Arc<Gates>,
}

impl Writer for GatedWriter {
    fn moderate(&mut self, moderations: &[Moderation]) -> Result<Vec<Moderated>, StoreError> {
        self.gates.commits.pass();
        let result = self.inner.moderate(moderations);
        if self.gates.commit_breaks_off.swap(false, Ordering::SeqCst) {
            (self.sink)(Change::Everything);
            return Err(StoreError::Unknown("broke off, for a test".to_owned()));
        }
        result
    }

    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        self.gates.commits.pass();
        self.gates.committed.lock().expect("not poisoned").push(commands.to_vec());
        self.gates.check(commands.iter().filter_map(|command| match command {
            Command::Vote { target, .. } => Some(*target),
            _ => None,
        }))?;
        let result = self.inner.commit(commands);
        self.gates.commits_done.pass();
        assert!(!self.gates.commit_panics.load(Ordering::SeqCst), "for a test");
        if self.gates.commit_breaks_off.swap(false, Ordering::SeqCst) {
            (self.sink)(Change::Everything);
            return Err(StoreError::Unknown("broke off, for a test".to_owned()));
        }
        result
    }

    fn idle(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.inner.idle(now)
    }
}
