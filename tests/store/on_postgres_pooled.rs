//! The model and the races on PostgreSQL behind a pooler in transaction mode.

use crate::harness::TestStore;

const MODEL_CASES: u32 = 8;
/// Whether an answer to a question that is not there leaves no gap in the ids.
const UNKNOWN_PARENTS_TAKE_NO_ID: bool = false;

fn test_store() -> TestStore {
    TestStore::postgres_pooled()
}

#[path = "model.rs"]
mod model;
#[path = "races.rs"]
mod races;
#[path = "races_everything.rs"]
mod races_everything;
