//! Fills memory in the background: after the start, and after everything was forgotten, it reads
//! products in order and keeps their views until memory is full or the end is reached. Requests
//! never wait for it. One thread reads while another packs.
//!
//! Products without rows are kept as well where they lie among those with rows: a shop's ids are
//! mostly products, and many of them have no question yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::domain::{Id as _, ProductId, ProductRows};
use crate::service::memory::directory::{Directory, Era};
use crate::service::memory::views::Views;
use crate::service::statistics::{Counters, Failure};
use crate::store::{FIRST_UNORDERED_ID, Reader, StoreError};
use crate::view::View;

/// Products of one scan: a few hundred kilobytes, a few milliseconds.
const PRODUCTS_PER_SCAN: usize = 256;

/// Most scans of a chunk, after which changes are looked at: ten megabytes, fifty milliseconds. A
/// fill begins with one scan and doubles their number, so that a small limit is not exceeded by
/// much.
const MAX_SCANS_PER_CHUNK: usize = 16;

/// Most scans that wait to be packed.
const MAX_WAITING_SCANS: usize = 2;

/// Most products without rows that are kept in a row.
const MAX_GAP_PRODUCTS: u64 = 256;

/// The pause before the next try after a failure of the store.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Requests for a fill, and the end of the thread.
#[derive(Debug, Default)]
pub(crate) struct FillSignal {
    wanted: Mutex<bool>,
    changed: Condvar,
    stopped: AtomicBool,
}

impl FillSignal {
    /// Requests a fill from the first product, also while one is running.
    pub(crate) fn request(&self) {
        *self.wanted.lock() = true;
        self.changed.notify_all();
    }

    /// Ends the thread at the next chunk.
    pub(crate) fn stop(&self) {
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
pub(crate) struct Filler {
    pub(crate) signal: Arc<FillSignal>,
    pub(crate) views: Arc<Views>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) reader: Box<dyn Reader>,
    pub(crate) counters: Arc<Counters>,
}

/// Views of neighbouring products.
struct Chunk {
    views: Vec<View>,
    end: End,
}

/// How far a chunk reaches.
struct End {
    last: Option<ProductId>,
    /// Whether no product is left behind it.
    is_last: bool,
}

/// Products of a scan, and the era in which it began.
struct Scan {
    era: Era,
    products: Vec<ProductRows>,
}

/// Which products without rows are kept: never more than have rows. Where ids are sparse, nobody
/// asks for the ids between them.
#[derive(Debug, Default)]
struct Gaps {
    /// How many may be kept now.
    allowed: u64,
}

impl Gaps {
    /// The products between two that a scan found one after the other, if they are few enough.
    fn between(
        &mut self,
        previous: Option<ProductId>,
        next: ProductId,
    ) -> impl Iterator<Item = ProductId> + use<> {
        let from = previous.map_or(1, |previous| previous.get() + 1);
        let gap = next.get().saturating_sub(from);
        let is_kept = gap <= self.allowed && next.get() < FIRST_UNORDERED_ID;
        let gap = if is_kept { gap } else { 0 };
        self.allowed = (self.allowed - gap + 1).min(MAX_GAP_PRODUCTS);
        (from..from + gap).filter_map(|id| ProductId::new(id).ok())
    }
}

impl Filler {
    /// Fills whenever requested, until stopped.
    pub(crate) fn run(mut self) {
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

    /// Fills from the first product on; `false` when interrupted.
    fn fill(&mut self) -> bool {
        let mut last: Option<ProductId> = None;
        let mut gaps = Gaps::default();
        let mut scans = 1;
        loop {
            // While changes are missed no view is kept. Once they are received again, a fill is
            // requested.
            if self.signal.is_stopped() || self.signal.is_wanted() || self.views.is_disconnected() {
                return false;
            }
            self.views.begin_fill_chunk();
            match self.read_chunk(last, scans, &mut gaps) {
                Ok(Chunk { views, end }) => {
                    let has_room = self.views.end_fill_chunk(views);
                    if end.is_last || !has_room {
                        return true;
                    }
                    last = end.last;
                    scans = MAX_SCANS_PER_CHUNK.min(scans * 2);
                }
                Err(error) => {
                    self.views.end_fill_chunk(Vec::new());
                    self.counters.failed(Failure::Fill);
                    tracing::error!(%error, "could not read products in the background, trying again");
                    self.signal.pause(RETRY_PAUSE);
                }
            }
        }
    }

    /// Reads products behind `last` on a thread of its own, and packs them on this one.
    fn read_chunk(
        &mut self,
        last: Option<ProductId>,
        scans: usize,
        gaps: &mut Gaps,
    ) -> Result<Chunk, StoreError> {
        let (sender, waiting) = sync_channel(MAX_WAITING_SCANS);
        let Self { reader, directory, .. } = self;
        let eras = Arc::clone(directory);
        thread::scope(|scope| {
            let reading = thread::Builder::new()
                .name("fill-read".to_owned())
                .spawn_scoped(scope, move || read(reader.as_mut(), &eras, last, scans, &sender))
                .map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))?;
            let mut views = Vec::with_capacity(scans * PRODUCTS_PER_SCAN);
            let mut previous = last;
            for Scan { era, products } in waiting {
                for rows in &products {
                    let absent = gaps.between(previous.replace(rows.product_id), rows.product_id);
                    views.extend(absent.map(|product_id| View::pack(&ProductRows::new(product_id))));
                    let view = View::pack(rows);
                    directory.remember(era, view.product_id(), &view.question_ids());
                    views.push(view);
                }
            }
            let end = reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            Ok(Chunk { views, end })
        })
    }
}

/// Reads products behind `last`, at most `scans` times.
fn read(
    reader: &mut dyn Reader,
    eras: &Directory,
    last: Option<ProductId>,
    scans: usize,
    sender: &SyncSender<Scan>,
) -> Result<End, StoreError> {
    let mut end = End { last, is_last: false };
    for _ in 0..scans {
        let era = eras.era();
        let products = reader.scan_products(end.last, PRODUCTS_PER_SCAN)?;
        end.is_last = products.len() < PRODUCTS_PER_SCAN;
        end.last = products.last().map(|rows| rows.product_id).or(end.last);
        // The packing thread is gone only after a panic.
        if sender.send(Scan { era, products }).is_err() || end.is_last {
            break;
        }
    }
    Ok(end)
}
