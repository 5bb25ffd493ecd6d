//! The secret with which digests of people are keyed, once it was needed. Deliberately absent:
//! where it comes from, and the digests (`digests`).

use tokio::sync::OnceCell;

use crate::domain;

/// The secret, or none yet.
#[derive(Debug, Default)]
pub(super) struct DigestKey(pub(super) OnceCell<domain::DigestKey>);
