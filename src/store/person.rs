//! What a store has under one e-mail address, or of a subject of the shop's tokens: finding it in a
//! dump, since no index knows addresses, and what it is replaced by when it is erased. Erasing
//! itself is each store's.

use std::collections::{BTreeSet, HashSet};

use super::moderation::ModerationTable;
use super::moderation::sql::Cells;
use super::moderation::tables::{TableRows, digest_key};
use super::{Counts, Dump, RecordRow, RowBatch, StoreError, each_batch, each_of_moderation};
use crate::domain::{Digest, Holds, Kind, normalize};

/// Most rows of one address that are handled, photos not counted; a person has a few, a program may
/// have more.
pub const MAX_PERSON_ROWS: usize = 100_000;

/// Most other spellings of an address that are named.
const MAX_SPELLINGS: usize = 10;

/// Stands in the place of an erased name.
pub const ERASED_NAME: &str = "anonymous";

/// Stands in the place of an erased text.
pub const ERASED_BODY: &str = "This text was removed at the request of its author.";

/// Rows under one e-mail address and their photos, hidden ones included, with present counters.
#[derive(Debug)]
pub struct PersonRows {
    /// In the order of their kinds.
    batches: Vec<RowBatch>,
    /// Addresses that differ from this one in capitals alone and have rows too; a few of them, if
    /// there are many.
    pub other_spellings: BTreeSet<String>,
    /// What stands for the subject that was asked for, once the store knows any.
    pub subject: Option<Digest>,
    /// The rows that the subject finds helpful: the number of the kind, and the id.
    pub votes: Vec<(u64, u64)>,
    /// The subject's reports.
    pub reports: Vec<PersonRemark>,
    /// The appeals about rows that the subject wrote, which only the subject makes.
    pub appeals: Vec<PersonRemark>,
}

/// What a subject said about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRemark {
    /// The number of the row's kind, and its id.
    pub row: (u64, u64),
    /// The reason of a report, if there was one.
    pub reason: Option<String>,
    /// The subject's own words, if there are any.
    pub note: Option<String>,
}

impl PersonRows {
    /// Reads a whole dump and keeps what belongs to an address. It is compared as it is kept:
    /// trimmed, and with its capitals.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there are more than [`MAX_PERSON_ROWS`] rows;
    /// [`StoreError::BadAddress`] for an empty address, which belongs to nobody.
    pub fn find(dump: &mut dyn Dump, email: &str) -> Result<Self, StoreError> {
        Self::find_either(dump, Some(email), None)
    }

    /// Reads a whole dump and keeps what belongs to an address, to a subject of the shop's tokens,
    /// or to either.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub fn find_either(
        dump: &mut dyn Dump,
        email: Option<&str>,
        subject: Option<&str>,
    ) -> Result<Self, StoreError> {
        let normal = email.map(normalize);
        let address = normal.as_deref().map(|email| Address::new(email.trim())).transpose()?;
        let mut person = Self {
            batches: Vec::new(),
            other_spellings: BTreeSet::new(),
            subject: None,
            votes: Vec::new(),
            reports: Vec::new(),
            appeals: Vec::new(),
        };
        let written = match subject {
            Some(subject) => person.look_up_subject(dump, subject)?,
            None => HashSet::new(),
        };
        let mut rows = 0;
        for kind in Kind::all() {
            let mut kept = RowBatch::new(kind);
            if let Some(email) = kind.email_column() {
                each_batch(dump, kind, |batch| {
                    for row in batch.rows() {
                        let is_of = |address: &Address<'_>| {
                            address.is_of(row.text(email), &mut person.other_spellings)
                        };
                        let is_subjects = || {
                            let id = kind.id_column().map(|column| row.value(column));
                            number_of(kind).zip(id).is_some_and(|row| written.contains(&row))
                        };
                        if address.as_ref().is_some_and(is_of) || is_subjects() {
                            kept.copy(row);
                        }
                    }
                    if rows + kept.len() > MAX_PERSON_ROWS {
                        return Err(StoreError::Full(format!(
                            "there are more than {MAX_PERSON_ROWS} rows of this person"
                        )));
                    }
                    Ok(())
                })?;
                rows += kept.len();
            } else if let Some((parent, column)) = photographed(kind) {
                let ids: HashSet<u64> = person.ids(parent).collect();
                if !ids.is_empty() {
                    each_batch(dump, kind, |batch| {
                        batch
                            .rows()
                            .filter(|row| ids.contains(&row.value(column)))
                            .for_each(|row| kept.copy(row));
                        Ok::<_, StoreError>(())
                    })?;
                }
            } else {
                continue;
            }
            person.batches.push(kept);
        }
        Ok(person)
    }

    /// Reads what moderation keeps of a subject, and returns the rows that they wrote.
    fn look_up_subject(
        &mut self,
        dump: &mut dyn Dump,
        subject: &str,
    ) -> Result<HashSet<(u64, u64)>, StoreError> {
        if subject.is_empty() {
            return Err(StoreError::BadAddress("the subject is empty".to_owned()));
        }
        let secrets = dump.next_of_moderation(ModerationTable::DigestSecrets)?;
        let Some(key) = digest_key(&secrets) else { return Ok(HashSet::new()) };
        let digest = key.of_subject(subject);
        self.subject = Some(digest);
        let mut of = |table, column| {
            let mut found = Vec::new();
            each_of_moderation(dump, table, |rows| {
                found.extend(rows.of_person(column, digest));
                Ok::<_, StoreError>(())
            })?;
            Ok::<_, StoreError>(found)
        };
        let written: HashSet<(u64, u64)> = of(ModerationTable::Items, "author")?.into_iter().collect();
        self.votes = of(ModerationTable::IdentifiedVotes, "voter")?;
        each_of_moderation(dump, ModerationTable::Reports, |rows| {
            let reporter = place(&rows, "reporter");
            let is_theirs = |row: &&Cells| {
                let found = reporter.and_then(|place| row.optional_bytes(place).ok()).flatten();
                found == Some(digest.as_bytes().as_slice())
            };
            self.reports.extend(rows.rows().iter().filter(is_theirs).filter_map(|row| remark(&rows, row)));
            Ok::<_, StoreError>(())
        })?;
        each_of_moderation(dump, ModerationTable::Appeals, |rows| {
            let remarks = rows.rows().iter().filter_map(|row| remark(&rows, row));
            self.appeals.extend(remarks.filter(|appeal| written.contains(&appeal.row)));
            Ok::<_, StoreError>(())
        })?;
        Ok(written)
    }

    /// The rows of a kind that has authors, or photos of such rows.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = RecordRow<'_>> {
        self.batches.iter().filter(move |batch| batch.kind() == kind).flat_map(RowBatch::rows)
    }

    /// All rows, kind by kind.
    pub fn batches(&self) -> &[RowBatch] {
        &self.batches
    }

    /// How many rows there are.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for batch in &self.batches {
            counts.add(batch.kind(), batch.len() as u64);
        }
        counts
    }

    /// The ids of a kind's rows.
    fn ids(&self, kind: Kind) -> impl Iterator<Item = u64> {
        kind.id_column().into_iter().flat_map(move |column| self.of(kind).map(move |row| row.value(column)))
    }
}

/// The place of a column in rows of moderation.
fn place(rows: &TableRows, column: &str) -> Option<usize> {
    rows.table().definition().columns.iter().position(|(name, _)| *name == column)
}

/// A report or an appeal.
fn remark(rows: &TableRows, row: &Cells) -> Option<PersonRemark> {
    let number = |column| Some(row.integer(place(rows, column)?).ok()?.cast_unsigned());
    let text = |column| row.optional_text(place(rows, column)?).ok()?.map(str::to_owned);
    let target = (number("kind")?, number("row_id")?);
    Some(PersonRemark { row: target, reason: text("reason"), note: text("note") })
}

/// The number by which moderation knows a kind.
fn number_of(kind: Kind) -> Option<u64> {
    match kind {
        Kind::Question => Some(0),
        Kind::Answer => Some(1),
        Kind::Review => Some(2),
        _ => None,
    }
}

/// The kind of rows with an author that a kind's rows are photos of, and the column that names
/// them.
pub fn photographed(kind: Kind) -> Option<(Kind, usize)> {
    kind.column_that_holds(Holds::PhotoUrl)?;
    let parent = kind.definition().parent?;
    parent.email_column()?;
    Some((parent, kind.column_that_holds(Holds::Parent)?))
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

    /// Whether a row with this address belongs to it. Notes another spelling.
    fn is_of(&self, found: &str, other_spellings: &mut BTreeSet<String>) -> bool {
        if found == self.email {
            return true;
        }
        if self.is_spelling(found) && other_spellings.len() < MAX_SPELLINGS {
            other_spellings.insert(found.to_owned());
        }
        false
    }

    /// Whether another address is the same but for its capitals.
    fn is_spelling(&self, found: &str) -> bool {
        if found.is_ascii() && self.email.is_ascii() {
            return found.eq_ignore_ascii_case(self.email);
        }
        found.to_lowercase() == self.small
    }
}
