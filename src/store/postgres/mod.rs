//! The store on a PostgreSQL server, for several processes at once. Every session has a connection
//! of its own, driven by the thread that uses it; a batch costs one or two round trips. Caching and
//! batching are `service`'s. Deliberately absent: a pool of connections. With batches, none is
//! needed.

mod check;
mod connect;
mod counts;
mod decode;
mod dump;
mod erase;
mod load;
mod locks;
mod moderation;
mod notices;
mod read;
mod schema;
mod tables;
mod write;

use std::sync::Arc;

pub use connect::address::PostgresAddress;

use self::connect::server::Server;
use self::connect::session::{Session, Unprepared};
use self::connect::statement::Naming;
use super::{
    BulkLoad, ChangeSink, Counts, Dump, Finding, LoadMode, Migrated, PersonRows, Reader, Sessions,
    StoreError, Upkeep, Writer,
};
use crate::domain::Set;

/// A store in a PostgreSQL database.
pub struct PostgresStore {
    /// What answers requests, perhaps through a pooler.
    server: Arc<Server>,
    /// The same database without a pooler, for what lasts longer than a transaction.
    direct: Arc<Server>,
}

impl PostgresStore {
    fn of(address: &PostgresAddress) -> Result<Self, StoreError> {
        let server = Arc::new(Server::new(address.config(), address.naming(), address.trust())?);
        let direct = match address.direct() {
            Some(config) => Arc::new(Server::new(config, Naming::Named, address.trust())?),
            None => Arc::clone(&server),
        };
        Ok(Self { server, direct })
    }

    /// Opens a database whose tables are there and of this version.
    ///
    /// # Errors
    /// [`StoreError::WrongSchema`] when they are not, with what to do; [`StoreError::BadAddress`]
    /// when the server refuses user or database; [`StoreError::Unavailable`] when it cannot be
    /// reached.
    pub fn open(address: &PostgresAddress) -> Result<Self, StoreError> {
        let store = Self::of(address)?;
        schema::require_current(&mut Session::open(&store.direct)?, address)?;
        Ok(store)
    }

    /// Opens a database; one without any table of ours gets them first.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_or_create(address: &PostgresAddress) -> Result<Self, StoreError> {
        let store = Self::of(address)?;
        let mut session = Session::open(&store.direct)?;
        if schema::seen(&mut session)? == 0 {
            schema::migrate(&mut session)?;
        }
        schema::require_current(&mut session, address)?;
        Ok(store)
    }

    /// Makes the tables, or brings them up to date. Safe when two processes do it at once.
    ///
    /// # Errors
    /// [`StoreError::WrongSchema`] when the tables are another program's or a later version's.
    pub fn migrate(address: &PostgresAddress) -> Result<Migrated, StoreError> {
        schema::migrate(&mut Session::open(&Self::of(address)?.direct)?)
    }
}

impl Sessions for PostgresStore {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(read::PostgresReader::open(&self.server)?))
    }

    fn writer(&self, elsewhere: ChangeSink) -> Result<Box<dyn Writer>, StoreError> {
        Ok(Box::new(write::PostgresWriter::open(&self.server, &self.direct, elsewhere)?))
    }

    fn writers(&self, elsewhere: ChangeSink) -> Result<Vec<Box<dyn Writer>>, StoreError> {
        let first = write::PostgresWriter::open(&self.server, &self.direct, elsewhere)?;
        let second = first.open_second(&self.server)?;
        Ok(vec![Box::new(first), Box::new(second)])
    }
}

impl Upkeep for PostgresStore {
    fn bulk_load(&self, sets: &[Set], mode: LoadMode) -> Result<Box<dyn BulkLoad>, StoreError> {
        Ok(Box::new(load::PostgresBulkLoad::begin(&self.direct, sets, mode)?))
    }

    fn dump(&self) -> Result<Box<dyn Dump>, StoreError> {
        Ok(Box::new(dump::PostgresDump::begin(&self.direct)?))
    }

    fn erase(&self, person: &PersonRows) -> Result<Counts, StoreError> {
        erase::erase(&self.direct, person)
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        Session::<Unprepared>::open(&self.direct)?
            .read(async |client, _| load::are_empty(client, &Set::ALL).await)
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        Session::<Unprepared>::open(&self.direct)?.read(async |client, _| counts::count_all(client).await)
    }

    fn check(&self, report: &mut dyn FnMut(Finding)) -> Result<Counts, StoreError> {
        check::check(&mut Session::open(&self.direct)?, report)
    }
}
