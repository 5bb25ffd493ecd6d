//! What moderation keeps of new rows from their beginning, and the rows among them that wait: they
//! are not public, and their stars are in no sum. Batches without any do not come here.

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::rows::{
    NEW_ANSWER_TYPES, NEW_QUESTION_TYPES, NEW_RATING_TYPES, NEW_REVIEW_TYPES, NewAnswers, NewQuestions,
    NewRatings, NewReviews,
};
use crate::domain::{Origin, ProductId, State, Target, Timestamp};
use crate::store::moderation::findings::write_findings;
use crate::store::moderation::{QueueClass, kind_number};
use crate::store::postgres::connect::failure::Failure;
use crate::store::postgres::connect::statement::{Naming, Statement};
use crate::store::postgres::decode::bigint;

const INSERT_QUESTIONS: &str = "
    INSERT INTO questions (product_id, question_id, written_at, body, name, email, reported)
    SELECT *, true
    FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])";
const INSERT_ANSWERS: &str = "
    INSERT INTO answers (product_id, answer_id, question_id, written_at, body, name, email, reported)
    SELECT q.product_id, a.answer_id, a.question_id, a.written_at, a.body, a.name, a.email, true
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])
         AS a (product_id, answer_id, question_id, written_at, body, name, email)
    LEFT JOIN questions q ON q.product_id = a.product_id AND q.question_id = a.question_id";
const INSERT_REVIEWS: &str = "
    INSERT INTO reviews (product_id, review_id, written_at, rating, recommend, summary, body, name, email,
                         state)
    SELECT *, 1 FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::smallint[], $5::boolean[],
                            $6::text[], $7::text[], $8::text[], $9::text[])";
/// Also of reviews that are public at once.
pub(super) const INSERT_RATINGS: &str = "
    INSERT INTO characteristic_ratings (product_id, review_id, rating_id, characteristic_id, stars)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::smallint[])";
const INSERT_ITEMS: &str = "
    INSERT INTO moderation_items
        (product_id, kind, row_id, state, revision, class, since, reports, is_approved, findings,
         author, is_identified, role, is_verified_buyer, client, text_digest, posted_at)
    SELECT product_id, kind, row_id, state, 0, class, posted_at, 0, 0, findings,
           author, is_identified, role, is_verified_buyer, client, text_digest, posted_at
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                $7::text[], $8::bytea[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bytea[],
                $13::bytea[])
         AS i (product_id, kind, row_id, state, class, posted_at, findings, author, is_identified, role,
               is_verified_buyer, client, text_digest)";

const ITEM_TYPES: [Type; 13] = [
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::TEXT_ARRAY,
    Type::BYTEA_ARRAY,
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BYTEA_ARRAY,
];

/// Items, and the rows among theirs that wait.
#[derive(Debug, Default)]
pub(crate) struct NewOrigins<'c> {
    pub(crate) items: NewItems<'c>,
    pub(crate) questions: NewQuestions<'c>,
    pub(crate) answers: NewAnswers<'c>,
    pub(crate) reviews: NewReviews<'c>,
    pub(crate) ratings: NewRatings,
}

/// Columns of new items.
#[derive(Debug, Default)]
pub(crate) struct NewItems<'c> {
    product_ids: Vec<i64>,
    kinds: Vec<i64>,
    row_ids: Vec<i64>,
    states: Vec<i64>,
    classes: Vec<Option<i64>>,
    posted_at: Vec<i64>,
    findings: Vec<String>,
    authors: Vec<Option<&'c [u8]>>,
    identified: Vec<i64>,
    roles: Vec<i64>,
    verified_buyers: Vec<i64>,
    clients: Vec<Option<&'c [u8]>>,
    texts: Vec<Option<&'c [u8]>>,
}

impl<'c> NewItems<'c> {
    /// Adds the item of a new row.
    pub(crate) fn add(
        &mut self,
        product_id: ProductId,
        target: Target,
        written_at: Timestamp,
        origin: &'c Origin,
    ) {
        let class = (origin.state == State::Pending).then_some(QueueClass::Pending as i64);
        self.product_ids.push(bigint(product_id));
        self.kinds.push(kind_number(target).into());
        self.row_ids.push(target.row_id().cast_signed());
        self.states.push(origin.state.number().cast_signed());
        self.classes.push(class);
        self.posted_at.push(written_at.milliseconds());
        self.findings.push(write_findings(&origin.findings));
        self.authors.push(origin.author.as_ref().map(|digest| digest.as_bytes().as_slice()));
        self.identified.push(origin.is_identified.into());
        self.roles.push(origin.role as i64);
        self.verified_buyers.push(origin.is_verified_buyer.into());
        self.clients.push(origin.client.as_ref().map(|digest| digest.as_bytes().as_slice()));
        self.texts.push(origin.text.as_ref().map(|digest| digest.as_bytes().as_slice()));
    }
}

/// The statements.
pub(crate) struct Statements {
    items: Statement,
    questions: Statement,
    answers: Statement,
    reviews: Statement,
    ratings: Statement,
}

impl Statements {
    pub(crate) async fn prepare(client: &Client, naming: Naming) -> Result<Self, tokio_postgres::Error> {
        let prepare = |text, types| Statement::prepare(client, naming, text, types);
        let (items, questions, answers, reviews, ratings) = tokio::try_join!(
            prepare(INSERT_ITEMS, &ITEM_TYPES),
            prepare(INSERT_QUESTIONS, &NEW_QUESTION_TYPES),
            prepare(INSERT_ANSWERS, &NEW_ANSWER_TYPES),
            prepare(INSERT_REVIEWS, &NEW_REVIEW_TYPES),
            prepare(INSERT_RATINGS, &NEW_RATING_TYPES),
        )?;
        Ok(Self { items, questions, answers, reviews, ratings })
    }

    /// Inserts items and rows that wait, if there are any.
    pub(crate) async fn second_trip(
        &self,
        client: &Client,
        origins: Option<&NewOrigins<'_>>,
    ) -> Result<(), Failure> {
        match origins {
            None => Ok(()),
            // So that other batches do not carry the room for it.
            Some(origins) => Box::pin(self.insert(client, origins)).await,
        }
    }

    async fn insert(&self, client: &Client, origins: &NewOrigins<'_>) -> Result<(), Failure> {
        let NewOrigins { items, questions, answers, reviews, ratings } = origins;
        tokio::try_join!(
            biased;
            self.questions.query_if(!questions.question_ids.is_empty(), client, questions.parameters()),
            self.answers.query_if(!answers.answer_ids.is_empty(), client, answers.parameters()),
            self.reviews.query_if(!reviews.review_ids.is_empty(), client, reviews.parameters()),
            self.ratings.query_if(!ratings.rating_ids.is_empty(), client, ratings.parameters()),
            self.items.query_if(!items.row_ids.is_empty(), client, [
                &items.product_ids,
                &items.kinds,
                &items.row_ids,
                &items.states,
                &items.classes,
                &items.posted_at,
                &items.findings,
                &items.authors,
                &items.identified,
                &items.roles,
                &items.verified_buyers,
                &items.clients,
                &items.texts,
            ]),
        )?;
        Ok(())
    }
}
