//! The lists of words, as plain text with an entry a line. Deliberately absent: how texts are
//! compared with them (`service::policy`).

use bytes::Bytes;

use super::{ask, failed, unexpected};
use crate::domain::FieldError;
use crate::http::call::Call;
use crate::http::request::body::read_text;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::http::response::validators::{Condition, condition};
use crate::service::moderation::{ModerationAnswer, ModerationQuery, WordList};
use crate::service::{SetWords, WordsSet};

/// Largest list, in bytes: 20,000 entries of 100 ASCII characters.
pub(crate) const WORDS_MAX_BYTES: usize = 2_097_152;

/// `GET /moderation/words/:list`
pub(crate) async fn show(call: Call<'_>) -> Result<Reply, Problem> {
    match ask(call.app, ModerationQuery::Words(list(&call)?)).await? {
        ModerationAnswer::Words { text, revision } => {
            Ok(Reply::Revised { text: Bytes::from(text), revision })
        }
        other => Err(unexpected(&other)),
    }
}

/// `PUT /moderation/words/:list`. A list that was never set has the revision 0.
pub(crate) async fn replace(call: Call<'_>) -> Result<Reply, Problem> {
    let list = list(&call)?;
    let Call { app, head, body, .. } = call;
    let expected = match condition(&head.headers) {
        Condition::None => return Err(Problem::NoCondition),
        Condition::Any => None,
        Condition::Revision(revision) => Some(revision),
        // No list ever has it.
        Condition::Never => Some(u64::MAX >> 1),
    };
    let text = read_text(head, body, WORDS_MAX_BYTES)?;
    match app.service.set_words(SetWords { list, text, expected }).await.map_err(failed)? {
        WordsSet::Set { revision, .. } => Ok(Reply::Replaced { revision }),
        WordsSet::Changed { revision } => Err(Problem::WordsChanged { revision }),
        WordsSet::Wrong(error) => {
            // The body is the list itself.
            let (pointer, detail) = ("#".to_owned(), error.to_string());
            Err(Problem::InvalidFields(vec![FieldError { pointer, detail }]))
        }
    }
}

fn list(call: &Call<'_>) -> Result<WordList, Problem> {
    WordList::parse(call.variables[0]).ok_or(Problem::UnknownWordList)
}
