//! PgBouncer in transaction mode in front of a throw-away PostgreSQL server, with fewer connections
//! to it than a service makes. It ends with the test program, like the server.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::OnceLock;

use super::cluster::{Cluster, as_server_account};

/// Its name is that of its socket.
pub(crate) const PORT: u16 = 6_432;

/// Connections to each database, for the four sessions of a service.
pub(crate) const POOL_SIZE: u16 = 2;

/// Starts it, says so, and ends it with the test program.
const WATCH: &str = r#"
    set -e
    echo '"atelier" ""' >"$DIR/pooler-users.txt"
    cat >"$DIR/pooler.ini" <<END
[databases]
* = host=$DIR
[pgbouncer]
unix_socket_dir = $DIR
listen_port = $PORT
auth_type = trust
auth_file = $DIR/pooler-users.txt
pool_mode = transaction
default_pool_size = $POOL_SIZE
max_client_conn = 1000
server_idle_timeout = 2
server_login_retry = 0.1
END
    PATH="$PATH:/usr/sbin"
    command -v pgbouncer >/dev/null || { echo 'PgBouncer is missing: install it with `apt-get install pgbouncer`'; exit; }
    pgbouncer "$DIR/pooler.ini" >"$DIR/pooler.log" 2>&1 &
    while ! [ -S "$DIR/.s.PGSQL.$PORT" ]; do
        kill -0 $! || { cat "$DIR/pooler.log"; exit; }
        sleep 0.01
    done
    echo ready
    read -r _ || true
    kill $!
    wait $! || true
"#;

/// A running pooler.
pub(crate) struct Pooler {
    directory: PathBuf,
    /// Its standard input is what it waits for: the system closes it with this process.
    watch: Child,
}

impl Pooler {
    /// The one in front of the server that all tests of this program share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Pooler> = OnceLock::new();
        SHARED.get_or_init(|| Self::before(Cluster::shared()))
    }

    /// Starts one.
    pub(crate) fn before(cluster: &Cluster) -> Self {
        let mut watch = as_server_account(Path::new("sh"))
            .args(["-c", WATCH])
            .env("DIR", &cluster.directory)
            .env("PORT", PORT.to_string())
            .env("POOL_SIZE", POOL_SIZE.to_string())
            .current_dir(&cluster.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let output = watch.stdout.take().expect("the output is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("the shell says something");
        assert_eq!(line.trim(), "ready", "no pooler");
        Self { directory: cluster.directory.clone(), watch }
    }

    /// The way to a database of its server through it, but around it where that is needed.
    pub(crate) fn address(&self, database: &str) -> String {
        format!("{database}&port={PORT}&statements=unnamed&direct={}", self.directory.display())
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}
