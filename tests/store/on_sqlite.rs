//! The model and the races on the embedded store: the same files as for every other kind of store, with this kind's store.

use crate::harness::TestStore;

const MODEL_CASES: u32 = 64;
/// Whether an answer to a question that is not there leaves no gap in the ids.
const UNKNOWN_PARENTS_TAKE_NO_ID: bool = true;

fn test_store() -> TestStore {
    TestStore::sqlite()
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
