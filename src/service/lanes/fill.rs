//! Fills memory in the background: after the start, and after everything was forgotten, it reads
//! products in order and keeps their views until memory is full or the end is reached: questions,
//! the catalogue and reviews, two of them at a time. Requests never wait for it. For each, one
//! thread reads while another packs. Damaged products are left out.
//!
//! Products without rows are kept as well where they lie among those with rows: a shop's ids are
//! mostly products, and many of them have no question yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::domain::{Id as _, ProductId};
use crate::service::memory::Memory;
use crate::service::memory::directory::{Directory, Era};
use crate::service::memory::record::Record;
use crate::service::memory::views::Views;
use crate::service::statistics::{Counters, Failure};
use crate::store::{FIRST_UNORDERED_ID, Reader, StoreError};

/// Products of one scan: a few hundred kilobytes, a few milliseconds.
const PRODUCTS_PER_SCAN: usize = 256;

/// Most scans of a chunk, after which changes are looked at: ten megabytes, fifty milliseconds. A
/// fill begins with one scan and doubles their number, so that a small limit is not exceeded by
/// much.
const MAX_SCANS_PER_CHUNK: usize = 16;

/// Kinds that are read at the same time.
pub(crate) const KINDS_AT_ONCE: usize = 2;

/// Most scans that wait to be packed.
const MAX_WAITING_SCANS: usize = 2;

/// Most products without rows that are kept in a row.
const MAX_GAP_PRODUCTS: u64 = 256;

/// Most damaged products that a fill names in the log.
const MAX_NAMED_PRODUCTS: u64 = 20;

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
    pub(crate) memory: Memory,
    /// One for each kind that is read at the same time, at least one.
    pub(crate) readers: Vec<Box<dyn Reader>>,
    pub(crate) counters: Arc<Counters>,
}

/// How much is read for the next chunk.
#[derive(Debug, Clone, Copy)]
struct Amount {
    scans: usize,
    products_per_scan: usize,
}

impl Amount {
    fn grow(&mut self) {
        if self.products_per_scan < PRODUCTS_PER_SCAN {
            self.products_per_scan *= 2;
        } else {
            self.scans = MAX_SCANS_PER_CHUNK.min(self.scans * 2);
        }
    }

    /// One scan of half as many products, to find the damaged one. `false` when it was one product.
    fn shrink(&mut self) -> bool {
        let is_one = self.products_per_scan == 1;
        *self = Self { scans: 1, products_per_scan: (self.products_per_scan / 2).max(1) };
        !is_one
    }
}

/// Views of neighbouring products.
struct Chunk<R> {
    views: Vec<R>,
    /// Whether no product is left behind them, or why reading stopped early.
    end: Result<bool, StoreError>,
}

/// Products of a scan, and the era in which it began.
struct Scan<R: Record> {
    era: Era,
    products: Vec<R::Rows>,
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
            if let Some(damaged) = self.fill_all() {
                self.counters.left_out(damaged);
                let seconds = started.elapsed().as_secs_f64();
                tracing::info!(seconds, damaged, "memory is filled");
            }
            for reader in &mut self.readers {
                if let Err(error) = reader.rest() {
                    tracing::warn!(%error, "could not give memory back");
                }
            }
        }
    }

    /// Fills every cache. Returns the number of damaged products; `None` when it was interrupted or
    /// had to give up.
    fn fill_all(&mut self) -> Option<u64> {
        let Self { signal, memory, readers, counters } = self;
        let filling = Filling { signal, memory, counters };
        let next = AtomicUsize::new(0);
        let all_damaged = Mutex::new(Some(0));
        let fill_next = |reader: &mut dyn Reader| {
            loop {
                let Memory { questions, catalogue, reviews, .. } = filling.memory;
                let damaged = match next.fetch_add(1, Ordering::Relaxed) {
                    0 => filling.fill(reader, questions),
                    1 => filling.fill(reader, catalogue),
                    2 => filling.fill(reader, reviews),
                    _ => return,
                };
                let mut all = all_damaged.lock();
                *all = all.zip(damaged).map(|(all, damaged)| all + damaged);
            }
        };
        if let Some((first, others)) = readers.split_first_mut() {
            thread::scope(|scope| {
                for reader in others {
                    let named = thread::Builder::new().name("fill-next".to_owned());
                    let spawned = named.spawn_scoped(scope, || fill_next(reader.as_mut()));
                    if let Err(error) = spawned {
                        tracing::warn!(%error, "no thread, so memory is filled more slowly");
                    }
                }
                fill_next(first.as_mut());
            });
        }
        all_damaged.into_inner()
    }
}

/// What both threads of a fill share.
struct Filling<'f> {
    signal: &'f FillSignal,
    memory: &'f Memory,
    counters: &'f Counters,
}

impl Filling<'_> {
    /// Fills one cache from the first product on. Returns as [`fill_all`](Filler::fill_all).
    fn fill<R: Record>(&self, reader: &mut dyn Reader, cache: &Views<R>) -> Option<u64> {
        if cache.max_bytes() == 0 {
            return Some(0);
        }
        let started = Instant::now();
        let mut last: Option<ProductId> = None;
        let mut gaps = Gaps::default();
        let mut amount = Amount { scans: 1, products_per_scan: PRODUCTS_PER_SCAN };
        let mut damaged = 0;
        loop {
            // While changes are missed no view is kept. Once they are received again, a fill is
            // requested.
            if self.signal.is_stopped() || self.signal.is_wanted() || cache.is_disconnected() {
                return None;
            }
            cache.begin_fill_chunk();
            let Chunk { views, end } = self.read_chunk(reader, &mut last, amount, &mut gaps);
            let has_room = cache.end_fill_chunk(views);
            if !has_room || matches!(end, Ok(true)) {
                let (products, bytes) = cache.size();
                let seconds = started.elapsed().as_secs_f64();
                tracing::info!(kind = R::NAME, products, bytes, seconds, damaged, "products are in memory");
                return Some(damaged);
            }
            match end {
                Ok(_) => amount.grow(),
                Err(error) if !error.is_damage() => {
                    self.counters.failed(Failure::Fill);
                    tracing::error!(%error, "could not read products in the background, trying again");
                    self.signal.pause(RETRY_PAUSE);
                }
                Err(_) if amount.shrink() => {}
                Err(error) => last = Some(self.leave_out(&error, last, &mut damaged)?),
            }
        }
    }

    /// Notes the damaged product after which the fill can go on; `None` when it cannot.
    fn leave_out(&self, error: &StoreError, last: Option<ProductId>, damaged: &mut u64) -> Option<ProductId> {
        let behind = error.damaged_product().filter(|&product_id| last != Some(product_id));
        if let Some(product_id) = behind {
            *damaged += 1;
            if *damaged <= MAX_NAMED_PRODUCTS {
                tracing::error!(%error, %product_id, "a product is damaged, it is left out of memory");
            }
        } else {
            self.counters.failed(Failure::Fill);
            tracing::error!(%error, "the store is damaged, no more products are read into memory");
        }
        behind
    }

    /// Reads products behind `last` on a thread of its own, and packs them on this one. Moves
    /// `last` to the last product that was read.
    fn read_chunk<R: Record>(
        &self,
        reader: &mut dyn Reader,
        last: &mut Option<ProductId>,
        amount: Amount,
        gaps: &mut Gaps,
    ) -> Chunk<R> {
        let (sender, waiting) = sync_channel::<Scan<R>>(MAX_WAITING_SCANS);
        let mut views = Vec::with_capacity(amount.scans * amount.products_per_scan);
        let (Memory { directory, pool, .. }, mut previous) = (self.memory, *last);
        let end = thread::scope(|scope| {
            let reading = thread::Builder::new()
                .name("fill-read".to_owned())
                .spawn_scoped(scope, move || read::<R>(reader, directory, last, amount, &sender))
                .map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))?;
            for Scan { era, products } in waiting {
                for rows in &products {
                    let product_id = R::product_of(rows);
                    let absent = gaps.between(previous.replace(product_id), product_id);
                    views.extend(absent.map(|product_id| R::empty(product_id, pool)));
                    let view = R::pack(rows, pool);
                    view.remember(directory, era);
                    views.push(view);
                }
            }
            reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        Chunk { views, end }
    }
}

/// Reads products behind `last`. Returns whether there are no more.
fn read<R: Record>(
    reader: &mut dyn Reader,
    eras: &Directory,
    last: &mut Option<ProductId>,
    amount: Amount,
    sender: &SyncSender<Scan<R>>,
) -> Result<bool, StoreError> {
    for _ in 0..amount.scans {
        let era = eras.era();
        let products = R::scan(reader, *last, amount.products_per_scan)?;
        let is_last = products.len() < amount.products_per_scan;
        *last = products.last().map(R::product_of).or(*last);
        // The packing thread is gone only after a panic.
        if sender.send(Scan { era, products }).is_err() || is_last {
            return Ok(is_last);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
