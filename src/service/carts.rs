//! The operations on carts. Deliberately absent: the carts themselves (`memory::carts`).

use super::Service;
use crate::domain::{CartItem, Digest};

impl Service {
    /// Appends a cart to `output` as JSON.
    pub fn show_cart(&self, owner: Digest, output: &mut String) {
        self.carts.show(owner, self.clock.now(), output);
    }

    /// Puts something into a cart. What is in it already gets more.
    pub fn add_to_cart(&self, owner: Digest, item: CartItem) {
        self.carts.add(owner, item, self.clock.now());
    }
}
