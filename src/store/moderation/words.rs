//! Lists of words as they are kept. How texts are compared with them is `service::policy`'s.

use super::sql::Sql;
use super::{Moderated, ModerationAnswer, WordList};

pub(super) fn set<S: Sql>(_: &mut S, _: WordList, _: &str, _: Option<u64>) -> Result<Moderated, S::Error> {
    Err(crate::store::StoreError::Unavailable("it is not built yet".to_owned()).into())
}

pub(super) fn read<S: Sql>(_: &mut S, _: WordList) -> Result<ModerationAnswer, S::Error> {
    Err(crate::store::StoreError::Unavailable("it is not built yet".to_owned()).into())
}

pub(super) fn revisions<S: Sql>(_: &mut S) -> Result<ModerationAnswer, S::Error> {
    Err(crate::store::StoreError::Unavailable("it is not built yet".to_owned()).into())
}
