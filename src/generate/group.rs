//! Some products with neighbouring ids, by department: from them come the related products of each,
//! so that only so many have to be remembered. What they are was decided before (`questions`).

use super::data::DATA;
use super::random::Random;
use super::text::Product;

/// Products of a group.
pub(super) const GROUP_PRODUCTS: usize = 1_000;

/// Tries to find a related product that is not there yet.
const MAX_TRIES: usize = 4;

/// The products of a group.
#[derive(Default)]
pub(super) struct Group {
    first_id: u64,
    products: Vec<Product>,
    /// The ids of each department's products.
    departments: Vec<Vec<u64>>,
}

impl Group {
    /// Begins the next group.
    pub(super) fn begin(&mut self, first_id: u64) {
        self.first_id = first_id;
        self.products.clear();
        self.departments.resize_with(DATA.departments.len(), Vec::new);
        self.departments.iter_mut().for_each(Vec::clear);
    }

    /// Adds the product with the next id.
    pub(super) fn add(&mut self, product: Product) {
        self.departments[product.place].push(self.first_id + self.products.len() as u64);
        self.products.push(product);
    }

    /// The products with their ids.
    pub(super) fn products(&self) -> impl Iterator<Item = (u64, Product)> {
        (self.first_id..).zip(self.products.iter().copied())
    }

    /// Draws a product of the same department or of its neighbour, if possible another one and
    /// none of the former ones.
    pub(super) fn draw_another(
        &self,
        random: &mut Random,
        place: usize,
        product_id: u64,
        former: &[u64],
    ) -> u64 {
        let mut drawn = product_id;
        for _ in 0..MAX_TRIES {
            // Departments are in pairs: jackets and clothes, shoes and bags, and so on.
            let place = if random.percent(80) { place } else { place ^ 1 };
            if let Some(ids) = self.departments.get(place).filter(|ids| !ids.is_empty()) {
                drawn = *random.pick(ids);
            }
            if drawn != product_id && !former.contains(&drawn) {
                break;
            }
        }
        drawn
    }
}
