//! The address of a store, as an operator writes it, and opening it. The scheme picks the kind.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use super::sqlite::SqliteStore;
use super::{Store, StoreError};

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreAddress {
    /// `sqlite:PATH`: one SQLite file.
    Sqlite(PathBuf),
}

impl StoreAddress {
    /// Opens the store; an SQLite file is created or upgraded.
    pub fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Sqlite(path) => Ok(Arc::new(SqliteStore::open(path)?)),
        }
    }

    /// Opens a store that is there already.
    ///
    /// # Errors
    /// Also when there is no such file: whoever only reads must not create an empty store by a typing error.
    pub fn open_existing(&self) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Sqlite(path) if !path.exists() => {
                Err(StoreError::BadAddress("there is no such file".to_owned()))
            }
            Self::Sqlite(_) => self.open(),
        }
    }
}

impl FromStr for StoreAddress {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => {
                let path = path.strip_prefix("//").unwrap_or(path);
                Ok(Self::Sqlite(PathBuf::from(path)))
            }
            _ => Err(StoreError::BadAddress(format!("{text:?} is not a store; write sqlite:FILE"))),
        }
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
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
        for bad in ["", "sqlite:", "atelier.db", "mysql://x"] {
            assert!(bad.parse::<StoreAddress>().is_err(), "{bad}");
        }
    }
}
