//! The table of one kind of record by product, bounded in bytes. It knows nothing of the store, of
//! loads in flight, or of what makes a record stale. Records are called views here.
//!
//! A page is written while the table's shard is locked for reading. So a lookup counts no
//! references and touches one table entry and one view. When memory is full, a clock hand goes
//! round the views of a shard and evicts those that were not read since its last pass (the CLOCK
//! algorithm with a count instead of a bit, so that one pass over many products does not evict
//! those that are read often).

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use foldhash::fast::RandomState;
use parking_lot::RwLock;

use super::freshness::Expiry;
use super::record::Record;
use crate::domain::ProductId;

/// Most shards: enough that two threads rarely want the same one, few enough to stay in a core's
/// cache.
const MAX_SHARDS: u64 = 256;

/// Fewest bytes of a shard: the clock hand needs a choice of views.
const MIN_BYTES_PER_SHARD: u64 = 1 << 20;

/// What an entry costs in the table, without its view.
const BYTES_PER_ENTRY: usize = 48;

/// Reads after which a view survives as many passes of the clock hand.
const MAX_USES: u8 = 3;

/// Packed views by product, at most so many bytes of them.
pub(crate) struct ViewTable<R> {
    shards: Box<[RwLock<Shard<R>>]>,
    /// Seeded differently in each process, so that nobody can choose products that collide.
    hasher: RandomState,
    bytes: AtomicU64,
    /// Rows in all views, for the metrics. Changed together with `bytes`.
    rows: [AtomicU64; 2],
    max_bytes: u64,
    /// Evicted views.
    evictions: AtomicU64,
}

/// A hash table with linear probing: a view's entry is in the first free slot from its hash on. A
/// lookup reads one piece of memory, where the standard table reads its tags first.
struct Shard<R> {
    /// A power of two of slots, at most three quarters of them taken.
    places: Vec<Option<Kept<R>>>,
    taken: usize,
    /// The slot of the clock hand.
    hand: usize,
    /// Reads of its views. The reader owns this cache line already, because of the lock.
    hits: AtomicU64,
}

struct Kept<R> {
    view: R,
    expiry: Expiry,
    /// Reads since the last pass of the clock hand, up to [`MAX_USES`].
    uses: AtomicU8,
}

impl<R: Record> Kept<R> {
    fn bytes(&self) -> u64 {
        // Allocators round up, by a sixteenth on average.
        let view = self.view.bytes();
        (view + view / 16 + BYTES_PER_ENTRY) as u64
    }
}

impl<R: Record> ViewTable<R> {
    /// An empty table of at most `max_bytes`.
    pub(crate) fn new(max_bytes: u64) -> Self {
        let shards = (max_bytes / MIN_BYTES_PER_SHARD).clamp(1, MAX_SHARDS);
        Self {
            shards: (0..shards).map(|_| RwLock::default()).collect(),
            hasher: RandomState::default(),
            bytes: AtomicU64::new(0),
            rows: [AtomicU64::new(0), AtomicU64::new(0)],
            max_bytes,
            evictions: AtomicU64::new(0),
        }
    }

    /// Reads a product's view, if it is there and `read` accepts it, and counts that as a use.
    pub(crate) fn read<T>(
        &self,
        product_id: ProductId,
        read: impl FnOnce(&R, Expiry) -> Option<T>,
    ) -> Option<T> {
        let (hash, shard) = self.place(product_id);
        let shard = self.shards[shard].read();
        let kept = shard.find(hash, product_id).and_then(|place| shard.places[place].as_ref())?;
        // Written only while it changes: an entry that is read often stays in the caches of all
        // cores.
        let uses = kept.uses.load(Ordering::Relaxed);
        if uses < MAX_USES {
            kept.uses.store(uses + 1, Ordering::Relaxed);
        }
        let result = read(&kept.view, kept.expiry)?;
        shard.hits.fetch_add(1, Ordering::Relaxed);
        Some(result)
    }

    /// Reads a product's view, if it is there, without counting a use.
    pub(crate) fn look_at<T>(&self, product_id: ProductId, look: impl FnOnce(&R, Expiry) -> T) -> Option<T> {
        let (hash, shard) = self.place(product_id);
        let shard = self.shards[shard].read();
        let kept = shard.find(hash, product_id).and_then(|place| shard.places[place].as_ref())?;
        Some(look(&kept.view, kept.expiry))
    }

    /// Changes a product's view in place, if it is there. Its size must stay the same.
    pub(crate) fn change<T>(&self, product_id: ProductId, change: impl FnOnce(&mut R) -> T) -> Option<T> {
        let (hash, shard) = self.place(product_id);
        let mut shard = self.shards[shard].write();
        let place = shard.find(hash, product_id)?;
        shard.places[place].as_mut().map(|kept| change(&mut kept.view))
    }

    /// Replaces a product's view by a changed one, if it is there, or removes it. No other thread
    /// may change it meanwhile.
    pub(crate) fn edit(&self, product_id: ProductId, edit: impl FnOnce(&R) -> Option<R>) {
        match self.look_at(product_id, |view, expiry| (edit(view), expiry)) {
            Some((Some(view), expiry)) => self.insert(view, expiry),
            Some((None, _)) => self.remove(product_id),
            None => {}
        }
    }

    /// Inserts a view, replaces a former one, and evicts others until all fit. A view that is
    /// larger than the whole table is not inserted.
    pub(crate) fn insert(&self, view: R, expiry: Expiry) {
        let product_id = view.product_id();
        let kept = Kept { view, expiry, uses: AtomicU8::new(0) };
        let bytes = kept.bytes();
        if bytes > self.max_bytes {
            self.remove(product_id);
            return;
        }
        let (hash, number) = self.place(product_id);
        let mut shard = self.shards[number].write();
        self.count_in(&kept);
        if let Some(former) = shard.insert(hash, kept, |kept| self.hash(kept.view.product_id())) {
            self.count_out(&former);
        }
        // The own shard first: it has just grown, and its lock is held. Other shards are left alone
        // while it has more than one view.
        self.make_room(&mut shard, 1);
        drop(shard);
        for number in (number + 1..self.shards.len()).chain(0..number) {
            if !self.is_full() {
                return;
            }
            self.make_room(&mut self.shards[number].write(), 0);
        }
    }

    /// Removes a product's view, if it is there.
    pub(crate) fn remove(&self, product_id: ProductId) {
        let (hash, shard) = self.place(product_id);
        let mut shard = self.shards[shard].write();
        if let Some(place) = shard.find(hash, product_id) {
            self.take_away(&mut shard, place);
        }
    }

    /// Removes all views.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            let mut shard = shard.write();
            (shard.taken, shard.hand) = (0, 0);
            let places = std::mem::take(&mut shard.places);
            drop(shard);
            places.iter().flatten().for_each(|kept| self.count_out(kept));
        }
    }

    /// Looks at views, at most `limit` of them and always the same ones first, until `look` returns
    /// something.
    pub(crate) fn find_in<T>(&self, limit: usize, look: impl Fn(&R) -> Option<T>) -> Option<T> {
        let mut left = limit;
        for shard in &self.shards {
            let shard = shard.read();
            for kept in shard.places.iter().flatten().take(left) {
                if let Some(found) = look(&kept.view) {
                    return Some(found);
                }
                left -= 1;
            }
        }
        None
    }

    /// The number of views.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.read().taken).sum()
    }

    /// The bytes of all views.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The numbers of rows in all views.
    pub(crate) fn rows(&self) -> [u64; 2] {
        self.rows.each_ref().map(|count| count.load(Ordering::Relaxed))
    }

    /// The most bytes that views may take.
    pub(crate) fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// The number of reads.
    pub(crate) fn hits(&self) -> u64 {
        self.shards.iter().map(|shard| shard.read().hits.load(Ordering::Relaxed)).sum()
    }

    /// The number of evicted views.
    pub(crate) fn evictions(&self) -> u64 {
        self.evictions.load(Ordering::Relaxed)
    }

    fn is_full(&self) -> bool {
        self.bytes() > self.max_bytes
    }

    /// Moves the shard's clock hand on until all fit or only so many views are left.
    fn make_room(&self, shard: &mut Shard<R>, left: usize) {
        while self.is_full() && shard.taken > left {
            shard.hand = (shard.hand + 1) & shard.mask();
            // The entry that moves into the free slot is looked at next.
            while let Some(kept) = &mut shard.places[shard.hand]
                && *kept.uses.get_mut() == 0
                && self.is_full()
                && shard.taken > left
            {
                let hand = shard.hand;
                self.evictions.fetch_add(1, Ordering::Relaxed);
                self.take_away(shard, hand);
            }
            if let Some(kept) = &mut shard.places[shard.hand] {
                let uses = kept.uses.get_mut();
                *uses = uses.saturating_sub(1);
            }
        }
    }

    fn take_away(&self, shard: &mut Shard<R>, place: usize) {
        if let Some(kept) = shard.remove(place, |kept| self.hash(kept.view.product_id())) {
            self.count_out(&kept);
        }
    }

    fn count_in(&self, kept: &Kept<R>) {
        self.bytes.fetch_add(kept.bytes(), Ordering::Relaxed);
        for (all, count) in self.rows.iter().zip(kept.view.counts()) {
            all.fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    fn count_out(&self, kept: &Kept<R>) {
        self.bytes.fetch_sub(kept.bytes(), Ordering::Relaxed);
        for (all, count) in self.rows.iter().zip(kept.view.counts()) {
            all.fetch_sub(count as u64, Ordering::Relaxed);
        }
    }

    fn hash(&self, product_id: ProductId) -> u64 {
        self.hasher.hash_one(product_id)
    }

    /// A product's hash and its shard. The shard comes from the upper half of the hash, the slot
    /// from the lower.
    fn place(&self, product_id: ProductId) -> (u64, usize) {
        let hash = self.hash(product_id);
        (hash, (hash >> 32) as usize % self.shards.len())
    }
}

impl<R> Default for Shard<R> {
    fn default() -> Self {
        Self { places: Vec::new(), taken: 0, hand: 0, hits: AtomicU64::new(0) }
    }
}

impl<R: Record> Shard<R> {
    /// Reduces a number to a slot.
    fn mask(&self) -> usize {
        self.places.len().wrapping_sub(1)
    }

    /// The first slot where an entry may be.
    fn home(&self, hash: u64) -> usize {
        let [.., a, b, c, d] = hash.to_be_bytes();
        u32::from_be_bytes([a, b, c, d]) as usize & self.mask()
    }

    fn find(&self, hash: u64, product_id: ProductId) -> Option<usize> {
        if self.places.is_empty() {
            return None;
        }
        let mut place = self.home(hash);
        while let Some(kept) = &self.places[place] {
            if kept.view.product_id() == product_id {
                return Some(place);
            }
            place = (place + 1) & self.mask();
        }
        None
    }

    /// Puts an entry into its slot and returns the former one of the same product.
    fn insert(&mut self, hash: u64, kept: Kept<R>, hash_of: impl Fn(&Kept<R>) -> u64) -> Option<Kept<R>> {
        if let Some(place) = self.find(hash, kept.view.product_id()) {
            return self.places[place].replace(kept);
        }
        if (self.taken + 1) * 4 > self.places.len() * 3 {
            let larger = (0..(self.places.len() * 2).max(8)).map(|_| None).collect();
            for kept in std::mem::replace(&mut self.places, larger).into_iter().flatten() {
                let place = self.free_place(hash_of(&kept));
                self.places[place] = Some(kept);
            }
        }
        let place = self.free_place(hash);
        self.places[place] = Some(kept);
        self.taken += 1;
        None
    }

    fn free_place(&self, hash: u64) -> usize {
        let mut place = self.home(hash);
        while self.places[place].is_some() {
            place = (place + 1) & self.mask();
        }
        place
    }

    /// Empties a slot and moves up the entries behind it that linear probing would no longer find.
    fn remove(&mut self, place: usize, hash_of: impl Fn(&Kept<R>) -> u64) -> Option<Kept<R>> {
        let removed = self.places[place].take()?;
        self.taken -= 1;
        let mask = self.mask();
        let (mut gap, mut next) = (place, (place + 1) & mask);
        while let Some(kept) = &self.places[next] {
            let way = next.wrapping_sub(self.home(hash_of(kept))) & mask;
            if way >= next.wrapping_sub(gap) & mask {
                self.places.swap(gap, next);
                gap = next;
            }
            next = (next + 1) & mask;
        }
        Some(removed)
    }
}

#[cfg(test)]
mod tests;
