//! The threads between memory and the store, and the queues in front of them. Each thread takes a
//! batch, calls the store and replies to the waiting requests. The cache is in `memory`.

pub(super) mod fill;
pub(super) mod loader;
pub(super) mod log_throttle;
pub(super) mod moderation;
mod own_changes;
pub(super) mod queue;
pub(super) mod writer;
