//! Keys of moderators, sellers and administrators, kept as digests.

use super::sql::Sql;
use super::{Moderated, Moderation, ModerationAnswer};

pub(super) fn change<S: Sql>(_: &mut S, _: &Moderation) -> Result<Moderated, S::Error> {
    Err(crate::store::StoreError::Unavailable("it is not built yet".to_owned()).into())
}

pub(super) fn find<S: Sql>(_: &mut S, _: &[u8; 32]) -> Result<ModerationAnswer, S::Error> {
    Err(crate::store::StoreError::Unavailable("it is not built yet".to_owned()).into())
}

pub(super) fn all<S: Sql>(_: &mut S) -> Result<ModerationAnswer, S::Error> {
    Err(crate::store::StoreError::Unavailable("it is not built yet".to_owned()).into())
}
