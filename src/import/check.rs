//! A row → a checked row in a batch: every column is right, the id is unique, the parent is there
//! and gives the product. Ids of bad rows are kept as well, so that the message for an answer says
//! why its question is missing. What a row must have is in the definition of its kind. Deliberately
//! absent: how files are read, and what happens to bad rows.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::index::{Index, Known, ProductIndex};
use super::row::{Problem, Row};
use crate::domain::{Column, Holds, Id as _, Kind, ProductId, QuestionId};
use crate::store::{MAX_COLUMNS, NOTHING, RowBatch, SeenIds, hidden_value};

/// The ids of all rows of a set that were read so far, and what later rows need to know of them.
#[derive(Debug)]
pub(super) struct Checks {
    file: File,
    /// Ids that rows of other kinds name, by kind.
    named: [ProductIndex; Kind::COUNT],
    /// Ids of the file that is being read, if no row names them.
    others: SeenIds,
    /// Products that are shown as related to one, both in a pair.
    shown: HashSet<(u64, u64), RandomState>,
    sums: Index<Sum>,
}

/// The file that is being read.
#[derive(Debug)]
struct File {
    kind: Kind,
    columns: &'static [Column],
    id_column: usize,
    is_named: bool,
    /// Good rows so far.
    rows: u64,
}

/// What published reviews gave to a characteristic so far.
#[derive(Debug, Clone, Copy)]
struct Sum {
    product_id: ProductId,
    stars: u64,
    ratings: u64,
}

/// A row's values, one for each column.
type Values = [u64; MAX_COLUMNS];

impl File {
    /// # Panics
    /// For a kind without an id: no file has such rows.
    fn of(kind: Kind) -> Self {
        let id_column = kind.id_column().expect("kinds that have a file have an id");
        let names = |other: Kind| {
            let definition = other.definition();
            definition.parent == Some(kind)
                || definition.columns.iter().any(|column| column.holds == Holds::Other(kind))
        };
        let is_named = Kind::all().any(names);
        Self { kind, columns: kind.definition().columns, id_column, is_named, rows: 0 }
    }
}

impl Checks {
    /// Nothing was seen yet, and a file of this kind is to be read.
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            file: File::of(kind),
            named: Default::default(),
            others: SeenIds::default(),
            shown: HashSet::default(),
            sums: Index::default(),
        }
    }

    /// The next file of the same set is to be read.
    pub(super) fn begin(&mut self, kind: Kind) {
        self.file = File::of(kind);
        self.others = SeenIds::default();
        self.shown = HashSet::default();
    }

    /// Checks a row of the file and adds it.
    pub(super) fn check(&mut self, row: &Row<'_>, batch: &mut RowBatch) -> Result<(), Problem> {
        let File { kind, columns, id_column, is_named, .. } = self.file;
        // Ids of all kinds are alike.
        let id: QuestionId = if kind.grows() { row.own_id(id_column)? } else { row.id(id_column)? };
        let id = id.get();
        let mut values = Values::default();
        let checked = self.read(row, batch, &mut values);
        // An id that is taken is reported before any other problem.
        let known = checked.as_ref().ok().copied();
        let is_new =
            if is_named { self.named[kind as usize].insert(id, known) } else { self.others.insert(id) };
        if !is_new {
            return Err(row.problem(id_column, "an earlier row of this file has the same id"));
        }
        let (product_id, _) = checked?;
        values[id_column] = id;
        self.file.rows += 1;
        match kind {
            Kind::Related => self.relate(product_id, &mut values),
            Kind::Characteristic => {
                // The id is new, so it is new here as well.
                let _ = self.sums.insert(id, Sum { product_id, stars: 0, ratings: 0 });
            }
            Kind::Rating => self.add_up(&values),
            _ => {}
        }
        batch.push(product_id, &values[..columns.len()]);
        Ok(())
    }

    /// Reads all columns but the row's own id. Returns its product, and whether it is hidden.
    fn read(
        &self,
        row: &Row<'_>,
        batch: &mut RowBatch,
        values: &mut Values,
    ) -> Result<(ProductId, bool), Problem> {
        let product_id = self.product(row, values)?;
        let mut is_hidden = false;
        for (index, column) in self.file.columns.iter().enumerate() {
            let texts = &mut batch.texts;
            values[index] = match column.holds {
                Holds::OwnId | Holds::Product | Holds::Parent => continue,
                Holds::Other(other) => self.other(row, index, other, product_id)?,
                Holds::Reference => row.reference(index)?,
                Holds::Position => self.file.rows + 1,
                Holds::Count => row.count(index)?.into(),
                Holds::Flag if column.csv.is_some() => row.flag(index)?.into(),
                // Computed when the row is known to be good, or by a store.
                Holds::Flag | Holds::Sum => 0,
                Holds::Hidden => {
                    is_hidden = row.flag(index)?;
                    if is_hidden { hidden_value(column) } else { 0 }
                }
                Holds::Stars => row.stars(index)?.get().into(),
                Holds::Time => row.date(index)?.milliseconds().cast_unsigned(),
                Holds::OptionalPrice | Holds::OptionalText if row.is_missing(index) => NOTHING,
                Holds::Price | Holds::OptionalPrice => row.price(index)?.hundredths(),
                Holds::Text | Holds::OptionalText => texts.keep(&row.text(index)?).to_bits(),
                Holds::PhotoUrl => texts.keep(&row.photo_url(index)?).to_bits(),
            };
        }
        Ok((product_id, is_hidden))
    }

    /// Reads the columns that say what a row's product is: it names it, or it is its parent's.
    fn product(&self, row: &Row<'_>, values: &mut Values) -> Result<ProductId, Problem> {
        let parent = self.file.kind.definition().parent;
        let mut found = None;
        for (index, column) in self.file.columns.iter().enumerate() {
            match (column.holds, parent) {
                (Holds::Product, parent) => {
                    let product_id: ProductId = row.id(index)?;
                    if let Some(parent) = parent {
                        self.good(row, index, parent, product_id.get())?;
                    }
                    values[index] = product_id.get();
                    found = Some(product_id);
                }
                (Holds::Parent, Some(parent)) => {
                    values[index] = row.id::<QuestionId>(index)?.get();
                    found = Some(self.good(row, index, parent, values[index])?);
                }
                _ => {}
            }
        }
        Ok(found.expect("every kind has a column with its product or its parent"))
    }

    /// The product of a row that a row names.
    fn good(&self, row: &Row<'_>, column: usize, kind: Kind, id: u64) -> Result<ProductId, Problem> {
        let noun = kind.definition().noun;
        match self.named[kind as usize].get(id) {
            Known::Good { product_id, .. } => Ok(product_id),
            Known::Rejected => {
                Err(row.problem(column, format!("the row of this {noun} was itself rejected")))
            }
            Known::Unknown => {
                Err(row.problem(column, format!("no {noun} row that could be read has this id")))
            }
        }
    }

    /// The id of a row of another kind, which must be of the same product.
    fn other(&self, row: &Row<'_>, column: usize, kind: Kind, product_id: ProductId) -> Result<u64, Problem> {
        let id = row.id::<QuestionId>(column)?.get();
        if self.good(row, column, kind, id)? == product_id {
            return Ok(id);
        }
        let noun = kind.definition().noun;
        Err(row.problem(column, format!("this {noun} is of another product than the row")))
    }

    /// Says whether a related product is shown: it is in the catalogue, another one, and was not
    /// shown before.
    fn relate(&mut self, product_id: ProductId, values: &mut Values) {
        let related = values[related_columns::RELATED];
        let is_there = matches!(self.named[Kind::Product as usize].get(related), Known::Good { .. });
        let is_shown =
            is_there && related != product_id.get() && self.shown.insert((product_id.get(), related));
        values[related_columns::IS_SHOWN] = is_shown.into();
    }

    /// Adds a rating to the sum of its characteristic, if its review is published.
    fn add_up(&mut self, values: &Values) {
        let review = self.named[Kind::Review as usize].get(values[rating_columns::REVIEW]);
        if let (Known::Good { is_hidden: false, .. }, Some(sum)) =
            (review, self.sums.get_mut(values[rating_columns::CHARACTERISTIC]))
        {
            sum.stars += values[rating_columns::STARS];
            sum.ratings += 1;
        }
    }

    /// What is known of a row that moderation can know: its product, and whether it is hidden.
    pub(super) fn known(&self, kind: Kind, id: u64) -> Known {
        self.named[kind as usize].get(id)
    }

    /// The sum of each characteristic, also of those without ratings: its product, then its id, all
    /// stars and how many ratings.
    pub(super) fn sums(&self) -> impl Iterator<Item = (ProductId, [u64; 3])> {
        self.sums.iter().map(|(id, sum)| (sum.product_id, [id, sum.stars, sum.ratings]))
    }
}

/// Places of columns in the definition of related products.
mod related_columns {
    pub(super) const RELATED: usize = 2;
    pub(super) const IS_SHOWN: usize = 4;
}

/// Places of columns in the definition of ratings.
mod rating_columns {
    pub(super) const CHARACTERISTIC: usize = 1;
    pub(super) const REVIEW: usize = 2;
    pub(super) const STARS: usize = 3;
}
