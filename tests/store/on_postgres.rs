//! The model and the races on PostgreSQL: the same files as for every other kind of store, with this kind's store. Fewer cases than on SQLite: each needs a database of its own.

use crate::harness::TestStore;

const MODEL_CASES: u32 = 12;
/// Whether an answer to a question that is not there leaves no gap in the ids.
const UNKNOWN_PARENTS_TAKE_NO_ID: bool = false;

fn test_store() -> TestStore {
    TestStore::postgres()
}

#[path = "ages.rs"]
mod ages;
#[path = "model.rs"]
mod model;
#[path = "races.rs"]
mod races;
#[path = "races_everything.rs"]
mod races_everything;
#[path = "races_limits.rs"]
mod races_limits;
