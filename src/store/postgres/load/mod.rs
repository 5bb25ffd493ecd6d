//! Loads many rows. It copies them into new tables (`questions_load` and so on), has them indexed,
//! and puts them in place of those in use by one short transaction. Readers see the old rows until
//! then and the new ones after that. A killed load leaves tables that the next load drops. `build`
//! completes the copied tables.

mod build;
mod table;

use std::pin::Pin;
use std::sync::Arc;

use tokio_postgres::Client;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::ToSql;

use self::build::Builder;
use self::table::Table;
use super::connect::failure::Failure;
use super::connect::server::Server;
use super::connect::session::{Session, Unprepared};
use super::decode::{Milliseconds, bigint};
use super::locks::{LOCK_LOAD, LOCK_TIMEOUT, MAX_LOCK_ATTEMPTS, STAY_IN_SCHEMA};
use super::notices::notice::{EVERYTHING, NOTIFY};
use super::schema;
use crate::domain::{Kind, Set, Timestamp};
use crate::store::{BulkLoad, Counts, LastIds, LoadMode, RecordRow, RowBatch, StoreError};

/// A load that has just ended may hold its lock until the server notices that its connection is
/// closed.
const LOAD_LOCK_TIMEOUT: &str = "SET lock_timeout = '2s'";

/// Drops what a load has made.
const CLEAR_AWAY: &str = "DROP TABLE IF EXISTS photos_load, answers_load, questions_load";

/// A load under way.
pub(crate) struct PostgresBulkLoad {
    session: Session<Unprepared>,
    builder: Builder,
    mode: LoadMode,
    /// The table that is being copied into, and how.
    copying: Option<(Table, Pin<Box<BinaryCopyInWriter>>)>,
    finished: Option<Table>,
    in_place: bool,
    counts: Counts,
    last_ids: LastIds,
}

impl PostgresBulkLoad {
    pub(crate) fn begin(server: &Arc<Server>, mode: LoadMode) -> Result<Self, StoreError> {
        let mut session = Session::<Unprepared>::open(server)?;
        schema::require_utf8(&mut session)?;
        session.ask_patiently(async |client, _| begin(client, mode).await).map_err(Failure::before_commit)?;
        Ok(Self {
            session,
            builder: Builder::start(server)?,
            mode,
            copying: None,
            finished: None,
            in_place: false,
            counts: Counts::default(),
            last_ids: LastIds::default(),
        })
    }

    /// Begins to copy into `table`; the tables before it are finished and given to the builder.
    fn reach(&mut self, table: Option<Table>) -> Result<(), StoreError> {
        if table.is_some() && table <= self.finished {
            let order = "a load takes all questions, then all answers, then all photos";
            return Err(StoreError::Unavailable(order.to_owned()));
        }
        loop {
            if self.copying.as_ref().map(|(copying, _)| *copying) == table && table.is_some() {
                return Ok(());
            }
            self.finish_copy()?;
            let next = match self.finished {
                None => Some(Table::Questions),
                Some(finished) => finished.next(),
            };
            let Some(next) = next else { return Ok(()) };
            let writer = self.session.ask_patiently(async |client, _| {
                client.batch_execute(next.create()).await?;
                let sink = client.copy_in(next.copy()).await?;
                Ok(Box::pin(BinaryCopyInWriter::new(sink, next.types())))
            });
            self.copying = Some((next, writer.map_err(Failure::before_commit)?));
        }
    }

    fn finish_copy(&mut self) -> Result<(), StoreError> {
        let Some((table, mut writer)) = self.copying.take() else { return Ok(()) };
        self.session
            .ask_patiently(async |client, _| {
                writer.as_mut().finish().await?;
                Ok(client.batch_execute(table.complete()).await?)
            })
            .map_err(Failure::before_commit)?;
        self.finished = Some(table);
        self.builder.build(table);
        Ok(())
    }

    /// Copies rows into `table`.
    fn copy(
        &mut self,
        table: Table,
        add: impl AsyncFnOnce(Pin<&mut BinaryCopyInWriter>) -> Result<(), tokio_postgres::Error>,
    ) -> Result<(), StoreError> {
        self.reach(Some(table))?;
        let Self { session, copying: Some((_, writer)), .. } = self else { return Ok(()) };
        let copied = session.ask_patiently(async |_, _| {
            let Err(error) = add(writer.as_mut()).await else { return Ok(()) };
            // The server reports the reason, if there is one, at the end of the copy.
            writer.as_mut().finish().await?;
            Err(error.into())
        });
        copied.map_err(Failure::before_commit)
    }

    /// Puts the new tables in place of the old ones. Takes milliseconds once the old ones are free.
    fn put_in_place(&mut self) -> Result<(), StoreError> {
        // A sequence that gave out nothing yet stands at 1, not yet called, and stays so if nothing
        // was loaded.
        let raise = self.last_ids.each().map(|(_, name, id)| {
            format!("SELECT setval('{name}_ids', greatest({id}, last_value), is_called OR {id} > 0) FROM {name}_ids")
        });
        let raise = raise.collect::<Vec<_>>().join(";");
        let mode = self.mode;
        for attempt in 1.. {
            let placed = self.session.ask_patiently(async |client, _| {
                let placed = place(client, mode, &raise).await;
                if placed.is_err() {
                    client.batch_execute("ROLLBACK").await?;
                }
                placed
            });
            match placed {
                Ok(()) => break,
                // A writer that holds one table and wants another makes a deadlock, if only for a
                // moment.
                Err(failure)
                    if (failure.is_lock_timeout() || failure.may_pass_again())
                        && attempt < MAX_LOCK_ATTEMPTS =>
                {
                    tracing::info!("the tables are in use, trying again to put the new ones in their place");
                }
                Err(failure) => return Err(failure.before_commit()),
            }
        }
        self.session.commit()
    }
}

impl BulkLoad for PostgresBulkLoad {
    fn add(&mut self, batch: &RowBatch) -> Result<(), StoreError> {
        let kind = batch.kind();
        let table = match kind {
            Kind::Question => Table::Questions,
            Kind::Answer => Table::Answers,
            Kind::Photo => Table::Photos,
            _ if batch.is_empty() => return Ok(()),
            _ => return Err(StoreError::Unavailable(format!("{kind:?} cannot be loaded yet"))),
        };
        for row in batch.rows() {
            self.last_ids.raise(kind, row.value(0));
        }
        self.counts.add(kind, batch.len() as u64);
        self.copy(table, async |mut writer| {
            for row in batch.rows() {
                let (product_id, id, parent) = (bigint(row.product_id()), number(row, 0), number(row, 1));
                if kind == Kind::Photo {
                    let values: [&(dyn ToSql + Sync); 4] = [&product_id, &id, &parent, &row.text(2)];
                    writer.as_mut().write(&values).await?;
                    continue;
                }
                let (written_at, helpful) = (Milliseconds(number(row, 3)), number(row, 7));
                let (reported, texts) = (row.value(6) != 0, [row.text(2), row.text(4), row.text(5)]);
                let mut values: Vec<&(dyn ToSql + Sync)> = vec![&product_id, &id];
                if kind == Kind::Answer {
                    values.push(&parent);
                }
                values.extend([&written_at as &(dyn ToSql + Sync), &helpful, &reported]);
                values.extend(texts.iter().map(|text| text as &(dyn ToSql + Sync)));
                writer.as_mut().write(&values).await?;
            }
            Ok(())
        })
    }

    fn raise_last_ids(&mut self, last_ids: LastIds) {
        self.last_ids = self.last_ids.max_of_each(last_ids);
    }

    fn imported_before(&mut self, _: Set, _: Option<Timestamp>) {}

    fn commit(mut self: Box<Self>, _: Timestamp) -> Result<Counts, StoreError> {
        self.reach(None)?;
        self.builder.finish(&mut self.session)?;
        self.put_in_place()?;
        self.in_place = true;
        Ok(self.counts)
    }
}

fn number(row: RecordRow<'_>, column: usize) -> i64 {
    row.value(column).cast_signed()
}

impl Drop for PostgresBulkLoad {
    /// Drops the tables that were not put in place. If that fails, the next load does it.
    fn drop(&mut self) {
        if self.in_place {
            return;
        }
        self.copying = None;
        // The copy that was under way has failed its transaction.
        let ended = self.session.run("ROLLBACK");
        self.builder.give_up(&mut self.session);
        if let Err(error) = ended.and_then(|()| self.session.run(CLEAR_AWAY)) {
            tracing::warn!(%error, "the tables of a failed import stay until the next one");
        }
    }
}

/// Takes the lock of a load until the connection ends, and drops the tables that a killed load has
/// left.
async fn begin(client: &Client, mode: LoadMode) -> Result<(), Failure> {
    client.batch_execute(LOAD_LOCK_TIMEOUT).await?;
    match client.batch_execute(LOCK_LOAD).await.map_err(Failure::from) {
        Err(failure) if failure.is_lock_timeout() => {
            return Err(StoreError::Unavailable("another import is under way".to_owned()).into());
        }
        result => result?,
    }
    client.batch_execute("SET lock_timeout = 0").await?;
    client.batch_execute(STAY_IN_SCHEMA).await?;
    client.batch_execute(CLEAR_AWAY).await?;
    refuse_rows(client, mode).await
}

async fn refuse_rows(client: &Client, mode: LoadMode) -> Result<(), Failure> {
    if mode == LoadMode::IntoEmpty && !is_empty(client).await? {
        return Err(StoreError::NotEmpty.into());
    }
    Ok(())
}

/// Whether there is no row at all.
pub(crate) async fn is_empty(client: &Client) -> Result<bool, Failure> {
    Ok(client
        .query_one_scalar(
            "SELECT NOT EXISTS (SELECT 1 FROM questions) AND NOT EXISTS (SELECT 1 FROM answers)
                AND NOT EXISTS (SELECT 1 FROM photos)",
            &[],
        )
        .await?)
}

/// Everything but the `COMMIT`.
async fn place(client: &Client, mode: LoadMode, raise_last_ids: &str) -> Result<(), Failure> {
    client.batch_execute(&format!("BEGIN; {LOCK_TIMEOUT}")).await?;
    client
        .batch_execute("LOCK TABLE questions, answers, photos, submissions IN ACCESS EXCLUSIVE MODE")
        .await?;
    // Again: a server may have written since the load began.
    refuse_rows(client, mode).await?;
    client.batch_execute(build::PUT_IN_PLACE).await?;
    // Otherwise submissions of the former rows would count as duplicates for the new ones.
    client.batch_execute("TRUNCATE submissions").await?;
    client.batch_execute(raise_last_ids).await?;
    client.query(NOTIFY, &[&[EVERYTHING].as_slice()]).await?;
    Ok(())
}
