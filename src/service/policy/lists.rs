//! The lists of words of the store: read when they changed, and replaced. How texts are compared
//! with them is in `words`.

use std::sync::Arc;
use std::time::Instant;

use super::kept_words::Kept;
use super::words::{WordLists, WordsError, count_entries};
use crate::service::{Service, ServiceError};
use crate::store::moderation::{Moderated, Moderation, ModerationAnswer, ModerationQuery, WordList};

/// A list that is to replace another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetWords {
    /// Which list.
    pub list: WordList,
    /// Its text, an entry a line.
    pub text: String,
    /// The revision that is replaced; `None` for any.
    pub expected: Option<u64>,
}

/// What became of a [`SetWords`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordsSet {
    /// The list is replaced.
    Set {
        /// Its new revision.
        revision: u64,
        /// How many entries it has.
        entries: usize,
    },
    /// It has another revision than was expected; nothing was written.
    Changed {
        /// Its revision.
        revision: u64,
    },
    /// The text is no list.
    Wrong(WordsError),
}

impl Service {
    /// Replaces a list of words. It counts for the next text of this process, and for those of
    /// others within two seconds.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`].
    pub async fn set_words(&self, words: SetWords) -> Result<WordsSet, ServiceError> {
        let SetWords { list, text, expected } = words;
        let entries = match count_entries(&text) {
            Ok(entries) => entries,
            Err(error) => return Ok(WordsSet::Wrong(error)),
        };
        let moderated = self.moderate(Moderation::SetWords { list, text, expected }).await;
        self.kept_words.forget_check();
        match moderated? {
            Moderated::WordsSet(revision) => Ok(WordsSet::Set { revision, entries }),
            Moderated::WordsChanged(revision) => Ok(WordsSet::Changed { revision }),
            other => {
                tracing::error!(?other, "the store gave an outcome that is none of a list");
                Err(ServiceError::StoreUnavailable)
            }
        }
    }

    /// The compiled lists. The store is asked at most once a second whether they changed.
    pub(super) async fn words(&self) -> Result<Arc<WordLists>, ServiceError> {
        if let Some(lists) = self.kept_words.fresh() {
            return Ok(lists);
        }
        let _asking = match (self.kept_words.asking.try_lock(), self.kept_words.kept()) {
            (Ok(asking), _) => asking,
            // Somebody else asks, and until there is an answer the lists before are used.
            (Err(_), Some(kept)) => return Ok(kept.lists),
            (Err(_), None) => self.kept_words.asking.lock().await,
        };
        if let Some(lists) = self.kept_words.fresh() {
            return Ok(lists);
        }
        let checked_at = Some(Instant::now());
        let revisions = match self.ask_moderation(ModerationQuery::WordRevisions).await? {
            ModerationAnswer::WordRevisions(revisions) => revisions,
            other => return Err(unexpected(&other)),
        };
        if let Some(kept) = self.kept_words.kept().filter(|kept| kept.revisions == revisions) {
            let lists = Arc::clone(&kept.lists);
            self.kept_words.keep(Kept { checked_at, ..kept });
            return Ok(lists);
        }
        let (refuse, first) = self.read_words(WordList::Refuse).await?;
        let (hold, second) = self.read_words(WordList::Hold).await?;
        let (allow, third) = self.read_words(WordList::Allow).await?;
        // It may take as long as many requests together.
        let compiled = tokio::task::spawn_blocking(move || WordLists::new(&refuse, &hold, &allow)).await;
        let lists = match compiled {
            Ok(Ok(lists)) => Arc::new(lists),
            Ok(Err(error)) => {
                tracing::error!(%error, "a list of words in the store is wrong");
                return Err(ServiceError::StoreUnavailable);
            }
            Err(_) => return Err(ServiceError::StoreUnavailable),
        };
        let revisions = [first, second, third];
        self.kept_words.keep(Kept { lists: Arc::clone(&lists), revisions, checked_at });
        Ok(lists)
    }

    async fn read_words(&self, list: WordList) -> Result<(String, u64), ServiceError> {
        match self.ask_moderation(ModerationQuery::Words(list)).await? {
            ModerationAnswer::Words { text, revision } => Ok((text, revision)),
            other => Err(unexpected(&other)),
        }
    }
}

fn unexpected(answer: &ModerationAnswer) -> ServiceError {
    tracing::error!(?answer, "the store gave an answer that is none of a list");
    ServiceError::StoreUnavailable
}
