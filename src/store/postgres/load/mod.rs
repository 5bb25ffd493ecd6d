//! Loads many rows. It copies them into new tables (`questions_load` and so on), has them indexed,
//! and puts them in place of those in use by one short transaction. Readers see the old rows until
//! then and the new ones after that. Tables of other sets are not touched. A killed load leaves
//! tables that the next load drops. `build` completes the copied tables.

mod build;
mod copy;
mod staged;
mod table;

use std::collections::VecDeque;
use std::sync::Arc;

use tokio_postgres::Client;

use self::build::Builder;
use self::copy::TableCopy;
use self::staged::StagedTables;
use super::connect::failure::Failure;
use super::connect::server::Server;
use super::connect::session::{Session, Unprepared};
use super::decode::Milliseconds;
use super::locks::{LOCK_LOAD, LOCK_TIMEOUT, MAX_LOCK_ATTEMPTS, STAY_IN_SCHEMA};
use super::notices::notice::{EVERYTHING, NOTIFY};
use super::{counts, schema};
use crate::domain::{Kind, Set, Timestamp};
use crate::store::moderation::{ModerationTable, TableRows};
use crate::store::{BulkLoad, Counts, LastIds, LoadMode, RowBatch, StoreError};

/// A load that has just ended may hold its lock until the server notices that its connection is
/// closed.
const LOAD_LOCK_TIMEOUT: &str = "SET lock_timeout = '2s'";

const FORGET_IMPORT: &str = "DELETE FROM imports WHERE set_name = $1";
const NOTE_IMPORT: &str = "INSERT INTO imports (set_name, imported_at) VALUES ($1, $2)";

/// A load under way.
pub(crate) struct PostgresBulkLoad {
    session: Session<Unprepared>,
    builder: Builder,
    sets: Vec<Set>,
    mode: LoadMode,
    /// The table that is being copied into.
    copying: Option<TableCopy>,
    /// Kinds that were not begun yet.
    left: VecDeque<Kind>,
    in_place: bool,
    counts: Counts,
    last_ids: LastIds,
    /// Sets whose rows are a copy, and when those were imported.
    imported_before: Vec<(Set, Option<Timestamp>)>,
    moderation: StagedTables,
}

impl PostgresBulkLoad {
    pub(crate) fn begin(server: &Arc<Server>, sets: &[Set], mode: LoadMode) -> Result<Self, StoreError> {
        let mut session = Session::<Unprepared>::open(server)?;
        schema::require_utf8(&mut session)?;
        session
            .ask_patiently(async |client, _| begin(client, sets, mode).await)
            .map_err(Failure::before_commit)?;
        Ok(Self {
            session,
            builder: Builder::start(server)?,
            sets: sets.to_vec(),
            mode,
            copying: None,
            left: table::kinds(sets).collect(),
            in_place: false,
            counts: Counts::default(),
            last_ids: LastIds::default(),
            imported_before: Vec::new(),
            moderation: StagedTables::default(),
        })
    }

    /// Begins to copy rows of a kind, or of none. The tables before it are finished and given to
    /// the builder.
    fn reach(&mut self, kind: Option<Kind>) -> Result<(), StoreError> {
        loop {
            let copying = self.copying.as_ref().map(TableCopy::kind);
            if kind.is_some() && copying == kind {
                return Ok(());
            }
            if kind.is_some_and(|kind| !self.left.contains(&kind)) {
                let order = "a load takes kinds of its sets alone, each at once, parents first";
                return Err(StoreError::Unavailable(order.to_owned()));
            }
            self.finish_copy()?;
            let Some(next) = self.left.pop_front() else { return Ok(()) };
            let copying = self.session.ask_patiently(async |client, _| {
                client.batch_execute(&table::create(next)).await?;
                Ok(TableCopy::begin(client, next).await?)
            });
            self.copying = Some(copying.map_err(Failure::before_commit)?);
        }
    }

    fn finish_copy(&mut self) -> Result<(), StoreError> {
        let Some(mut copying) = self.copying.take() else { return Ok(()) };
        let kind = copying.kind();
        self.session
            .ask_patiently(async |client, _| {
                copying.finish().await?;
                Ok(client.batch_execute(&table::complete(kind)).await?)
            })
            .map_err(Failure::before_commit)?;
        self.builder.build(kind);
        Ok(())
    }

    /// Puts the new tables in place of the old ones. Takes milliseconds once the old ones are free.
    fn put_in_place(&mut self, imported_at: Timestamp) -> Result<(), StoreError> {
        let before = |set| self.imported_before.iter().find(|(before, _)| *before == set);
        let import = |&set| (set, before(set).map_or(Some(imported_at), |&(_, imported_at)| imported_at));
        let imports: Vec<_> = self.sets.iter().map(import).collect();
        let placing = Placing {
            sets: &self.sets,
            mode: self.mode,
            imports: &imports,
            raise_last_ids: &table::raise(self.last_ids),
            moderation: &self.moderation,
        };
        for attempt in 1.. {
            let placed = self.session.ask_patiently(async |client, _| {
                let placed = placing.place(client).await;
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
        self.reach(Some(kind))?;
        if let Some(column) = kind.id_column().filter(|_| kind.grows()) {
            batch.rows().for_each(|row| self.last_ids.raise(kind, row.value(column)));
        }
        self.counts.add(kind, batch.len() as u64);
        let Self { session, copying: Some(copying), .. } = self else { return Ok(()) };
        let copied = session.ask_patiently(async |_, _| {
            let Err(error) = copying.add(batch).await else { return Ok(()) };
            // The server reports the reason, if there is one, at the end of the copy.
            copying.finish().await?;
            Err(error.into())
        });
        copied.map_err(Failure::before_commit)
    }

    fn add_of_moderation(&mut self, rows: &TableRows) -> Result<(), StoreError> {
        self.finish_copy()?;
        let Self { session, moderation, .. } = self;
        let added = session.ask_patiently(async |client, _| moderation.add(client, rows).await);
        added.map_err(Failure::before_commit)
    }

    fn drop_of_moderation(&mut self, table: ModerationTable) -> Result<(), StoreError> {
        self.moderation.drop_rows(table);
        Ok(())
    }

    fn raise_last_ids(&mut self, last_ids: LastIds) {
        self.last_ids = self.last_ids.max_of_each(last_ids);
    }

    fn imported_before(&mut self, set: Set, imported_at: Option<Timestamp>) {
        self.imported_before.push((set, imported_at));
    }

    fn commit(mut self: Box<Self>, imported_at: Timestamp) -> Result<Counts, StoreError> {
        self.reach(None)?;
        let kinds: Vec<Kind> = table::kinds(&self.sets).collect();
        self.builder.finish(&mut self.session, &kinds)?;
        self.put_in_place(imported_at)?;
        self.in_place = true;
        let others: Vec<Kind> = Kind::all().filter(|kind| !kinds.contains(kind)).collect();
        let others = self.session.read(async |client, _| counts::count(client, &others).await)?;
        for kind in Kind::all() {
            self.counts.add(kind, others.of(kind));
        }
        Ok(self.counts)
    }
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
        if let Err(error) = ended.and_then(|()| self.session.run(&table::clear_away())) {
            tracing::warn!(%error, "the tables of a failed import stay until the next one");
        }
    }
}

/// Takes the lock of a load until the connection ends, and drops the tables that a killed load has
/// left.
async fn begin(client: &Client, sets: &[Set], mode: LoadMode) -> Result<(), Failure> {
    client.batch_execute(LOAD_LOCK_TIMEOUT).await?;
    match client.batch_execute(LOCK_LOAD).await.map_err(Failure::from) {
        Err(failure) if failure.is_lock_timeout() => {
            return Err(StoreError::Unavailable("another import is under way".to_owned()).into());
        }
        result => result?,
    }
    client.batch_execute("SET lock_timeout = 0").await?;
    client.batch_execute(STAY_IN_SCHEMA).await?;
    client.batch_execute(&table::clear_away()).await?;
    refuse_rows(client, sets, mode).await
}

async fn refuse_rows(client: &Client, sets: &[Set], mode: LoadMode) -> Result<(), Failure> {
    if mode == LoadMode::IntoEmpty && !are_empty(client, sets).await? {
        return Err(StoreError::NotEmpty.into());
    }
    Ok(())
}

/// Whether none of the sets has a row.
pub(crate) async fn are_empty(client: &Client, sets: &[Set]) -> Result<bool, Failure> {
    Ok(client.query_one_scalar(&table::are_empty(sets), &[]).await?)
}

/// What one transaction puts in place.
struct Placing<'a> {
    sets: &'a [Set],
    mode: LoadMode,
    /// When each set was imported.
    imports: &'a [(Set, Option<Timestamp>)],
    raise_last_ids: &'a str,
    moderation: &'a StagedTables,
}

impl Placing<'_> {
    /// Everything but the `COMMIT`.
    async fn place(&self, client: &Client) -> Result<(), Failure> {
        client.batch_execute(&format!("BEGIN; {LOCK_TIMEOUT}")).await?;
        client.batch_execute(&table::lock(self.sets)).await?;
        // Again: a server may have written since the load began.
        refuse_rows(client, self.sets, self.mode).await?;
        client.batch_execute(&table::put_in_place(self.sets)).await?;
        if let Some(forget_submissions) = table::forget_submissions(self.sets) {
            client.batch_execute(forget_submissions).await?;
        }
        client.batch_execute(self.raise_last_ids).await?;
        client.batch_execute(&self.moderation.put_in_place(self.sets)).await?;
        for (set, imported_at) in self.imports {
            client.execute(FORGET_IMPORT, &[&set.name()]).await?;
            if let Some(imported_at) = imported_at {
                let imported_at = Milliseconds(imported_at.milliseconds());
                client.execute(NOTE_IMPORT, &[&set.name(), &imported_at]).await?;
            }
        }
        client.query(NOTIFY, &[&[EVERYTHING].as_slice()]).await?;
        Ok(())
    }
}
