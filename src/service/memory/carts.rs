//! Carts, in the memory of this process alone: a list of SKUs for each owner, for thirty days after
//! the last addition. Deliberately absent: any store. A cart is lost when the process stops, and
//! another process does not know it.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use parking_lot::Mutex;

use crate::domain::{CartItem, Digest, Timestamp};

/// How long a cart is kept after the last addition, in milliseconds: thirty days.
const KEPT_MS: i64 = 30 * 24 * 3_600 * 1_000;

/// Most carts. One more takes the place of the one that has waited longest for an addition.
const MAX_CARTS: usize = 65_536;

/// Most different SKUs in a cart. One more takes the place of the oldest.
const MAX_SKUS_PER_CART: usize = 100;

/// Most bytes of all carts together.
const MAX_BYTES: usize = 16 << 20;

/// What a cart takes besides its SKUs: its owner in two tables, and what the allocator rounds up.
const BYTES_PER_CART: usize = 160;

/// What a SKU in a cart takes.
const BYTES_PER_SKU: usize = size_of::<CartItem>();

/// The carts of a process.
#[derive(Debug, Default)]
pub(crate) struct Carts(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    carts: HashMap<Digest, Cart>,
    /// The owners by the number of their last addition, the longest ago first.
    by_age: BTreeMap<u64, Digest>,
    additions: u64,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Cart {
    /// In the order in which they came.
    items: Vec<CartItem>,
    added_at_ms: i64,
    /// The number of the last addition.
    addition: u64,
}

impl Cart {
    fn bytes(&self) -> usize {
        BYTES_PER_CART + self.items.len() * BYTES_PER_SKU
    }

    fn add(&mut self, CartItem { sku_id, count }: CartItem) {
        if let Some(item) = self.items.iter_mut().find(|item| item.sku_id == sku_id) {
            item.count = item.count.saturating_add(count);
            return;
        }
        if self.items.len() == MAX_SKUS_PER_CART {
            self.items.remove(0);
        }
        // Not in doubling steps: the bytes that are counted are those that are taken.
        self.items.reserve_exact(1);
        self.items.push(CartItem { sku_id, count });
    }
}

impl Table {
    /// Removes the carts whose time is over.
    fn expire(&mut self, now: Timestamp) {
        let over = now.milliseconds().saturating_sub(KEPT_MS);
        while let Some((_, owner)) = self.by_age.first_key_value()
            && self.carts.get(owner).is_none_or(|cart| cart.added_at_ms <= over)
        {
            self.evict();
        }
    }

    /// Removes the cart that has waited longest for an addition.
    fn evict(&mut self) {
        if let Some((_, owner)) = self.by_age.pop_first()
            && let Some(cart) = self.carts.remove(&owner)
        {
            self.bytes -= cart.bytes();
        }
    }

    fn add(&mut self, owner: Digest, item: CartItem, now: Timestamp) {
        self.expire(now);
        self.additions += 1;
        let mut cart = self.carts.remove(&owner).unwrap_or_default();
        if self.by_age.remove(&cart.addition).is_some() {
            self.bytes -= cart.bytes();
        }
        cart.add(item);
        (cart.added_at_ms, cart.addition) = (now.milliseconds(), self.additions);
        while self.carts.len() >= MAX_CARTS || self.bytes + cart.bytes() > MAX_BYTES {
            self.evict();
        }
        self.bytes += cart.bytes();
        self.by_age.insert(cart.addition, owner);
        self.carts.insert(owner, cart);
    }
}

impl Carts {
    /// Appends a cart to `output` as JSON.
    pub(crate) fn show(&self, owner: Digest, now: Timestamp, output: &mut String) {
        let mut table = self.0.lock();
        table.expire(now);
        output.push('[');
        let items = table.carts.get(&owner).into_iter().flat_map(|cart| &cart.items);
        for (place, CartItem { sku_id, count }) in items.enumerate() {
            let comma = if place > 0 { "," } else { "" };
            // A text takes everything.
            let _ = write!(output, "{comma}{{\"sku_id\":\"{sku_id}\",\"count\":\"{count}\"}}");
        }
        output.push(']');
    }

    /// Puts something into a cart. What is in it already gets more.
    pub(crate) fn add(&self, owner: Digest, item: CartItem, now: Timestamp) {
        self.0.lock().add(owner, item, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Id as _, SkuId};

    fn item(sku: u64, count: u32) -> CartItem {
        CartItem { sku_id: SkuId::new(sku).unwrap(), count }
    }

    fn owner(number: u32) -> Digest {
        Digest::of_authorization(&number.to_le_bytes())
    }

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::nearest(milliseconds)
    }

    fn skus(table: &Table, number: u32) -> Vec<(u64, u32)> {
        let items = table.carts.get(&owner(number)).map_or(&[][..], |cart| &cart.items);
        items.iter().map(|item| (item.sku_id.get(), item.count)).collect()
    }

    fn is_in_order(table: &Table) -> bool {
        let bytes: usize = table.carts.values().map(Cart::bytes).sum();
        table.bytes == bytes && table.by_age.len() == table.carts.len()
    }

    #[test]
    fn a_cart_has_each_sku_once() {
        let mut table = Table::default();
        for (number, sku, count) in [(1, 7, 1), (1, 5, 2), (2, 7, 9), (1, 7, 3), (1, 5, u32::MAX)] {
            table.add(owner(number), item(sku, count), at(0));
            assert!(is_in_order(&table));
        }
        assert_eq!(skus(&table, 1), [(7, 4), (5, u32::MAX)]);
        assert_eq!(skus(&table, 2), [(7, 9)]);
    }

    #[test]
    fn a_cart_goes_thirty_days_after_the_last_addition() {
        let mut table = Table::default();
        table.add(owner(1), item(1, 1), at(0));
        table.add(owner(2), item(2, 1), at(1_000));
        table.add(owner(1), item(1, 1), at(2_000));
        table.expire(at(KEPT_MS + 1_000));
        assert_eq!((skus(&table, 1).len(), skus(&table, 2).len()), (1, 0));
        table.expire(at(KEPT_MS + 2_000));
        assert!(table.carts.is_empty() && is_in_order(&table));
    }

    #[test]
    fn the_longest_untouched_cart_makes_room() {
        let mut table = Table::default();
        let most = u32::try_from(MAX_CARTS).unwrap();
        for number in 0..most {
            table.add(owner(number), item(1, 1), at(0));
        }
        table.add(owner(0), item(2, 1), at(0));
        table.add(owner(most), item(1, 1), at(0));
        assert_eq!((table.carts.len(), skus(&table, 1).len(), skus(&table, 0).len()), (MAX_CARTS, 0, 2));
        assert!(is_in_order(&table));
    }

    #[test]
    fn skus_and_bytes_are_bounded() {
        let mut table = Table::default();
        for sku in 1..=150 {
            table.add(owner(1), item(sku, 1), at(0));
        }
        assert_eq!((skus(&table, 1).len(), skus(&table, 1)[0]), (MAX_SKUS_PER_CART, (51, 1)));
        for number in 0..9_600 {
            for sku in 1..=100 {
                table.add(owner(number), item(sku, 1), at(0));
            }
        }
        assert!(table.bytes <= MAX_BYTES && table.carts.len() > 5_000 && is_in_order(&table));
        assert_eq!(skus(&table, 9_599).len(), MAX_SKUS_PER_CART);
    }
}
