//! Which products are read, and where their rows are: products by their ids, or the next ones in
//! the store's order. Damaged rows fail the batch; the error names their product. Deliberately
//! absent: what the tables hold.

use rusqlite::Connection;

use crate::domain::ProductId;
use crate::store::StoreError;
use crate::store::sqlite::failure::Failure;
use crate::store::sqlite::place::{PLACES_PER_PRODUCT, ProductNumber};

/// The tables of one kind of list, with statements that are prepared once a batch.
pub(super) trait Tables<'c>: Sized {
    /// All rows of one product.
    type Product;

    /// What of them can be read alone.
    type Part: Copy;

    /// Gives the place of the next row, from a place on, of those rows that decide which products
    /// are scanned. At the end it gives no row or no value.
    const NEXT: &'static str;

    fn prepare(connection: &'c Connection) -> Result<Self, StoreError>;

    /// A product without rows.
    fn empty(&self, product_id: ProductId) -> Self::Product;

    /// Reads the rows of these products, which stand in the order of the range: all of them, or
    /// those of a part.
    fn read(
        &mut self,
        part: Option<Self::Part>,
        range: Range<'_>,
        products: &mut [Self::Product],
    ) -> Result<(), StoreError>;
}

/// Neighbouring products, ascending, at least one.
#[derive(Clone, Copy)]
pub(super) struct Range<'a>(&'a [ProductNumber]);

impl<'a> Range<'a> {
    /// The first and the last place.
    pub(super) fn places(self) -> [i64; 2] {
        let place = |number: Option<&ProductNumber>| number.map_or((0, 0), |number| number.places());
        [place(self.0.first()).0, place(self.0.last()).1]
    }

    /// For a scan of one table in the order of places.
    pub(super) fn walk(self) -> Walk<'a> {
        Walk { numbers: self.0, index: 0 }
    }
}

/// Finds the product of each row of a scan.
pub(super) struct Walk<'a> {
    numbers: &'a [ProductNumber],
    index: usize,
}

impl Walk<'_> {
    /// Which of the range's products a place belongs to. Places ascend from call to call.
    pub(super) fn index_of(&mut self, place: i64) -> Option<usize> {
        let number = ProductNumber::of(place);
        while self.numbers.get(self.index).is_some_and(|next| *next < number) {
            self.index += 1;
        }
        (self.numbers.get(self.index) == Some(&number)).then_some(self.index)
    }
}

/// Reads products, or a part of them, in the order asked for.
pub(super) fn load<'c, T: Tables<'c>>(
    connection: &'c Connection,
    product_ids: &[ProductId],
    part: Option<T::Part>,
) -> Result<Vec<T::Product>, StoreError> {
    let mut tables = T::prepare(connection)?;
    let mut products = Vec::with_capacity(product_ids.len());
    for &product_id in product_ids {
        let product = load_one(connection, &mut tables, product_id, part);
        products.push(product.map_err(|error| error.of_product(Some(product_id)))?);
    }
    Ok(products)
}

fn load_one<'c, T: Tables<'c>>(
    connection: &Connection,
    tables: &mut T,
    product_id: ProductId,
    part: Option<T::Part>,
) -> Result<T::Product, StoreError> {
    let mut product = tables.empty(product_id);
    if let Some(number) = ProductNumber::find(connection, product_id)? {
        tables.read(part, Range(&[number]), std::slice::from_mut(&mut product))?;
    }
    Ok(product)
}

/// Reads the next `limit` products behind `after`, in one scan a table.
pub(super) fn scan<'c, T: Tables<'c>>(
    connection: &'c Connection,
    after: Option<ProductId>,
    limit: usize,
) -> Result<Vec<T::Product>, StoreError> {
    let start = match after {
        None => 0,
        Some(product_id) => match ProductNumber::find(connection, product_id)? {
            Some(number) => number.places().1 + 1,
            None => return Ok(Vec::new()),
        },
    };
    let numbers = match next_numbers(connection, T::NEXT, start, limit) {
        Err(error) if limit == 1 && error.is_damage() => {
            return Err(error.of_product(last_unreadable(connection, T::NEXT, start)));
        }
        numbers => numbers?,
    };
    // Of one product it is known whose rows are damaged.
    let product_id = || match numbers[..] {
        [number] if limit == 1 => number.product_id(connection).ok(),
        _ => None,
    };
    scan_numbers::<T>(connection, &numbers).map_err(|error| error.of_product(product_id()))
}

fn scan_numbers<'c, T: Tables<'c>>(
    connection: &'c Connection,
    numbers: &[ProductNumber],
) -> Result<Vec<T::Product>, StoreError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut tables = T::prepare(connection)?;
    let mut products = Vec::with_capacity(numbers.len());
    for number in numbers {
        products.push(tables.empty(number.product_id(connection)?));
    }
    tables.read(None, Range(numbers), &mut products)?;
    Ok(products)
}

/// The next `limit` products from a place on. It hops from product to product, so it costs a seek
/// each, not a row each.
fn next_numbers(
    connection: &Connection,
    next: &str,
    start: i64,
    limit: usize,
) -> Result<Vec<ProductNumber>, StoreError> {
    let mut next = connection.prepare_cached(next).reading()?;
    let mut numbers = Vec::with_capacity(limit);
    let mut from = start;
    while numbers.len() < limit {
        let mut rows = next.query([from]).reading()?;
        let place: Option<i64> = match rows.next().reading()? {
            Some(row) => row.get(0).reading()?,
            None => None,
        };
        let Some(place) = place else { break };
        let number = ProductNumber::of(place);
        from = number.places().1 + 1;
        numbers.push(number);
    }
    Ok(numbers)
}

/// Where the next product cannot even be found: one after which the search succeeds. It goes twice
/// as far with each try, so it may pass over a few that can be read.
fn last_unreadable(connection: &Connection, next: &str, start: i64) -> Option<ProductId> {
    let mut tries = (0..32).map(|doublings| start + (PLACES_PER_PRODUCT << doublings));
    let found = tries.find(|&from| next_numbers(connection, next, from, 1).is_ok())?;
    ProductNumber::of(found - 1).product_id(connection).ok()
}
