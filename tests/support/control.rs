//! What tests do to a throw-away server: look into it, copy its databases, stop it, kill it, start it again.

use std::path::Path;

use super::cluster::{Cluster, as_server_account, run};

impl Cluster {
    /// Runs a statement in the database of an address that [`fresh_database`](Self::fresh_database) gave, and
    /// returns the rows as text.
    pub(crate) fn query(&self, address: &str, sql: &str) -> String {
        self.sql(database(address), sql)
    }

    /// Makes a copy of the database of an address, to which nobody is connected, and returns its address.
    pub(crate) fn copy_of(&self, address: &str) -> String {
        self.database_like(database(address))
    }

    /// Runs a one-line statement while the server is stopped, so that nobody can connect meanwhile.
    pub(crate) fn query_while_stopped(&self, address: &str, sql: &str) {
        let script = self.directory.join("statement.sql");
        std::fs::write(&script, format!("{sql}\n")).expect("a file");
        let mut single = as_server_account(&self.programs.join("postgres"));
        single.args(["--single", "-D", "data", database(address)]).current_dir(&self.directory);
        run(single.stdin(std::fs::File::open(script).expect("the file")));
    }

    /// A folder that the server reads and tests write.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Runs a program as the account that runs the server, in its folder.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) {
        run(as_server_account(Path::new(program)).args(arguments).current_dir(&self.directory));
    }

    /// Ends the server without any ceremony, as if it had crashed.
    pub(crate) fn stop(&self) {
        self.control(&["-m", "immediate", "-w", "stop"]);
    }

    /// Starts it again with the same data.
    pub(crate) fn start_again(&self) {
        self.control(&["-l", "log", "-w", "start"]);
    }

    fn control(&self, arguments: &[&str]) {
        let mut control = as_server_account(&self.programs.join("pg_ctl"));
        run(control.args(["-D", "data"]).args(arguments).current_dir(&self.directory));
    }
}

/// The name of the database of an address.
fn database(address: &str) -> &str {
    address.trim_start_matches("postgres://atelier@/").split('?').next().expect("a name")
}
