//! What a store has under one e-mail address: finding it in a dump, since no index knows addresses,
//! and what it is replaced by when it is erased. Erasing itself is each store's.

use std::collections::{BTreeSet, HashSet};

use super::{AnswerBatch, Batch, Counts, Dump, PhotoBatch, QuestionBatch, StoreError};
use crate::domain::{Span, Texts, normalize};

/// Most questions and answers of one address that are handled; a person has a few, a program may
/// have more.
pub const MAX_PERSON_ROWS: usize = 100_000;

/// Most other spellings of an address that are named.
const MAX_SPELLINGS: usize = 10;

/// Stands in the place of an erased name.
pub const ERASED_NAME: &str = "anonymous";

/// Stands in the place of an erased text.
pub const ERASED_BODY: &str = "This text was removed at the request of its author.";

/// Questions, answers and photos under one e-mail address, hidden ones included, with present
/// counters.
#[derive(Debug, Default)]
pub struct PersonRows {
    /// Questions.
    pub questions: QuestionBatch,
    /// Answers.
    pub answers: AnswerBatch,
    /// The photos of those answers.
    pub photos: PhotoBatch,
    /// Addresses that differ from this one in capitals alone and have rows too; a few of them, if
    /// there are many.
    pub other_spellings: BTreeSet<String>,
}

impl PersonRows {
    /// Reads a whole dump and keeps what belongs to an address. It is compared as it is kept:
    /// trimmed, and with its capitals.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there are more than [`MAX_PERSON_ROWS`] questions and answers;
    /// [`StoreError::BadAddress`] for an empty address, which belongs to nobody.
    pub fn find(dump: &mut dyn Dump, email: &str) -> Result<Self, StoreError> {
        let normal = normalize(email);
        let address = Address::new(normal.trim())?;
        let (mut person, mut rows) = (Self::default(), 0);
        let Self { questions, answers, photos, other_spellings } = &mut person;
        Batch::each(
            || dump.questions(),
            |batch| {
                for mut row in address.keep(&batch, |row| row.email, other_spellings, &mut rows)? {
                    move_texts(
                        &batch.texts,
                        &mut questions.texts,
                        [&mut row.body, &mut row.name, &mut row.email],
                    );
                    questions.rows.push(row);
                }
                Ok::<_, StoreError>(())
            },
        )?;
        Batch::each(
            || dump.answers(),
            |batch| {
                for mut row in address.keep(&batch, |row| row.email, other_spellings, &mut rows)? {
                    move_texts(
                        &batch.texts,
                        &mut answers.texts,
                        [&mut row.body, &mut row.name, &mut row.email],
                    );
                    answers.rows.push(row);
                }
                Ok::<_, StoreError>(())
            },
        )?;
        let answered: HashSet<_> = answers.rows.iter().map(|row| row.answer_id).collect();
        if !answered.is_empty() {
            Batch::each(
                || dump.photos(),
                |batch| {
                    for mut row in batch.rows.into_iter().filter(|row| answered.contains(&row.answer_id)) {
                        move_texts(&batch.texts, &mut photos.texts, [&mut row.url]);
                        photos.rows.push(row);
                    }
                    Ok::<_, StoreError>(())
                },
            )?;
        }
        Ok(person)
    }

    /// How many rows there are.
    pub fn counts(&self) -> Counts {
        let count = |rows: usize| rows as u64;
        Counts {
            questions: count(self.questions.rows.len()),
            answers: count(self.answers.rows.len()),
            photos: count(self.photos.rows.len()),
        }
    }
}

/// Moves the texts of a row from one buffer to another.
fn move_texts<const N: usize>(from: &Texts, to: &mut Texts, spans: [&mut Span; N]) {
    for span in spans {
        *span = to.keep(from.get(*span));
    }
}

/// An address to look for.
struct Address<'a> {
    email: &'a str,
    small: String,
}

impl<'a> Address<'a> {
    fn new(email: &'a str) -> Result<Self, StoreError> {
        if email.is_empty() {
            return Err(StoreError::BadAddress("the e-mail address is empty".to_owned()));
        }
        Ok(Self { email, small: email.to_lowercase() })
    }

    /// The rows of a batch that belong to it; `rows` counts those of all batches.
    fn keep<Row: Copy>(
        &self,
        batch: &Batch<Row>,
        email: fn(&Row) -> Span,
        other_spellings: &mut BTreeSet<String>,
        rows: &mut usize,
    ) -> Result<Vec<Row>, StoreError> {
        let texts: &Texts = &batch.texts;
        let mut kept = Vec::new();
        for row in &batch.rows {
            let found = texts.get(email(row));
            if found == self.email {
                kept.push(*row);
            } else if self.is_spelling(found) && other_spellings.len() < MAX_SPELLINGS {
                other_spellings.insert(found.to_owned());
            }
        }
        *rows += kept.len();
        if *rows > MAX_PERSON_ROWS {
            return Err(StoreError::Full(format!(
                "there are more than {MAX_PERSON_ROWS} questions and answers under this address"
            )));
        }
        Ok(kept)
    }

    /// Whether another address is the same but for its capitals.
    fn is_spelling(&self, found: &str) -> bool {
        if found.is_ascii() && self.email.is_ascii() {
            return found.eq_ignore_ascii_case(self.email);
        }
        found.to_lowercase() == self.small
    }
}
