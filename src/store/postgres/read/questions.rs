//! Questions with their answers and photos: the statements that read them, and their rows. Flat
//! rows cost the server less than joining or nesting them. Lists are not sorted here.

use super::gather::Gather;
use crate::domain::{AnswerRow, PhotoRow, ProductId, ProductRows, QuestionRow};
use crate::store::StoreError;
use crate::store::postgres::decode::Columns;

/// Columns: product, id, parent's id, time, votes, first text, second text.
pub(super) const LOAD: &str = "
    SELECT product_id, question_id, NULL::bigint, written_at, helpful - withdrawn, body, name
    FROM questions WHERE product_id = ANY ($1::bigint[]) AND NOT reported
    UNION ALL
    SELECT product_id, answer_id, question_id, written_at, helpful - withdrawn, body, name
    FROM answers WHERE product_id = ANY ($1) AND NOT reported
    UNION ALL
    SELECT product_id, photo_id, answer_id, NULL, NULL, url, NULL
    FROM photos WHERE product_id = ANY ($1)";

/// The next products with their rows; a row without an id for each product, also when all its rows
/// are hidden. A product whose id is out of range cannot be requested, so it is left out. `check`
/// names it.
pub(super) const SCAN: &str = "
    WITH scope AS MATERIALIZED (
        SELECT DISTINCT product_id FROM questions
        WHERE product_id > $1::bigint AND product_id <= 9007199254740991 ORDER BY product_id LIMIT $2::bigint
    ), bounds AS MATERIALIZED (
        SELECT min(product_id) AS first, max(product_id) AS last FROM scope
    )
    SELECT product_id, NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::bigint, NULL::text, NULL::text
    FROM scope
    UNION ALL
    SELECT product_id, question_id, NULL, written_at, helpful - withdrawn, body, name
    FROM questions
    WHERE product_id BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds) AND NOT reported
    UNION ALL
    SELECT product_id, answer_id, question_id, written_at, helpful - withdrawn, body, name
    FROM answers
    WHERE product_id BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds) AND NOT reported
    UNION ALL
    SELECT product_id, photo_id, answer_id, NULL, NULL, url, NULL
    FROM photos
    WHERE product_id BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds)";

/// What a row is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Product,
    Question,
    Answer,
    Photo,
}

impl Gather for ProductRows {
    type Rows = Self;
    type Part = Part;

    fn new(product_id: ProductId) -> Self {
        Self::new(product_id)
    }

    fn product_id(&self) -> ProductId {
        self.product_id
    }

    /// Products have no id, questions no parent, photos no time.
    fn part(columns: Columns<'_>) -> (Part, &'static str) {
        if columns.is_empty(1) {
            (Part::Product, "questions")
        } else if columns.is_empty(2) {
            (Part::Question, "questions")
        } else if columns.is_empty(3) {
            (Part::Photo, "photos")
        } else {
            (Part::Answer, "answers")
        }
    }

    fn add(&mut self, part: Part, columns: Columns<'_>) -> Result<(), StoreError> {
        match part {
            Part::Product => {}
            Part::Question => self.questions.push(QuestionRow {
                question_id: columns.id(1, "question_id")?,
                written_at: columns.time(3, "written_at")?,
                helpful: columns.count(4, "helpful")?,
                body: self.texts.keep(columns.text(5, "body")?),
                name: self.texts.keep(columns.text(6, "name")?),
            }),
            Part::Answer => self.answers.push(AnswerRow {
                answer_id: columns.id(1, "answer_id")?,
                question_id: columns.id(2, "question_id")?,
                written_at: columns.time(3, "written_at")?,
                helpful: columns.count(4, "helpful")?,
                body: self.texts.keep(columns.text(5, "body")?),
                name: self.texts.keep(columns.text(6, "name")?),
            }),
            Part::Photo => self.photos.push(PhotoRow {
                photo_id: columns.id(1, "photo_id")?,
                answer_id: columns.id(2, "answer_id")?,
                url: self.texts.keep(columns.text(5, "url")?),
            }),
        }
        Ok(())
    }

    fn finish(self) -> Self {
        self
    }
}
