//! The interface that every store implements. It works on sets: many products to read, many
//! commands to commit. Deliberately absent: caching, ordering of lists, text checks, HTTP.
//!
//! Everything here blocks. A session ([`Reader`], [`Writer`]) owns its connection and is driven by
//! one thread, so a store needs neither a pool nor a runtime. The service decides how many sessions
//! there are.

mod address;
mod bulk;
mod change;
mod columns;
mod command;
mod dump;
mod error;
pub mod moderation;
mod person;
pub mod postgres;
mod record;
mod rows;
mod seen;
mod sessions;
pub mod sqlite;
mod submission;
mod upkeep;

pub use address::StoreAddress;
pub use bulk::{BulkLoad, LoadMode};
pub use change::{Change, ChangeSink, ProductChange};
pub use command::{Command, Outcome, Submission};
pub use dump::{DUMP_ROWS_PER_BATCH, Dump, each_batch, each_of_moderation};
pub use error::StoreError;
pub use person::{ERASED_BODY, ERASED_NAME, MAX_PERSON_ROWS, PersonRemark, PersonRows, photographed};
pub use record::{MAX_COLUMNS, NOTHING, RecordRow, RowBatch, hidden_value};
pub use rows::{Counts, HIDDEN_STATE, LastIds, PENDING_STATE, PUBLISHED_STATE};
pub use seen::SeenIds;
pub use sessions::{FIRST_UNORDERED_ID, IDLE_INTERVAL, Reader, Sessions, Writer};
pub use upkeep::{Finding, MAX_FINDINGS_PER_KIND, Migrated, PagesCopied, Store, Upkeep};
