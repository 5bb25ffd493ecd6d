//! Decisions and what belongs to them.

use super::rows::Rows;
use super::{Moderated, Moderation};

pub(super) fn change<R: Rows>(_: &mut R, _: &Moderation) -> Result<Moderated, R::Error> {
    Err(crate::store::StoreError::Unavailable("it is not built yet".to_owned()).into())
}
