//! Filling memory in the background: after the start, and again after everything was forgotten, products are
//! read in order and their views kept until the bound or the end. Requests never wait for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::View;
use super::directory::Directory;
use super::views::Views;
use crate::domain::ProductId;
use crate::store::Reader;

/// Products read at once. A chunk is a few hundred kilobytes and takes a few milliseconds.
const PRODUCTS_PER_CHUNK: usize = 256;

/// How long to wait before the next try when the store failed.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Asks for a fill, or for an end of all filling.
#[derive(Debug, Default)]
pub(super) struct FillSignal {
    wanted: Mutex<bool>,
    changed: Condvar,
    stopped: AtomicBool,
}

impl FillSignal {
    /// Begins a fill from the first product, also when one is under way.
    pub(super) fn request(&self) {
        *self.wanted.lock() = true;
        self.changed.notify_all();
    }

    /// Ends the thread at the next chunk.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.request();
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Waits for a request; `false` means stop.
    fn wait(&self) -> bool {
        let mut wanted = self.wanted.lock();
        self.changed.wait_while(&mut wanted, |wanted| !*wanted);
        *wanted = false;
        !self.is_stopped()
    }

    /// Waits up to `pause`; a request or a stop ends it early.
    fn pause(&self, pause: Duration) {
        let mut wanted = self.wanted.lock();
        self.changed.wait_while_for(&mut wanted, |wanted| !*wanted, pause);
    }

    fn is_wanted(&self) -> bool {
        *self.wanted.lock()
    }
}

/// The filling thread.
pub(super) struct Filler {
    pub(super) signal: Arc<FillSignal>,
    pub(super) views: Arc<Views>,
    pub(super) directory: Arc<Directory>,
    pub(super) reader: Box<dyn Reader>,
}

impl Filler {
    /// Fills whenever asked to, until stopped.
    pub(super) fn run(mut self) {
        while self.signal.wait() {
            let started = Instant::now();
            if self.fill() {
                let (views, bytes) = self.views.size();
                let seconds = started.elapsed().as_secs_f64();
                tracing::info!(views, bytes, seconds, "views are in memory");
            }
            if let Err(error) = self.reader.rest() {
                tracing::warn!(%error, "could not give memory back");
            }
        }
    }

    /// Fills from the first product on; `false` when broken off.
    fn fill(&mut self) -> bool {
        let mut last: Option<ProductId> = None;
        loop {
            // While changes go unnoticed nothing would be kept; when they are heard again, a fill is wanted.
            if self.signal.is_stopped() || self.signal.is_wanted() || self.views.is_deaf() {
                return false;
            }
            let era = self.directory.era();
            self.views.begin_fill_chunk();
            let products = match self.reader.scan_products(last, PRODUCTS_PER_CHUNK) {
                Ok(products) => products,
                Err(error) => {
                    self.views.end_fill_chunk(Vec::new());
                    tracing::error!(%error, "could not read products in the background, trying again");
                    self.signal.pause(RETRY_PAUSE);
                    continue;
                }
            };
            let at_the_end = products.len() < PRODUCTS_PER_CHUNK;
            last = products.last().map(|rows| rows.product_id).or(last);
            let views: Vec<View> = products.iter().map(View::pack).collect();
            for view in &views {
                self.directory.remember(era, view.product_id(), &view.question_ids());
            }
            let has_room = self.views.end_fill_chunk(views);
            if at_the_end || !has_room {
                return true;
            }
        }
    }
}
