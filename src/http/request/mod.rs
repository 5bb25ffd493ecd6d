//! Reading requests: query, body, headers, who sends them, and how much they may write.
//! Deliberately absent: what a request does (`operations`).

pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod client;
pub(crate) mod decision;
pub(crate) mod head_limits;
pub(crate) mod idempotency;
pub(crate) mod identity;
pub(crate) mod json_body;
pub(crate) mod key;
pub(crate) mod query;
pub(crate) mod rate_limits;
pub(crate) mod request_id;
