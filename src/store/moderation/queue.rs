//! What moderators see.

use super::rows::Rows;
use super::{ModerationAnswer, ModerationQuery};

pub(super) fn answer<R: Rows>(_: &mut R, _: &ModerationQuery) -> Result<ModerationAnswer, R::Error> {
    Err(crate::store::StoreError::Unavailable("it is not built yet".to_owned()).into())
}
