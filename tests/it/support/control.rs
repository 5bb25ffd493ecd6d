//! Controls a throw-away server of tests: runs statements, copies databases, stops, kills and
//! starts it again.

use std::path::Path;
use std::process::Command;

use super::cluster::{Cluster, as_server_account, run};

impl Cluster {
    /// A standby of another server.
    pub(crate) fn standby_of(primary: &Self) -> Self {
        Self::make("", primary.directory())
    }

    /// Runs a statement in the database of an address that [`fresh_database`](Self::fresh_database)
    /// gave, and returns the rows as text.
    pub(crate) fn query(&self, address: &str, sql: &str) -> String {
        self.sql(database(address), sql)
    }

    /// Makes a copy of the database of an address, to which nobody is connected, and returns its
    /// address.
    pub(crate) fn copy_of(&self, address: &str) -> String {
        self.database_like(database(address))
    }

    /// Removes the database of an address, with the sessions that are still in it.
    pub(crate) fn remove(&self, address: &str) {
        self.change(&format!("DROP DATABASE {} WITH (FORCE)", database(address)));
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

    /// Ends the server at once, as if it had crashed.
    pub(crate) fn stop(&self) {
        self.control(&["-m", "immediate", "-w", "stop"]);
    }

    /// Ends the server in an orderly way, its connections included.
    pub(crate) fn shut_down(&self) {
        self.control(&["-m", "fast", "-w", "stop"]);
    }

    /// Kills every process of the server, so that none can clean up or close its connections.
    pub(crate) fn kill(&self) {
        let lock = self.directory.join("data/postmaster.pid");
        let text = std::fs::read_to_string(&lock).expect("a running server");
        let server = text.lines().next().expect("its number").to_owned();
        let mut processes = vec![server.clone()];
        processes.extend(processes_of(&server));
        run(Command::new("kill").arg("-KILL").args(&processes));
        while processes.iter().any(|process| state_and_parent(process).is_some_and(|(state, _)| state != "Z"))
        {
            std::thread::yield_now();
        }
        // Where no parent waits for killed processes, they keep their numbers, and the server would
        // not start.
        for file in [lock, self.directory.join(".s.PGSQL.5432.lock")] {
            std::fs::remove_file(file).expect("a file of the server's");
        }
    }

    /// From now on no file of the server's gets larger than this, as on a full disk; `None` ends
    /// that.
    pub(crate) fn limit_files(&self, max_bytes: Option<u64>) {
        let lock =
            std::fs::read_to_string(self.directory.join("data/postmaster.pid")).expect("a running server");
        let server = lock.lines().next().expect("its number").to_owned();
        let limit = max_bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        // The limit of the first process comes first: new processes inherit it.
        self.run("prlimit", &["--pid", &server, &format!("--fsize={limit}:")]);
        for process in processes_of(&server) {
            let mut command = as_server_account(Path::new("prlimit"));
            let status = command.args(["--pid", &process, &format!("--fsize={limit}:")]).status();
            let is_limited = status.expect("prlimit runs").success();
            assert!(is_limited || state_and_parent(&process).is_none(), "process {process} is not limited");
        }
    }

    /// Whether its first process is gone.
    pub(crate) fn is_gone(&self) -> bool {
        !self.directory.join("data/postmaster.pid").exists()
    }

    /// Begins to start it again with the same data.
    pub(crate) fn begin_to_start(&self) {
        self.control(&["-l", "log", "-W", "start"]);
    }

    /// Whether it takes connections.
    pub(crate) fn is_ready(&self) -> bool {
        let mut command = Command::new(self.programs.join("pg_isready"));
        command.arg("-q").arg("-h").arg(&self.directory).status().expect("pg_isready runs").success()
    }

    /// Starts it again with the same data.
    pub(crate) fn start_again(&self) {
        self.control(&["-l", "log", "-w", "start"]);
    }

    /// Makes a standby a server of its own and waits until it takes writes.
    pub(crate) fn promote(&self) {
        self.control(&["-w", "promote"]);
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

/// The state of a process and the number of its parent; `None` when it is gone.
fn state_and_parent(process: &str) -> Option<(String, String)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = text.rsplit_once(") ")?;
    let mut words = after_name.split(' ').map(str::to_owned);
    Some((words.next()?, words.next()?))
}

/// The children of a process.
fn processes_of(parent: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").expect("a list of processes").flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().into_string().ok());
    numbers.filter(|number| state_and_parent(number).is_some_and(|(_, of)| of == parent)).collect()
}
