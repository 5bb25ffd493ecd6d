//! Erases what belongs to a person: names, addresses, texts and photos, in one transaction that
//! notifies other processes. The rows stay. Finding them is not done here.

use std::sync::Arc;

use tokio_postgres::Client;

use super::connect::failure::Failure;
use super::connect::server::Server;
use super::connect::session::{Session, Unprepared};
use super::decode::bigint;
use super::notices::listen::OwnOrigin;
use super::notices::notice::{self, NOTIFY};
use crate::domain::Kind;
use crate::store::{Counts, ERASED_BODY, ERASED_NAME, PersonRows, ProductChange, StoreError};

/// The place of the column `email` of questions and answers.
const EMAIL: usize = 5;

/// How often the transaction is carried out before its failure is reported: others may hold its
/// rows.
const MAX_ATTEMPTS: u32 = 5;

/// How long rows that get votes meanwhile are waited for. Writes behind them wait as well.
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = '2s'";

const QUESTIONS: &str = "
    UPDATE questions q SET name = $1, email = '', body = $2
    FROM unnest($3::bigint[], $4::bigint[], $5::text[]) AS e (product_id, question_id, email)
    WHERE q.product_id = e.product_id AND q.question_id = e.question_id AND q.email = e.email";
const ANSWERS: &str = "
    UPDATE answers a SET name = $1, email = '', body = $2
    FROM unnest($3::bigint[], $4::bigint[], $5::text[]) AS e (product_id, answer_id, email)
    WHERE a.product_id = e.product_id AND a.answer_id = e.answer_id AND a.email = e.email
    RETURNING a.product_id, a.answer_id";
const PHOTOS: &str = "
    DELETE FROM photos p USING unnest($1::bigint[], $2::bigint[]) AS e (product_id, answer_id)
    WHERE p.product_id = e.product_id AND p.answer_id = e.answer_id";
// Digests of erased texts and addresses.
const SUBMISSIONS: &str =
    "DELETE FROM submissions WHERE question_id = ANY ($1::bigint[]) OR answer_id = ANY ($2::bigint[])";

/// Erases the rows that are still the person's.
pub(super) fn erase(server: &Arc<Server>, person: &PersonRows) -> Result<Counts, StoreError> {
    let mut session = Session::<Unprepared>::open(server)?;
    let mut attempt = 1;
    let erased = loop {
        session.reach()?;
        let erased = session.ask_patiently(async |client, _| {
            let erased = transact(client, person).await;
            if erased.as_ref().is_err_and(|failure| !failure.is_lost()) {
                client.batch_execute("ROLLBACK").await?;
            }
            erased
        });
        match erased {
            Ok(erased) => break erased,
            Err(failure)
                if attempt < MAX_ATTEMPTS && (failure.is_lock_timeout() || failure.may_pass_again()) =>
            {
                tracing::info!("some of the rows are in use, trying again");
                attempt += 1;
            }
            Err(failure) => return Err(failure.before_commit()),
        }
    };
    session.commit()?;
    Ok(erased)
}

/// Everything but the `COMMIT`.
async fn transact(client: &Client, person: &PersonRows) -> Result<Counts, Failure> {
    let of = |kind: Kind| person.of(kind).collect::<Vec<_>>();
    let (questions, answers) = (of(Kind::Question), of(Kind::Answer));
    client.batch_execute(BEGIN).await?;
    let products: Vec<i64> = questions.iter().map(|row| bigint(row.product_id())).collect();
    let question_ids: Vec<i64> = questions.iter().map(|row| row.value(0).cast_signed()).collect();
    let emails: Vec<&str> = questions.iter().map(|row| row.text(EMAIL)).collect();
    let questions_erased =
        client.execute(QUESTIONS, &[&ERASED_NAME, &ERASED_BODY, &products, &question_ids, &emails]).await?;

    let products: Vec<i64> = answers.iter().map(|row| bigint(row.product_id())).collect();
    let ids: Vec<i64> = answers.iter().map(|row| row.value(0).cast_signed()).collect();
    let emails: Vec<&str> = answers.iter().map(|row| row.text(EMAIL)).collect();
    let erased = client.query(ANSWERS, &[&ERASED_NAME, &ERASED_BODY, &products, &ids, &emails]).await?;
    let mut products: Vec<i64> = Vec::with_capacity(erased.len());
    let mut ids: Vec<i64> = Vec::with_capacity(erased.len());
    for row in &erased {
        products.push(row.try_get(0)?);
        ids.push(row.try_get(1)?);
    }
    // Others would forget what they have in memory.
    if questions_erased == 0 && erased.is_empty() {
        return Ok(Counts::default());
    }
    let photos = client.execute(PHOTOS, &[&products, &ids]).await?;
    client.execute(SUBMISSIONS, &[&question_ids, &ids]).await?;

    let changed = questions.iter().map(|row| row.product_id());
    let mut changed: Vec<_> = changed.chain(answers.iter().map(|row| row.product_id())).collect();
    changed.sort_unstable();
    changed.dedup();
    let changes: Vec<_> = changed.into_iter().map(ProductChange::Rows).collect();
    let notices = notice::write(OwnOrigin::draw().get(), &changes);
    client.query(NOTIFY, &[&notices]).await?;
    let answers = erased.len() as u64;
    Ok(Counts::from([(Kind::Question, questions_erased), (Kind::Answer, answers), (Kind::Photo, photos)]))
}
