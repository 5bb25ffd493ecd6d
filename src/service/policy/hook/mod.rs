//! The hook: a program of the shop's that is asked about a new text once it is written, and that
//! may publish, hold or reject it. Asking is bounded: few at a time, few that wait. A text that
//! nobody was asked about stays where it is: it waits for a person. Deliberately absent: which
//! texts it is asked about (`judge`).

mod addresses;
mod client;
mod lane;
mod opinion;
pub(super) mod signature;
mod waiting;

pub(crate) use client::HookClient;
pub(crate) use lane::HookLane;
pub(super) use waiting::HookTexts;
pub(crate) use waiting::{HookCall, HookQueue};

/// Threads that ask, each about one text at a time.
pub(crate) const HOOK_THREADS: usize = 8;
