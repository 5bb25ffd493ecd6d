//! The ids of the catalogue's products in order, so that any page of their list is found as fast as
//! the first. They are read once, in pieces and only as far as somebody asks, and forgotten with
//! everything else. The products themselves are in `views`; reading is done in `service`.

use std::sync::Arc;

use parking_lot::RwLock;

use super::freshness::{Expiry, Freshness};
use crate::domain::{Id as _, Page, ProductId};

/// The ids that are known so far.
#[derive(Debug)]
pub(crate) struct ProductIds {
    state: RwLock<State>,
    freshness: Arc<Freshness>,
    /// Held by the request that reads more ids. Others wait for what it finds.
    pub(crate) reading: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    ids: Arc<Ids>,
    /// Grows whenever everything is forgotten.
    era: u64,
    /// Whether changes are missed at the moment; then nothing is kept.
    disconnected: bool,
}

/// The first ids of the catalogue, or all of them.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    /// A shop's ids are mostly neighbours: a million of them are a few runs.
    runs: Vec<Run>,
    count: u64,
    last: Option<ProductId>,
    is_complete: bool,
    expiry: Expiry,
}

/// Ids without a gap, up to the position where the next run begins.
#[derive(Debug, Clone, Copy)]
struct Run {
    first_id: u64,
    first_position: u64,
}

/// Ids that a request completes, and the era in which it began.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) ids: Ids,
    era: u64,
}

impl ProductIds {
    /// Without any id.
    pub(crate) fn new(freshness: Arc<Freshness>) -> Self {
        Self { state: RwLock::default(), freshness, reading: tokio::sync::Mutex::new(()) }
    }

    /// The ids of a page; `None` when more must be read first.
    pub(crate) fn page(&self, page: Page) -> Option<Vec<ProductId>> {
        self.fresh().page(page)
    }

    /// Begins to read more ids.
    pub(crate) fn begin(&self) -> Begun {
        let era = self.state.read().era;
        let mut ids = Ids::clone(&self.fresh());
        if ids.last.is_none() {
            let first = ProductId::new(1).expect("one is an id");
            ids.expiry = self.freshness.expiry(self.freshness.begin(), first);
        }
        Begun { ids, era }
    }

    /// Keeps what was read, unless everything was forgotten meanwhile.
    pub(crate) fn keep(&self, begun: &Begun) {
        let mut state = self.state.write();
        if state.era == begun.era && !state.disconnected {
            state.ids = Arc::new(begun.ids.clone());
        }
    }

    /// Forgets all ids.
    pub(crate) fn forget_everything(&self) {
        let mut state = self.state.write();
        state.era += 1;
        state.ids = Arc::default();
    }

    /// Keeps nothing from now on, because changes are missed.
    pub(crate) fn disconnect(&self) {
        self.state.write().disconnected = true;
    }

    /// Forgets all ids and keeps new ones again.
    pub(crate) fn reconnect(&self) {
        self.state.write().disconnected = false;
        self.forget_everything();
    }

    /// The ids that may be served.
    fn fresh(&self) -> Arc<Ids> {
        let present = self.freshness.present();
        let ids = Arc::clone(&self.state.read().ids);
        if self.freshness.serves(present, ids.expiry) { ids } else { Arc::default() }
    }
}

impl Default for Ids {
    fn default() -> Self {
        Self { runs: Vec::new(), count: 0, last: None, is_complete: false, expiry: Expiry::NEVER }
    }
}

impl Ids {
    /// The ids of a page; `None` when not all of them are known.
    pub(crate) fn page(&self, page: Page) -> Option<Vec<ProductId>> {
        let end = page.offset().saturating_add(page.size().into());
        if end > self.count && !self.is_complete {
            return None;
        }
        let mut ids = Vec::new();
        let mut position = page.offset();
        let mut number = self.runs.partition_point(|run| run.first_position <= position);
        while position < end.min(self.count) {
            let run = self.runs[number - 1];
            let run_end = self.runs.get(number).map_or(self.count, |next| next.first_position);
            while position < end.min(run_end) {
                ids.extend(ProductId::new(run.first_id + (position - run.first_position)));
                position += 1;
            }
            number += 1;
        }
        Some(ids)
    }

    /// The last id that is known.
    pub(crate) fn last(&self) -> Option<ProductId> {
        self.last
    }

    /// Adds the ids behind the last one. Fewer than `limit` are all that are left.
    pub(crate) fn extend(&mut self, ids: &[ProductId], limit: usize) {
        for id in ids {
            if self.last.is_none_or(|last| last.get() + 1 != id.get()) {
                self.runs.push(Run { first_id: id.get(), first_position: self.count });
            }
            self.last = Some(*id);
            self.count += 1;
        }
        self.is_complete = ids.len() < limit;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ids(numbers: &[u64]) -> Vec<ProductId> {
        numbers.iter().map(|number| ProductId::new(*number).expect("in range")).collect()
    }

    #[test]
    fn every_page_is_that_of_the_whole_list() {
        let all = ids(&[1, 2, 3, 7, 8, 20, 21, 22, 23, 40]);
        let mut known = Ids::default();
        assert_eq!(known.page(Page::new(1, 5, 1_000)), None);
        for (number, chunk) in all.chunks(4).enumerate() {
            known.extend(chunk, 4);
            assert_eq!(known.last(), chunk.last().copied());
            for size in 1..12 {
                for page in (1..12).map(|page| Page::new(page, size, 1_000)) {
                    let end = page.offset() + size;
                    let is_known = number == 2 || end <= (number as u64 + 1) * 4;
                    assert_eq!(known.page(page), is_known.then(|| all[page.range(all.len())].to_vec()));
                }
            }
        }
        assert_eq!(known.page(Page::new(u64::MAX, 1_000, 1_000)), Some(Vec::new()));
        assert_eq!(known.runs.len(), 4);
    }

    #[test]
    fn what_was_read_before_everything_was_forgotten_is_not_kept() {
        let freshness = Arc::new(Freshness::new(Duration::from_secs(1), Duration::ZERO));
        let memory = ProductIds::new(Arc::clone(&freshness));
        let page = Page::new(1, 5, 1_000);
        let read = || {
            let mut begun = memory.begin();
            begun.ids.extend(&ids(&[1, 2]), 4);
            begun
        };
        let begun = read();
        memory.forget_everything();
        memory.keep(&begun);
        assert_eq!(memory.page(page), None);
        memory.keep(&read());
        assert_eq!(memory.page(page), Some(ids(&[1, 2])));
        freshness.set_present(1_000);
        assert_eq!(memory.page(page), None, "too old");
        freshness.set_present(0);
        memory.disconnect();
        memory.keep(&read());
        memory.reconnect();
        assert_eq!(memory.page(page), None);
    }
}
