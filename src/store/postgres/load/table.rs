//! The tables that a load fills: how each is made, copied into and completed. The load decides
//! when.

use tokio_postgres::types::Type;

/// A table that is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Questions,
    Answers,
    Photos,
}

impl Table {
    pub(crate) fn next(self) -> Option<Self> {
        match self {
            Self::Questions => Some(Self::Answers),
            Self::Answers => Some(Self::Photos),
            Self::Photos => None,
        }
    }

    /// Makes the table that is copied into, in an open transaction. Rows copied in the same
    /// transaction are frozen at once, so no later vacuum has to mark them. Pages keep room for
    /// several votes: see [`Table::complete`].
    pub(crate) fn create(self) -> &'static str {
        match self {
            Self::Questions => {
                "BEGIN; CREATE TABLE questions_load
                     (LIKE questions INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = 80)"
            }
            Self::Answers => {
                "BEGIN; CREATE TABLE answers_load
                     (LIKE answers INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = 80)"
            }
            Self::Photos => {
                "BEGIN; CREATE TABLE photos_load (LIKE photos INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
            }
        }
    }

    /// Ends the transaction that [`Table::create`] began, and raises the fill factor. PostgreSQL
    /// cleans a page when less of it is free than the fill factor leaves. With the fill factor of
    /// the load, that would be at every vote. With the higher one it is at every fifth vote.
    pub(crate) fn complete(self) -> &'static str {
        match self {
            Self::Questions => "ALTER TABLE questions_load SET (fillfactor = 90); COMMIT",
            Self::Answers => "ALTER TABLE answers_load SET (fillfactor = 90); COMMIT",
            Self::Photos => "COMMIT",
        }
    }

    pub(crate) fn copy(self) -> &'static str {
        match self {
            Self::Questions => {
                "COPY questions_load (product_id, question_id, written_at, helpful, reported, body, name, email)
                 FROM STDIN (FORMAT binary, FREEZE)"
            }
            Self::Answers => {
                "COPY answers_load
                     (product_id, answer_id, question_id, written_at, helpful, reported, body, name, email)
                 FROM STDIN (FORMAT binary, FREEZE)"
            }
            Self::Photos => {
                "COPY photos_load (product_id, photo_id, answer_id, url) FROM STDIN (FORMAT binary, FREEZE)"
            }
        }
    }

    pub(crate) fn types(self) -> &'static [Type] {
        const QUESTIONS: [Type; 8] = [
            Type::INT8,
            Type::INT8,
            Type::TIMESTAMPTZ,
            Type::INT8,
            Type::BOOL,
            Type::TEXT,
            Type::TEXT,
            Type::TEXT,
        ];
        const ANSWERS: [Type; 9] = [
            Type::INT8,
            Type::INT8,
            Type::INT8,
            Type::TIMESTAMPTZ,
            Type::INT8,
            Type::BOOL,
            Type::TEXT,
            Type::TEXT,
            Type::TEXT,
        ];
        const PHOTOS: [Type; 4] = [Type::INT8, Type::INT8, Type::INT8, Type::TEXT];
        match self {
            Self::Questions => &QUESTIONS,
            Self::Answers => &ANSWERS,
            Self::Photos => &PHOTOS,
        }
    }
}
