//! A store that fails or hangs when a test wants it. It wraps a real store.

use std::sync::Arc;

use atelier::domain::{CatalogueRows, ProductId, ProductRows, QuestionId, ReviewRows, Timestamp};
use atelier::store::moderation::{Moderated, Moderation, ModerationAnswer, ModerationQuery};
use atelier::store::{ChangeSink, Command, Outcome, Reader, Sessions, StoreError, Writer};
use parking_lot::{Condvar, Mutex};

use super::client::PATIENCE;
use super::shop::Shop;

/// The message of the failure. No response may have it.
pub(crate) const INNER_SECRET: &str = "/var/lib/shop.db is on fire";

/// The switch of a faulty store.
#[derive(Default)]
pub(crate) struct Faults {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    failing: bool,
    panicking: bool,
    holding: bool,
    /// Calls that are held.
    held: usize,
}

/// While this exists, calls of the store do not return.
pub(crate) struct Hold<'a>(&'a Faults);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.0.state.lock().holding = false;
        self.0.changed.notify_all();
    }
}

impl Faults {
    /// Puts a faulty store under a shop. Nothing is kept in memory, so every request needs the
    /// store.
    pub(crate) fn under(shop: &mut Shop) -> Arc<Self> {
        let faults = Arc::new(Self::default());
        let settings = &mut shop.service_settings;
        settings.questions_max_bytes = 0;
        settings.reviews_max_bytes = 0;
        settings.catalogue_max_bytes = 0;
        shop.sessions =
            Some(Arc::new(FaultyStore { inner: shop.store.clone(), faults: Arc::clone(&faults) }));
        faults
    }

    /// From now on every call fails.
    pub(crate) fn break_down(&self) {
        self.state.lock().failing = true;
    }

    /// From now on every call panics.
    pub(crate) fn panic(&self) {
        self.state.lock().panicking = true;
    }

    /// From now on every call does what it should.
    pub(crate) fn recover(&self) {
        let mut state = self.state.lock();
        (state.failing, state.panicking) = (false, false);
    }

    /// From now on no call returns until the hold is dropped.
    pub(crate) fn hold(&self) -> Hold<'_> {
        self.state.lock().holding = true;
        Hold(self)
    }

    /// Waits until a call is held.
    pub(crate) fn wait_for_a_held_call(&self) {
        let mut state = self.state.lock();
        let waited = self.changed.wait_while_for(&mut state, |state| state.held == 0, PATIENCE);
        assert!(!waited.timed_out(), "nobody asked the store");
    }

    fn pass(&self) -> Result<(), StoreError> {
        let mut state = self.state.lock();
        state.held += 1;
        self.changed.notify_all();
        self.changed.wait_while(&mut state, |state| state.holding);
        state.held -= 1;
        assert!(!state.panicking, "{INNER_SECRET}");
        if state.failing { Err(StoreError::Unavailable(INNER_SECRET.to_owned())) } else { Ok(()) }
    }
}

struct FaultyStore {
    inner: Arc<dyn Sessions>,
    faults: Arc<Faults>,
}

/// A session of it.
struct Faulty<Session: ?Sized> {
    faults: Arc<Faults>,
    inner: Box<Session>,
}

impl Sessions for FaultyStore {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(Faulty { faults: Arc::clone(&self.faults), inner: self.inner.reader()? }))
    }

    // Only one writer, so that a test knows which one it holds.
    fn writer(&self, elsewhere: ChangeSink) -> Result<Box<dyn Writer>, StoreError> {
        Ok(Box::new(Faulty { faults: Arc::clone(&self.faults), inner: self.inner.writer(elsewhere)? }))
    }
}

impl Reader for Faulty<dyn Reader> {
    fn moderation(&mut self, query: &ModerationQuery) -> Result<ModerationAnswer, StoreError> {
        self.faults.pass()?;
        self.inner.moderation(query)
    }

    fn load_products(&mut self, product_ids: &[ProductId]) -> Result<Vec<ProductRows>, StoreError> {
        self.faults.pass()?;
        self.inner.load_products(product_ids)
    }

    fn products_of(&mut self, question_ids: &[QuestionId]) -> Result<Vec<Option<ProductId>>, StoreError> {
        self.faults.pass()?;
        self.inner.products_of(question_ids)
    }

    fn load_catalogue(&mut self, product_ids: &[ProductId]) -> Result<Vec<CatalogueRows>, StoreError> {
        self.faults.pass()?;
        self.inner.load_catalogue(product_ids)
    }

    fn load_reviews(&mut self, product_ids: &[ProductId]) -> Result<Vec<ReviewRows>, StoreError> {
        self.faults.pass()?;
        self.inner.load_reviews(product_ids)
    }

    fn scan_catalogue(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        self.faults.pass()?;
        self.inner.scan_catalogue(after, limit)
    }

    fn scan_reviews(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        self.faults.pass()?;
        self.inner.scan_reviews(after, limit)
    }

    fn product_ids(&mut self, after: Option<ProductId>, limit: usize) -> Result<Vec<ProductId>, StoreError> {
        self.faults.pass()?;
        self.inner.product_ids(after, limit)
    }

    fn scan_products(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ProductRows>, StoreError> {
        self.faults.pass()?;
        self.inner.scan_products(after, limit)
    }
}

impl Writer for Faulty<dyn Writer> {
    fn moderate(&mut self, moderations: &[Moderation]) -> Result<Vec<Moderated>, StoreError> {
        self.faults.pass()?;
        self.inner.moderate(moderations)
    }

    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        self.faults.pass()?;
        self.inner.commit(commands)
    }

    fn idle(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.inner.idle(now)
    }
}
