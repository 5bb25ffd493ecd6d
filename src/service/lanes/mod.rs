//! The threads between memory and the store, and the queues in front of them: each takes a batch, has the store
//! carry it out and tells those who wait. What is kept in memory is `memory`'s.

pub(super) mod fill;
pub(super) mod loader;
pub(super) mod log_throttle;
pub(super) mod queue;
pub(super) mod writer;
