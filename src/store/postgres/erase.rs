//! Erases what belongs to a person: names, addresses, texts and photos, in one transaction that
//! notifies other processes. The rows stay. Finding them is not done here.

use std::sync::Arc;

use tokio_postgres::Client;

use super::connect::failure::Failure;
use super::connect::server::Server;
use super::connect::session::{Session, Unprepared};
use super::decode::bigint;
use super::moderation::PostgresRows;
use super::notices::listen::OwnOrigin;
use super::notices::notice::{self, NOTIFY};
use super::tables::id_name;
use crate::domain::{Id, Kind, ProductId, Target};
use crate::store::moderation::forget::forget_person;
use crate::store::{Counts, ERASED_BODY, ERASED_NAME, PersonRows, ProductChange, StoreError, photographed};

/// How often the transaction is carried out before its failure is reported: others may hold its
/// rows.
const MAX_ATTEMPTS: u32 = 5;

/// How long rows that get votes meanwhile are waited for. Writes behind them wait as well.
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = '2s'";

// Digests of erased texts and addresses.
const SUBMISSIONS: &str = "
    DELETE FROM submissions WHERE question_id = ANY ($1::bigint[]) OR answer_id = ANY ($2::bigint[])
                               OR review_id = ANY ($3::bigint[])";

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
            Ok((erased, gone)) => {
                let mut rows = PostgresRows::new(&mut session);
                forget_person(&mut rows, gone.into_iter(), person.subject).map_err(Failure::before_commit)?;
                break erased;
            }
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

/// Keys of rows that were erased.
#[derive(Default)]
struct Erased {
    products: Vec<i64>,
    ids: Vec<i64>,
}

/// Everything but the `COMMIT`.
async fn transact(client: &Client, person: &PersonRows) -> Result<(Counts, Vec<Target>), Failure> {
    client.batch_execute(BEGIN).await?;
    let mut counts = Counts::default();
    let mut changes = Vec::new();
    let mut gone = [const { Vec::new() }; Kind::COUNT];
    for kind in Kind::all() {
        let Some(email) = kind.email_column() else { continue };
        let erased = erase_authors(client, person, kind, email).await?;
        if erased.ids.is_empty() {
            continue;
        }
        counts.add(kind, erased.ids.len() as u64);
        for photos in Kind::all().filter(|photos| photographed(*photos).is_some_and(|(of, _)| of == kind)) {
            counts.add(photos, erase_photos(client, photos, &erased).await?);
        }
        let change = if kind == Kind::Review { ProductChange::Reviews } else { ProductChange::Rows };
        changes.extend(
            erased
                .products
                .iter()
                .filter_map(|&product_id| Some(change(ProductId::new(product_id.cast_unsigned()).ok()?))),
        );
        gone[kind as usize] = erased.ids;
    }
    // Others would forget what they have in memory.
    if changes.is_empty() {
        return Ok((counts, Vec::new()));
    }
    let [questions, answers, reviews] =
        [Kind::Question, Kind::Answer, Kind::Review].map(|kind| &gone[kind as usize]);
    client.execute(SUBMISSIONS, &[questions, answers, reviews]).await?;
    changes.sort_unstable_by_key(|change| (change.product_id(), matches!(change, ProductChange::Reviews(_))));
    changes.dedup();
    let notices = notice::write(OwnOrigin::draw().get(), &changes);
    client.query(NOTIFY, &[&notices]).await?;
    let id = |id: &i64| id.cast_unsigned();
    let targets = questions
        .iter()
        .filter_map(|number| Some(Target::Question(Id::new(id(number)).ok()?)))
        .chain(answers.iter().filter_map(|number| Some(Target::Answer(Id::new(id(number)).ok()?))))
        .chain(reviews.iter().filter_map(|number| Some(Target::Review(Id::new(id(number)).ok()?))));
    Ok((counts, targets.collect()))
}

/// Erases names, addresses and texts of the rows of a kind that still have the person's address.
async fn erase_authors(
    client: &Client,
    person: &PersonRows,
    kind: Kind,
    email: usize,
) -> Result<Erased, Failure> {
    let (table, id) = (kind.definition().table, id_name(kind));
    let Some(own_id) = kind.id_column() else { return Ok(Erased::default()) };
    let products: Vec<i64> = person.of(kind).map(|row| bigint(row.product_id())).collect();
    let ids: Vec<i64> = person.of(kind).map(|row| row.value(own_id).cast_signed()).collect();
    let emails: Vec<&str> = person.of(kind).map(|row| row.text(email)).collect();
    // A heading says as much as a text, and may be empty.
    let heading = if kind == Kind::Review { ", summary = ''" } else { "" };
    let update = format!(
        "UPDATE {table} t SET name = $1, email = '', body = $2{heading}
         FROM unnest($3::bigint[], $4::bigint[], $5::text[]) AS e (product_id, id, email)
         WHERE t.product_id = e.product_id AND t.{id} = e.id AND t.email = e.email
         RETURNING t.product_id, t.{id}"
    );
    let mut erased = Erased::default();
    for row in client.query(&update, &[&ERASED_NAME, &ERASED_BODY, &products, &ids, &emails]).await? {
        erased.products.push(row.try_get(0)?);
        erased.ids.push(row.try_get(1)?);
    }
    Ok(erased)
}

/// Deletes the photos of erased rows.
async fn erase_photos(client: &Client, photos: Kind, erased: &Erased) -> Result<u64, Failure> {
    let definition = photos.definition();
    let Some((_, parent)) = photographed(photos) else { return Ok(0) };
    let (table, parent) = (definition.table, definition.columns[parent].name);
    let delete = format!(
        "DELETE FROM {table} p USING unnest($1::bigint[], $2::bigint[]) AS e (product_id, id)
         WHERE p.product_id = e.product_id AND p.{parent} = e.id"
    );
    Ok(client.execute(&delete, &[&erased.products, &erased.ids]).await?)
}
