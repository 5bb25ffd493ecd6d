//! What keeps migrations and loads from each other and from requests: advisory locks, and how long a lock on the
//! tables may be waited for. Who takes them is said where they are taken.

/// The advisory lock of whoever migrates: the letters `AtQA` and a 1.
pub(crate) const MIGRATION_LOCK: i64 = 0x4174_5141_0000_0001;

/// The advisory lock of whoever loads: the letters `AtQA` and a 2.
pub(crate) const LOAD_LOCK: i64 = 0x4174_5141_0000_0002;

/// How long putting the tables in place, or changing them, may wait for others to finish with them, at a time; requests
/// wait behind it for as long.
pub(crate) const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '2s'";

/// How often it is tried: together half a minute.
pub(crate) const MAX_LOCK_ATTEMPTS: u32 = 15;
