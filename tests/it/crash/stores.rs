//! The crash tests access stores without the program: they copy them, look at their tables, and
//! wait until a database has noticed a killed program.

use std::path::Path;

use crate::support::StoreKind;
use crate::support::cluster::Cluster;
use crate::support::place::Place;
use crate::support::program::until;

/// The name of the sessions of programs that will be killed.
const DOOMED: &str = "doomed";

impl Place {
    /// A copy of a store that nobody has open.
    pub(crate) fn copy_of(&self, address: &str) -> String {
        match self.kind {
            StoreKind::Sqlite => {
                let copy = self.fresh_file();
                std::fs::copy(file(address), &copy).expect("the store is copied");
                format!("sqlite:{}", copy.display())
            }
            StoreKind::Postgres | StoreKind::PostgresPooled => Cluster::shared().copy_of(address),
        }
    }

    /// The address of a store for a program that will be killed.
    pub(crate) fn for_the_doomed(&self, address: &str) -> String {
        match self.kind {
            StoreKind::Sqlite => address.to_owned(),
            StoreKind::Postgres | StoreKind::PostgresPooled => format!("{address}&application_name={DOOMED}"),
        }
    }

    /// Waits until the store has noticed the killed programs: a server runs the statements that it
    /// received before it notices the closed connection.
    pub(crate) fn wait_for_killed_programs(&self) {
        if self.kind != StoreKind::Sqlite {
            let living =
                format!("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '{DOOMED}%'");
            until("the end of a killed program's sessions", || {
                Cluster::shared().sql("postgres", &living) == "0"
            });
        }
    }

    /// The names of all tables and indexes of a store.
    pub(crate) fn tables(&self, address: &str) -> String {
        match self.kind {
            StoreKind::Sqlite => {
                let connection = rusqlite::Connection::open(file(address)).expect("the file opens");
                let sql = "SELECT group_concat(name) FROM (SELECT name FROM sqlite_master ORDER BY name)";
                connection.query_row(sql, [], |row| row.get(0)).expect("names")
            }
            StoreKind::Postgres | StoreKind::PostgresPooled => Cluster::shared().query(
                address,
                "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace",
            ),
        }
    }
}

/// The file of an address.
fn file(address: &str) -> &Path {
    Path::new(address.strip_prefix("sqlite:").expect("an SQLite address"))
}
