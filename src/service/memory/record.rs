//! What the caches keep of a product: its questions and answers, its reviews, or its part of the
//! catalogue. Each kind says how its records are read from the store, packed and changed. Which
//! records are kept is decided in `views` and `table`.

use super::directory::{Directory, Era};
use crate::domain::{CatalogueRows, ProductId, ProductPart, ProductRows, ReviewRows, ReviewsPart};
use crate::store::{ProductChange, Reader, StoreError};
use crate::view::{AddedReviews, Catalogue, Reviews, TextPool, View};

/// A kind of record.
pub(crate) trait Record: Clone + Send + Sync + 'static {
    /// What it is packed from.
    type Rows: Send + 'static;

    /// New rows that are inserted without asking the store.
    type Added: Send;

    /// What of a record a request needs.
    type Part: Copy + Ord + Send + 'static;

    /// What the log calls it.
    const NAME: &'static str;

    fn product_id(&self) -> ProductId;

    /// Its size, without what the allocator rounds up.
    fn bytes(&self) -> usize;

    /// The numbers of rows that the metrics show.
    fn counts(&self) -> [usize; 2];

    fn pack(rows: &Self::Rows, pool: &TextPool) -> Self;

    /// The record of a product without rows.
    fn empty(product_id: ProductId, pool: &TextPool) -> Self;

    fn product_of(rows: &Self::Rows) -> ProductId;

    /// The rows of products, in the order asked for.
    fn load(reader: &mut dyn Reader, product_ids: &[ProductId]) -> Result<Vec<Self::Rows>, StoreError>;

    /// The rows that one part of products needs, in the order asked for; others may be among them.
    fn load_part(
        reader: &mut dyn Reader,
        product_ids: &[ProductId],
        part: Self::Part,
    ) -> Result<Vec<Self::Rows>, StoreError>;

    /// The next products that have rows.
    fn scan(
        reader: &mut dyn Reader,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<Self::Rows>, StoreError>;

    /// Notes what the directory needs to know of it.
    fn remember(&self, _: &Directory, _: Era) {}

    /// Whether the change is one of this kind's rows.
    fn is_concerned(change: ProductChange) -> bool;

    /// Sets the votes of a row, if the change is one of votes. Returns whether the row is there.
    fn raise(&mut self, change: ProductChange) -> bool;

    /// The product of new rows.
    fn product_of_added(added: &Self::Added) -> ProductId;

    /// The record with new rows.
    fn with(&self, added: &Self::Added) -> Self;
}

impl Record for View {
    type Rows = ProductRows;
    type Added = ProductRows;
    type Part = ();

    const NAME: &'static str = "questions";

    fn product_id(&self) -> ProductId {
        self.product_id()
    }

    fn bytes(&self) -> usize {
        self.bytes()
    }

    fn counts(&self) -> [usize; 2] {
        let [questions, answers, _] = self.counts();
        [questions, answers]
    }

    fn pack(rows: &ProductRows, _: &TextPool) -> Self {
        Self::pack(rows)
    }

    fn empty(product_id: ProductId, _: &TextPool) -> Self {
        Self::pack(&ProductRows::new(product_id))
    }

    fn product_of(rows: &ProductRows) -> ProductId {
        rows.product_id
    }

    fn load(reader: &mut dyn Reader, product_ids: &[ProductId]) -> Result<Vec<ProductRows>, StoreError> {
        reader.load_products(product_ids)
    }

    fn load_part(
        reader: &mut dyn Reader,
        product_ids: &[ProductId],
        (): (),
    ) -> Result<Vec<ProductRows>, StoreError> {
        reader.load_products(product_ids)
    }

    fn scan(
        reader: &mut dyn Reader,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ProductRows>, StoreError> {
        reader.scan_products(after, limit)
    }

    fn remember(&self, directory: &Directory, era: Era) {
        directory.remember(era, self.product_id(), &self.question_ids());
    }

    fn is_concerned(change: ProductChange) -> bool {
        match change {
            ProductChange::QuestionVotes(..) | ProductChange::AnswerVotes(..) | ProductChange::Rows(_) => {
                true
            }
            ProductChange::ReviewVotes(..) | ProductChange::Reviews(_) => false,
        }
    }

    fn raise(&mut self, change: ProductChange) -> bool {
        match change {
            ProductChange::QuestionVotes(_, question_id, helpful) => {
                self.raise_question(question_id, helpful)
            }
            ProductChange::AnswerVotes(_, answer_id, helpful) => self.raise_answer(answer_id, helpful),
            _ => false,
        }
    }

    fn product_of_added(added: &ProductRows) -> ProductId {
        added.product_id
    }

    fn with(&self, added: &ProductRows) -> Self {
        self.with(added)
    }
}

impl Record for Reviews {
    type Rows = ReviewRows;
    type Added = AddedReviews;
    type Part = ReviewsPart;

    const NAME: &'static str = "reviews";

    fn product_id(&self) -> ProductId {
        self.product_id()
    }

    fn bytes(&self) -> usize {
        self.bytes()
    }

    fn counts(&self) -> [usize; 2] {
        self.counts()
    }

    fn pack(rows: &ReviewRows, pool: &TextPool) -> Self {
        Self::pack(rows, pool)
    }

    fn empty(product_id: ProductId, pool: &TextPool) -> Self {
        Self::pack(&ReviewRows::new(product_id), pool)
    }

    fn product_of(rows: &ReviewRows) -> ProductId {
        rows.product_id
    }

    fn load(reader: &mut dyn Reader, product_ids: &[ProductId]) -> Result<Vec<ReviewRows>, StoreError> {
        reader.load_reviews(product_ids)
    }

    fn load_part(
        reader: &mut dyn Reader,
        product_ids: &[ProductId],
        part: ReviewsPart,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        reader.load_reviews_part(product_ids, part)
    }

    fn scan(
        reader: &mut dyn Reader,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        reader.scan_reviews(after, limit)
    }

    fn is_concerned(change: ProductChange) -> bool {
        !View::is_concerned(change)
    }

    fn raise(&mut self, change: ProductChange) -> bool {
        match change {
            ProductChange::ReviewVotes(_, review_id, helpful) => self.raise(review_id, helpful),
            _ => false,
        }
    }

    fn product_of_added(added: &AddedReviews) -> ProductId {
        added.rows.product_id
    }

    fn with(&self, added: &AddedReviews) -> Self {
        self.with(added)
    }
}

impl Record for Catalogue {
    type Rows = CatalogueRows;
    type Added = std::convert::Infallible;
    type Part = ProductPart;

    const NAME: &'static str = "catalogue";

    fn product_id(&self) -> ProductId {
        self.product_id()
    }

    fn bytes(&self) -> usize {
        self.bytes()
    }

    fn counts(&self) -> [usize; 2] {
        self.counts()
    }

    fn pack(rows: &CatalogueRows, pool: &TextPool) -> Self {
        Self::pack(rows, pool)
    }

    fn empty(product_id: ProductId, pool: &TextPool) -> Self {
        Self::pack(&CatalogueRows::new(product_id), pool)
    }

    fn product_of(rows: &CatalogueRows) -> ProductId {
        rows.product_id
    }

    fn load(reader: &mut dyn Reader, product_ids: &[ProductId]) -> Result<Vec<CatalogueRows>, StoreError> {
        reader.load_catalogue(product_ids)
    }

    fn load_part(
        reader: &mut dyn Reader,
        product_ids: &[ProductId],
        part: ProductPart,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        reader.load_catalogue_part(product_ids, part)
    }

    fn scan(
        reader: &mut dyn Reader,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        reader.scan_catalogue(after, limit)
    }

    /// Only an import changes the catalogue, and then everything is forgotten.
    fn is_concerned(_: ProductChange) -> bool {
        false
    }

    fn raise(&mut self, _: ProductChange) -> bool {
        false
    }

    fn product_of_added(added: &Self::Added) -> ProductId {
        match *added {}
    }

    fn with(&self, added: &Self::Added) -> Self {
        match *added {}
    }
}
