//! The address of a store, as an operator writes it. Its scheme decides which kind of store is
//! opened. Each kind opens itself.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use super::postgres::{PostgresAddress, PostgresStore};
use super::sqlite::{SqliteStore, backup};
use super::{Counts, LoadMode, Migrated, PagesCopied, Store, StoreError};

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreAddress {
    /// `sqlite:FILE`: one SQLite file.
    Sqlite(PathBuf),
    /// `postgres://…` or `postgresql://…`: a database on a PostgreSQL server.
    Postgres(PostgresAddress),
}

impl StoreAddress {
    /// Opens the store to serve from it. An SQLite file is created or upgraded; a PostgreSQL
    /// database may be shared by servers of different versions, so its tables are not touched here.
    ///
    /// # Errors
    /// [`StoreError::WrongSchema`] when a PostgreSQL database was not [migrated](Self::migrate).
    pub fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Sqlite(path) => Ok(Arc::new(SqliteStore::open(path)?)),
            Self::Postgres(address) => Ok(Arc::new(PostgresStore::open(address)?)),
        }
    }

    /// Opens the store to fill it: as [`open`](Self::open), but a database without any table of
    /// ours gets them.
    pub fn open_or_create(&self) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Sqlite(_) => self.open(),
            Self::Postgres(address) => Ok(Arc::new(PostgresStore::open_or_create(address)?)),
        }
    }

    /// Opens a store that is there already.
    ///
    /// # Errors
    /// Also when there is no such file: a command that only reads must not create an empty store
    /// after a typing error.
    pub fn open_existing(&self) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Sqlite(path) if !path.exists() => Err(no_such_file()),
            Self::Sqlite(_) | Self::Postgres(_) => self.open(),
        }
    }

    /// Copies a store, which may be in use, into the empty file `target`. The copy shows the moment
    /// of its start.
    ///
    /// # Errors
    /// [`StoreError::BadAddress`] when there is no such file, and for PostgreSQL, which has its own
    /// tools.
    pub fn back_up(&self, target: &Path, progress: &mut dyn FnMut(PagesCopied)) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(path) if !path.exists() => Err(no_such_file()),
            Self::Sqlite(path) => backup::back_up(path, target, progress),
            Self::Postgres(_) => Err(StoreError::BadAddress(
                "PostgreSQL is backed up with its own tools, pg_dump or pg_basebackup; atelier export and atelier copy \
                 work as well"
                    .to_owned(),
            )),
        }
    }

    /// Fills a store with the rows of such a copy, all or nothing. Servers may be using the store.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] when there are rows and `mode` does not replace them;
    /// [`StoreError::WrongSchema`] when one of the files is not a store of a known version;
    /// [`StoreError::BadAddress`] for PostgreSQL.
    pub fn restore(
        &self,
        backup: &Path,
        mode: LoadMode,
        progress: &mut dyn FnMut(PagesCopied),
    ) -> Result<Counts, StoreError> {
        match self {
            Self::Sqlite(path) => backup::restore(path, backup, mode, progress),
            Self::Postgres(_) => Err(StoreError::BadAddress(
                "a backup is restored into an SQLite store; from there atelier copy brings it to PostgreSQL"
                    .to_owned(),
            )),
        }
    }

    /// Creates the tables or brings them up to date.
    pub fn migrate(&self) -> Result<Migrated, StoreError> {
        match self {
            Self::Sqlite(path) => SqliteStore::migrate(path),
            Self::Postgres(address) => PostgresStore::migrate(address),
        }
    }
}

fn no_such_file() -> StoreError {
    StoreError::BadAddress("there is no such file".to_owned())
}

impl FromStr for StoreAddress {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !matches!(path, "" | "//") => sqlite_file(path).map(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text.parse()?)),
            // Not repeated here: it may hold a password.
            _ => Err(StoreError::BadAddress(
                "not the address of a store; write sqlite:FILE or postgres://USER@HOST/DATABASE".to_owned(),
            )),
        }
    }
}

/// The file that an address names, as `sqlite:FILE` or `sqlite://FILE`. Forms with a meaning for
/// SQLite or other programs are refused: they would become the name of a file.
fn sqlite_file(path: &str) -> Result<PathBuf, StoreError> {
    let path = path.strip_prefix("//").unwrap_or(path);
    let problem = if path.contains('?') {
        "it has a ?, and an SQLite store takes no parameters"
    } else if path.starts_with(":memory:") || path.starts_with("file:") {
        "a store is a file on disk, and :memory: and file: are none"
    } else {
        return Ok(PathBuf::from(path));
    };
    Err(StoreError::BadAddress(format!("not the address of a store: {problem}; write sqlite:FILE")))
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(address) => address.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_and_show() {
        let address: Result<StoreAddress, _> = "sqlite:/var/lib/atelier/atelier.db".parse();
        assert_eq!(
            address.map(|address| address.to_string()).ok().as_deref(),
            Some("sqlite:/var/lib/atelier/atelier.db")
        );
        for bad in ["", "sqlite:", "sqlite://", "atelier.db", "mysql://x"] {
            assert!(bad.parse::<StoreAddress>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_sqlite_address_is_a_path_and_nothing_else() {
        for (text, path) in [
            ("sqlite:x.db", "x.db"),
            ("sqlite://x.db", "x.db"),
            ("sqlite:///var/x.db", "/var/x.db"),
            ("sqlite:a:b@c#d.db", "a:b@c#d.db"),
        ] {
            assert_eq!(text.parse::<StoreAddress>().ok(), Some(StoreAddress::Sqlite(path.into())), "{text}");
        }
        for (text, problem) in [
            ("sqlite://x.db?mode=rwc", "takes no parameters"),
            ("sqlite:x.db?", "takes no parameters"),
            ("sqlite::memory:", "file on disk"),
            ("sqlite:file:x.db", "file on disk"),
        ] {
            let error = text.parse::<StoreAddress>().expect_err(text).to_string();
            assert!(error.contains(problem) && error.ends_with("write sqlite:FILE"), "{error}");
        }
    }
}
