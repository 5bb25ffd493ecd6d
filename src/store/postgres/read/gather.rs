//! Puts the flat rows of a statement together, product by product. What the rows hold is not known
//! here.

use tokio_postgres::Row;

use crate::domain::ProductId;
use crate::store::StoreError;
use crate::store::postgres::decode::Columns;

/// Rows of one product that are being collected.
pub(super) trait Gather: Sized {
    /// What they become.
    type Rows;

    /// What one row is about.
    type Part: Copy;

    /// A product without rows.
    fn new(product_id: ProductId) -> Self;

    /// The product.
    fn product_id(&self) -> ProductId;

    /// What a row is about, and its table. The empty columns decide: a column for it would cost the
    /// server a tenth.
    fn part(columns: Columns<'_>) -> (Self::Part, &'static str);

    /// Adds a row.
    fn add(&mut self, part: Self::Part, columns: Columns<'_>) -> Result<(), StoreError>;

    /// Whether a scan found the product itself, and not only rows between its products.
    fn is_there(&self) -> bool {
        true
    }

    /// All rows were added.
    fn finish(self) -> Self::Rows;
}

/// Products that are being put together.
pub(super) struct Gathered<G> {
    products: Vec<G>,
    /// Where each product is in `products`, by id.
    places: Vec<(ProductId, usize)>,
    /// The place found last: rows of one product mostly come together.
    last: usize,
}

impl<G: Gather> Gathered<G> {
    /// These products, in this order, with or without rows.
    pub(super) fn of(product_ids: &[ProductId]) -> Self {
        let mut places: Vec<_> = product_ids.iter().copied().zip(0..).collect();
        places.sort_unstable();
        Self { products: product_ids.iter().copied().map(G::new).collect(), places, last: 0 }
    }

    /// A product's rows so far.
    fn of_product(&mut self, product_id: ProductId) -> &mut G {
        if self.products.get(self.last).is_none_or(|rows| rows.product_id() != product_id) {
            self.last = match self.places.binary_search_by_key(&product_id, |&(id, _)| id) {
                Ok(found) => self.places[found].1,
                Err(position) => {
                    self.places.insert(position, (product_id, self.products.len()));
                    self.products.push(G::new(product_id));
                    self.products.len() - 1
                }
            };
        }
        &mut self.products[self.last]
    }

    /// Adds a row: its product is in the first column, its id in the second.
    pub(super) fn add(&mut self, row: &Row) -> Result<(), StoreError> {
        let (part, table) = G::part(Columns::new(row, "", 0));
        let columns = Columns::new(row, table, 1);
        let product_id = columns.id(0, "product_id")?;
        self.of_product(product_id).add(part, columns).map_err(|error| error.of_product(Some(product_id)))
    }

    /// The products in the order asked for.
    pub(super) fn finish(self) -> Vec<G::Rows> {
        self.products.into_iter().map(G::finish).collect()
    }

    /// The products that a scan found, ascending.
    pub(super) fn finish_scan(mut self) -> Vec<G::Rows> {
        self.products.retain(G::is_there);
        self.products.sort_unstable_by_key(G::product_id);
        self.finish()
    }
}
