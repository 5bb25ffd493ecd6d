//! What a server needs of a store: sessions that read and sessions that write. What commands do to
//! a whole store is in `upkeep`.

use std::time::Duration;

use super::moderation::{Moderated, Moderation, ModerationAnswer, ModerationQuery};
use super::{ChangeSink, Command, Outcome, StoreError};
use crate::domain::{
    CatalogueRows, Id as _, ProductId, ProductPart, ProductRows, QuestionId, ReviewRows, ReviewsPart,
    Timestamp,
};

/// What a server needs of a store.
pub trait Sessions: Send + Sync {
    /// What people call this kind of store, such as "PostgreSQL".
    fn name(&self) -> &'static str;

    /// Opens a session for reading.
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError>;

    /// Opens the session for writing. From then on `elsewhere` is called for every change that did
    /// not come through it.
    fn writer(&self, elsewhere: ChangeSink) -> Result<Box<dyn Writer>, StoreError>;

    /// Opens as many sessions for writing as one service can use at once. From then on `elsewhere`
    /// is called for every change that came through none of them.
    fn writers(&self, elsewhere: ChangeSink) -> Result<Vec<Box<dyn Writer>>, StoreError> {
        Ok(vec![self.writer(elsewhere)?])
    }
}

/// Products with ids from here on are scanned in an order of the store's choice. No shop's
/// numbering reaches this id.
pub const FIRST_UNORDERED_ID: u64 = 1 << 38;

/// A session that reads. Every call sees one consistent state of the store.
pub trait Reader: Send {
    /// The public rows of each product, in the order asked for. A product without rows is not an
    /// error. No id may be repeated.
    ///
    /// # Errors
    /// Damaged rows of one product fail the whole call; [`StoreError::damaged_product`] names it.
    /// Asked for without it, the others are read.
    fn load_products(&mut self, product_ids: &[ProductId]) -> Result<Vec<ProductRows>, StoreError>;

    /// Which product each question belongs to, in the order asked for; `None` where there is no
    /// such question. Reported questions count.
    fn products_of(&mut self, question_ids: &[QuestionId]) -> Result<Vec<Option<ProductId>>, StoreError>;

    /// The next products that have rows, at most `limit` of them; fewer only at the end. They come
    /// in the store's own order, each once, and `after` is the last one of the call before. Ids
    /// below [`FIRST_UNORDERED_ID`] come before all others and ascend, so that a product left out
    /// among them has no rows.
    ///
    /// # Errors
    /// Damaged rows of one product fail the whole call. With a `limit` of one,
    /// [`StoreError::damaged_product`] is the product after which the scan can go on.
    fn scan_products(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ProductRows>, StoreError>;

    /// The catalogue's rows of each product, in the order asked for. A product that the catalogue
    /// does not have is not an error. No id may be repeated.
    ///
    /// # Errors
    /// As [`load_products`](Self::load_products).
    fn load_catalogue(&mut self, product_ids: &[ProductId]) -> Result<Vec<CatalogueRows>, StoreError>;

    /// The public rows of each product's reviews, in the order asked for. No id may be repeated.
    ///
    /// # Errors
    /// As [`load_products`](Self::load_products).
    fn load_reviews(&mut self, product_ids: &[ProductId]) -> Result<Vec<ReviewRows>, StoreError>;

    /// The rows of one part of each product of the catalogue. Rows of other parts may be among
    /// them.
    ///
    /// # Errors
    /// As [`load_products`](Self::load_products).
    fn load_catalogue_part(
        &mut self,
        product_ids: &[ProductId],
        part: ProductPart,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        let _ = part;
        self.load_catalogue(product_ids)
    }

    /// The rows of one part of each product's reviews. Rows of other parts may be among them.
    ///
    /// # Errors
    /// As [`load_products`](Self::load_products).
    fn load_reviews_part(
        &mut self,
        product_ids: &[ProductId],
        part: ReviewsPart,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        let _ = part;
        self.load_reviews(product_ids)
    }

    /// The next products of the catalogue, as [`scan_products`](Self::scan_products) gives those
    /// that have questions.
    ///
    /// # Errors
    /// As [`scan_products`](Self::scan_products).
    fn scan_catalogue(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<CatalogueRows>, StoreError>;

    /// The next products that have reviews or characteristics, as
    /// [`scan_products`](Self::scan_products) gives those that have questions.
    ///
    /// # Errors
    /// As [`scan_products`](Self::scan_products).
    fn scan_reviews(&mut self, after: Option<ProductId>, limit: usize)
    -> Result<Vec<ReviewRows>, StoreError>;

    /// The ids of the catalogue's next products, ascending, at most `limit`; fewer only at the end.
    fn product_ids(&mut self, after: Option<ProductId>, limit: usize) -> Result<Vec<ProductId>, StoreError>;

    /// Answers a question of moderators, or of those who check a new text.
    ///
    /// # Errors
    /// When it cannot be answered.
    fn moderation(&mut self, query: &ModerationQuery) -> Result<ModerationAnswer, StoreError>;

    /// Asks the store whether it can be read and, where a session that reads can tell, whether it
    /// takes writes.
    ///
    /// # Errors
    /// When it cannot or does not.
    fn probe(&mut self) -> Result<(), StoreError> {
        // Any question will do, there or not.
        let question_id = QuestionId::new(1).expect("one is an id");
        self.products_of(&[question_id]).map(drop)
    }

    /// After a failure: sees to it that the store can be asked again, without asking it for
    /// anything.
    ///
    /// # Errors
    /// When it cannot.
    fn revive(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Nothing will be asked for a while: gives back memory that only a busy session needs.
    fn rest(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A session that writes.
pub trait Writer: Send {
    /// Carries out all commands in one transaction and returns once it is on disk: an outcome per
    /// command, in order. A command whose target does not exist changes nothing and fails alone. Of
    /// new rows with the same [`Submission`](super::Submission) the first is added, no matter who
    /// sends them and whether or not they come in one batch.
    ///
    /// # Errors
    /// Nothing at all was written, unless the error is [`StoreError::Unknown`]. Then the writer's
    /// [`ChangeSink`] got the possible changes.
    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError>;

    /// Carries out what moderation changes, all in one transaction, in order, and returns once it
    /// is on disk. What others must know of is in the notice of the commit.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    fn moderate(&mut self, moderations: &[Moderation]) -> Result<Vec<Moderated>, StoreError>;

    /// Called about every [`IDLE_INTERVAL`] while there is nothing to write: notices changes made
    /// elsewhere, keeps house. `now` is the time of those who write.
    fn idle(&mut self, now: Timestamp) -> Result<(), StoreError>;
}

/// How long a [`Writer`] may stay without a call.
pub const IDLE_INTERVAL: Duration = Duration::from_millis(100);
