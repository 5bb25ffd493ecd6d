//! How long a moderator waits for a page of the queue when much waits: fills an empty store with
//! rows that wait, and asks for pages in each order without a server between. The store is left
//! full, and is asked again without being filled.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};
use atelier::domain::{
    AuthorRole, Body, Digest, Email, Finding, Id, Name, NewQuestion, Origin, ProductId, Reason, State,
    Timestamp,
};
use atelier::store::moderation::{
    ModerationAnswer, ModerationQuery, QueueClass, QueuePlace, QueueQuery, QueueSort,
};
use atelier::store::{Command, Reader, StoreAddress};
use clap::Args;

use super::delay::summary;

/// Rows of a transaction.
const ROWS_PER_COMMIT: u64 = 1_000;

/// Rows of a page.
const PAGE_ROWS: usize = 25;

/// Rows of an author.
const ROWS_PER_AUTHOR: u64 = 20;

/// When the first row came, and how many milliseconds lie between two rows.
const FIRST_AT: i64 = 1_700_000_000_000;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The store's address, as `atelier --store` takes it.
    store: String,
    /// How many rows wait; with fewer in the store, so many more are added.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// How many pages are asked for in each order.
    #[arg(long, default_value_t = 1_000)]
    pages: u64,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let store = options.store.parse::<StoreAddress>()?.open_or_create()?;
    let mut reader = store.reader()?;
    let ModerationAnswer::Counts(counts) = reader.moderation(&ModerationQuery::Counts)? else {
        bail!("the queue was not counted");
    };
    let mut writer = store.writer(Arc::new(|_| {}))?;
    let mut number = counts.queue[QueueClass::Pending as usize].rows;
    while number < options.rows {
        let rows = ROWS_PER_COMMIT.min(options.rows - number);
        let commands = (number..number + rows).map(question).collect::<anyhow::Result<Vec<_>>>()?;
        writer.commit(&commands)?;
        number += rows;
    }
    for sort in [QueueSort::Priority, QueueSort::Oldest, QueueSort::Newest] {
        let mut waits = Vec::new();
        for page in 0..options.pages {
            // All over the queue, not only where it begins.
            let behind = page * 7_919 % options.pages * (options.rows / options.pages);
            let asked = Instant::now();
            let rows = ask(reader.as_mut(), sort, behind)?;
            waits.push(asked.elapsed());
            if rows == 0 {
                bail!("a page behind row {behind} is empty");
            }
        }
        println!("{sort:?}: {}", summary(&mut waits));
    }
    Ok(())
}

/// Asks for a page of rows that came after so many others; returns how many it has.
fn ask(reader: &mut dyn Reader, sort: QueueSort, behind: u64) -> anyhow::Result<usize> {
    let first = QueuePlace {
        class: if sort == QueueSort::Priority { QueueClass::Pending as u8 } else { 0 },
        since: at(behind + PAGE_ROWS as u64),
        target: atelier::domain::Target::Question(Id::new(1)?),
    };
    let query = QueueQuery {
        state: None,
        kind: None,
        reason: None,
        product_id: None,
        author: None,
        claimed: None,
        since: None,
        until: None,
        text: None,
        sort,
        after: Some(first),
        limit: PAGE_ROWS,
        now: at(0),
    };
    match reader.moderation(&ModerationQuery::Queue(query))? {
        ModerationAnswer::Queue { items, .. } => Ok(items.len()),
        other => bail!("not a page: {other:?}"),
    }
}

fn at(number: u64) -> Timestamp {
    Timestamp::nearest(FIRST_AT + number.cast_signed())
}

fn question(number: u64) -> anyhow::Result<Command> {
    let author = (u128::from(number / ROWS_PER_AUTHOR)).to_be_bytes();
    let finding = Finding { reason: Reason::PolicyAll, field: None, matched: None, at: None, holds: true };
    let origin = Origin {
        state: State::Pending,
        author: Some(Digest::from_bytes(author)),
        is_identified: true,
        role: AuthorRole::Shopper,
        is_verified_buyer: false,
        client: Some(Digest::from_bytes(author)),
        text: Some(Digest::from_bytes(u128::from(number).to_be_bytes())),
        findings: vec![finding],
    };
    let question = NewQuestion {
        product_id: ProductId::new(1 + number % 100_000).context("a product")?,
        body: Body::parse(&format!("Does number {number} run large, or should I order my size?"), 1_000)?,
        name: Name::parse("Ada", 60)?,
        email: Email::parse("ada@example.com", 254)?,
    };
    Ok(Command::AddQuestion {
        question,
        written_at: at(number),
        submission: None,
        origin: Some(Box::new(origin)),
    })
}
