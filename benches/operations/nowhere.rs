//! A store that takes rows and keeps none.

use atelier::store::{
    AnswerBatch, BulkLoad, Counts, Dump, Finding, LastIds, LoadMode, PersonRows, PhotoBatch, QuestionBatch,
    StoreError, Upkeep,
};

/// The store.
pub(crate) struct Nowhere;

fn nothing_here<T>() -> Result<T, StoreError> {
    Err(StoreError::Unavailable("nothing is kept here".to_owned()))
}

impl Upkeep for Nowhere {
    fn bulk_load(&self, _: LoadMode) -> Result<Box<dyn BulkLoad>, StoreError> {
        Ok(Box::new(Self))
    }

    fn dump(&self) -> Result<Box<dyn Dump>, StoreError> {
        nothing_here()
    }

    fn erase(&self, _: &PersonRows) -> Result<Counts, StoreError> {
        nothing_here()
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        Ok(Counts::default())
    }

    fn check(&self, _: &mut dyn FnMut(Finding)) -> Result<Counts, StoreError> {
        Ok(Counts::default())
    }
}

impl BulkLoad for Nowhere {
    fn add_questions(&mut self, _: &QuestionBatch) -> Result<(), StoreError> {
        Ok(())
    }

    fn add_answers(&mut self, _: &AnswerBatch) -> Result<(), StoreError> {
        Ok(())
    }

    fn add_photos(&mut self, _: &PhotoBatch) -> Result<(), StoreError> {
        Ok(())
    }

    fn raise_last_ids(&mut self, _: LastIds) {}

    fn commit(self: Box<Self>) -> Result<Counts, StoreError> {
        Ok(Counts::default())
    }
}
