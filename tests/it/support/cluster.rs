//! A throw-away PostgreSQL server for tests: one for a whole test program ([`Cluster::shared`]), or
//! one of its own for a test that stops it. A shell waits for the end of the test program, also
//! after a crash, then stops the server and removes its files. Only the programs of an installed
//! server are needed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

/// The account that runs the server when the tests run as root. PostgreSQL does not start as root.
pub(crate) const SERVER_ACCOUNT: &str = "postgres";

/// `fsync=off`: these tests kill the server, never the machine.
const SETTINGS: &str = "fsync=off listen_addresses='' max_connections=300 shared_buffers=64MB";

/// Makes a cluster, a new one or a standby, starts it, says so, and waits for the end of the test
/// program.
const WATCH: &str = r#"
    set -e
    if [ -z "$PRIMARY" ]; then
        "$BIN/initdb" -D "$DIR/data" -U atelier --auth=trust -E UTF8 --locale=C --no-sync >"$DIR/initdb.log" 2>&1
    else
        "$BIN/pg_basebackup" -h "$PRIMARY" -U atelier -D "$DIR/data" -R -c fast --no-sync >"$DIR/initdb.log" 2>&1
    fi
    for setting in $SETTINGS; do echo "$setting" >>"$DIR/data/postgresql.conf"; done
    echo "unix_socket_directories='$DIR'" >>"$DIR/data/postgresql.conf"
    "$BIN/pg_ctl" -D "$DIR/data" -l "$DIR/log" -w start >/dev/null
    echo ready
    read -r _ || true
    "$BIN/pg_ctl" -D "$DIR/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$DIR"
"#;

/// A running server with its own data.
pub(crate) struct Cluster {
    pub(crate) programs: PathBuf,
    pub(crate) directory: PathBuf,
    databases: AtomicU32,
    /// Only the shared server has a session: tests may stop the others, or count their connections.
    session: Option<Mutex<Session>>,
    /// The shell that waits. The system closes its standard input when this process ends.
    watch: Child,
}

impl Cluster {
    /// The server that all tests of this program share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| {
            let mut cluster = Self::start();
            cluster.session = Some(Mutex::new(Session::start(cluster.psql("postgres"))));
            cluster
        })
    }

    /// A server for one test.
    pub(crate) fn start() -> Self {
        Self::start_with("")
    }

    /// A server for one test with settings of its own, separated by spaces.
    pub(crate) fn start_with(settings: &str) -> Self {
        Self::make(settings, Path::new(""))
    }

    /// A new server, or a standby of the one whose socket is in the folder `primary`.
    pub(crate) fn make(settings: &str, primary: &Path) -> Self {
        let programs = programs();
        let directory = tempfile::tempdir().expect("a temporary folder").keep();
        if is_root() {
            run(Command::new("chown").arg(SERVER_ACCOUNT).arg(&directory));
        }
        let mut watch = as_server_account(Path::new("sh"))
            .args(["-c", WATCH])
            .env("BIN", &programs)
            .env("DIR", &directory)
            .env("PRIMARY", primary)
            .env("SETTINGS", format!("{SETTINGS} {settings}"))
            .current_dir(&directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let output = watch.stdout.take().expect("the output is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("the shell says something");
        let log = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap_or_default();
        assert_eq!(line.trim(), "ready", "no PostgreSQL server: {}{}", log("initdb.log"), log("log"));
        Self { programs, directory, databases: AtomicU32::new(0), session: None, watch }
    }

    /// Makes an empty database and returns its address.
    pub(crate) fn fresh_database(&self) -> String {
        self.database_like("template1")
    }

    /// Makes a database like another, to which nobody is connected, and returns its address.
    pub(crate) fn database_like(&self, template: &str) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.change(&format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"));
        format!("postgres://atelier@/{name}?host={}", self.directory.display())
    }

    /// Runs a statement that returns no rows and belongs to no database.
    pub(crate) fn change(&self, sql: &str) {
        match &self.session {
            Some(session) => session.lock().expect("no statement failed").run(sql),
            None => drop(self.sql("postgres", sql)),
        }
    }

    /// Runs a statement in a database and returns the rows as text.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        run(self.psql(database).args(["-c", sql]))
    }

    fn psql(&self, database: &str) -> Command {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-U", "atelier", "-d", database]);
        psql.arg("-h").arg(&self.directory);
        psql
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

/// A session that stays open for many statements: to start one takes three times as long as to make
/// a database.
struct Session {
    psql: Child,
    output: BufReader<ChildStdout>,
}

impl Session {
    fn start(mut psql: Command) -> Self {
        let mut psql = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("psql starts");
        let output = BufReader::new(psql.stdout.take().expect("the output is piped"));
        Self { psql, output }
    }

    /// Runs a statement that returns no rows.
    fn run(&mut self, sql: &str) {
        let statements = self.psql.stdin.as_mut().expect("the input is piped");
        writeln!(statements, "{sql};\n\\echo done").expect("psql reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("psql writes");
        assert_eq!(line, "done\n", "psql ends at an error: {sql}");
    }
}

/// The folder of the newest installed server.
fn programs() -> PathBuf {
    let version =
        |path: &PathBuf| path.to_str().and_then(|path| path.rsplit('/').nth(1)?.parse::<u32>().ok());
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let in_path = std::env::var_os("PATH").unwrap_or_default();
    installed
        .map(|entry| entry.path().join("bin"))
        .chain(std::env::split_paths(&in_path))
        .filter(|folder| folder.join("initdb").exists())
        .max_by_key(version)
        .expect("PostgreSQL is missing: install it with `apt-get install postgresql`")
}

fn is_root() -> bool {
    run(Command::new("id").arg("-u")) == "0"
}

/// A program run as the account that runs the server.
pub(crate) fn as_server_account(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", SERVER_ACCOUNT, "--regid", SERVER_ACCOUNT, "--clear-groups", "--"]).arg(program);
    command
}

/// Runs a program that must succeed; returns what it wrote.
pub(crate) fn run(command: &mut Command) -> String {
    // A file rather than a pipe: a server that is started inherits it and would keep a pipe open.
    let output = tempfile::tempfile().expect("a temporary file");
    let writing = |file: &std::fs::File| Stdio::from(file.try_clone().expect("a handle"));
    let status = command.stdout(writing(&output)).stderr(writing(&output)).status();
    let status = status.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut output = output;
    std::io::Seek::rewind(&mut output).expect("a file can be read again");
    let text = std::io::read_to_string(output).expect("text");
    assert!(status.success(), "{command:?}: {text}");
    text.trim_end().to_owned()
}
