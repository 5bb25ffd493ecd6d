//! A store that takes rows and keeps none.

use atelier::domain::{Set, Timestamp};
use atelier::store::moderation::{ModerationTable, TableRows};
use atelier::store::{
    BulkLoad, Counts, Dump, Finding, LastIds, LoadMode, PersonRows, RowBatch, StoreError, Upkeep,
};

/// The store.
pub(crate) struct Nowhere;

fn nothing_here<T>() -> Result<T, StoreError> {
    Err(StoreError::Unavailable("nothing is kept here".to_owned()))
}

impl Upkeep for Nowhere {
    fn bulk_load(&self, _: &[Set], _: LoadMode) -> Result<Box<dyn BulkLoad>, StoreError> {
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
    fn add(&mut self, _: &RowBatch) -> Result<(), StoreError> {
        Ok(())
    }

    fn add_of_moderation(&mut self, _: &TableRows) -> Result<(), StoreError> {
        Ok(())
    }

    fn drop_of_moderation(&mut self, _: ModerationTable) -> Result<(), StoreError> {
        Ok(())
    }

    fn raise_last_ids(&mut self, _: LastIds) {}

    fn imported_before(&mut self, _: Set, _: Option<Timestamp>) {}

    fn commit(self: Box<Self>, _: Timestamp) -> Result<Counts, StoreError> {
        Ok(Counts::default())
    }
}
