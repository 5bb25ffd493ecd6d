//! The statements of the writing session's two round trips, and its settings. Those about reviews
//! and submissions are in files of their own, and `write` decides when they are sent.

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::rows::{NEW_ANSWER_TYPES, NEW_PHOTO_TYPES, NEW_QUESTION_TYPES};
use super::{identified, origins, reviews, submissions};
use crate::store::postgres::connect::session::Prepared;
use crate::store::postgres::connect::statement::{Naming, Statement};
use crate::store::postgres::notices::notice::NOTIFY;

// The sub-select's order is the order in which rows are locked, as long as it drives the join: see
// `SETTINGS`.
const VOTE_QUESTIONS: &str = "
    UPDATE questions q SET helpful = least(q.helpful + v.votes, 4294967295)
    FROM (SELECT id, votes FROM unnest($1::bigint[], $2::bigint[]) AS v (id, votes) ORDER BY id) v
    WHERE q.question_id = v.id
    RETURNING q.question_id, q.product_id, q.helpful - q.withdrawn";
const VOTE_ANSWERS: &str = "
    UPDATE answers a SET helpful = least(a.helpful + v.votes, 4294967295)
    FROM (SELECT id, votes FROM unnest($1::bigint[], $2::bigint[]) AS v (id, votes) ORDER BY id) v
    WHERE a.answer_id = v.id
    RETURNING a.answer_id, a.product_id, a.helpful - a.withdrawn";
const ANSWERED: &str = "SELECT question_id, product_id FROM questions WHERE question_id = ANY ($1::bigint[])";
const NEW_QUESTION_IDS: &str = "SELECT nextval('question_ids') FROM generate_series(1, $1::bigint)";
const NEW_ANSWER_IDS: &str = "SELECT nextval('answer_ids') FROM generate_series(1, $1::bigint)";
const NEW_PHOTO_IDS: &str = "SELECT nextval('photo_ids') FROM generate_series(1, $1::bigint)";
// A transaction that writes nothing does not wait for a synchronous standby. A submission that came
// before may not be there yet, and this message in the log makes its repetition wait.
const CONFIRM: &str = "SELECT pg_logical_emit_message(true, 'atelier', ''::text)";
const INSERT_QUESTIONS: &str = "
    INSERT INTO questions (product_id, question_id, written_at, body, name, email)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])";
// An answer to a question that is not there, or not there in that product, has no product and is
// refused.
const INSERT_ANSWERS: &str = "
    INSERT INTO answers (product_id, answer_id, question_id, written_at, body, name, email)
    SELECT q.product_id, a.answer_id, a.question_id, a.written_at, a.body, a.name, a.email
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])
         AS a (product_id, answer_id, question_id, written_at, body, name, email)
    LEFT JOIN questions q ON q.product_id = a.product_id AND q.question_id = a.question_id";
const INSERT_PHOTOS: &str = "
    INSERT INTO photos (product_id, photo_id, answer_id, url)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])";

/// The statements of the writing session.
pub(crate) struct Statements {
    pub(crate) begin: String,
    pub(crate) vote_questions: Statement,
    pub(crate) vote_answers: Statement,
    pub(crate) answered: Statement,
    pub(crate) new_question_ids: Statement,
    pub(crate) new_answer_ids: Statement,
    pub(crate) new_photo_ids: Statement,
    pub(crate) insert_questions: Statement,
    pub(crate) insert_answers: Statement,
    pub(crate) insert_photos: Statement,
    pub(crate) notify: Statement,
    pub(crate) confirm: Statement,
    pub(crate) reviews: reviews::Statements,
    pub(crate) origins: origins::Statements,
    pub(crate) identified: identified::Statements,
    pub(crate) submissions: submissions::Statements,
}

impl Prepared for Statements {
    // Only nested loops touch rows in the order of their ids. A process that is stopped between the
    // two trips must not hold its locks. A row that another session keeps locked holds up the
    // writes behind it, so they wait for less than a request waits for the store.
    const SETTINGS: &'static [&'static str] = &[
        "enable_hashjoin = off",
        "enable_mergejoin = off",
        "enable_seqscan = off",
        "max_parallel_workers_per_gather = 0",
        "idle_in_transaction_session_timeout = '15s'",
        "statement_timeout = '10s'",
        "lock_timeout = '2s'",
    ];

    async fn prepare(client: &Client, naming: Naming) -> Result<Self, tokio_postgres::Error> {
        const IDS: &[Type] = &[Type::INT8_ARRAY];
        const IDS_AND_VOTES: &[Type] = &[Type::INT8_ARRAY, Type::INT8_ARRAY];
        const HOW_MANY: &[Type] = &[Type::INT8];
        let prepare = |text, types| Statement::prepare(client, naming, text, types);
        let (vote_questions, vote_answers, answered, notify) = tokio::try_join!(
            prepare(VOTE_QUESTIONS, IDS_AND_VOTES),
            prepare(VOTE_ANSWERS, IDS_AND_VOTES),
            prepare(ANSWERED, IDS),
            prepare(NOTIFY, &[Type::TEXT_ARRAY]),
        )?;
        let (new_question_ids, new_answer_ids, new_photo_ids) = tokio::try_join!(
            prepare(NEW_QUESTION_IDS, HOW_MANY),
            prepare(NEW_ANSWER_IDS, HOW_MANY),
            prepare(NEW_PHOTO_IDS, HOW_MANY),
        )?;
        let (confirm, insert_questions, insert_answers, insert_photos) = tokio::try_join!(
            prepare(CONFIRM, &[]),
            prepare(INSERT_QUESTIONS, &NEW_QUESTION_TYPES),
            prepare(INSERT_ANSWERS, &NEW_ANSWER_TYPES),
            prepare(INSERT_PHOTOS, &NEW_PHOTO_TYPES),
        )?;
        let (reviews, origins, identified, submissions) = tokio::try_join!(
            reviews::Statements::prepare(client, naming),
            origins::Statements::prepare(client, naming),
            identified::Statements::prepare(client, naming),
            submissions::Statements::prepare(client, naming),
        )?;
        Ok(Self {
            begin: naming.begin(Self::SETTINGS),
            vote_questions,
            vote_answers,
            answered,
            new_question_ids,
            new_answer_ids,
            new_photo_ids,
            insert_questions,
            insert_answers,
            insert_photos,
            notify,
            confirm,
            reviews,
            origins,
            identified,
            submissions,
        })
    }
}
