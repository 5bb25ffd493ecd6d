//! nginx in front of processes, with the shipped configuration: only addresses are replaced. A
//! shell ends nginx when the test program has ended or crashed.

use std::fs::Permissions;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::support::client::{Connection, Request, Response};
use crate::support::program::until;

/// The shipped configuration.
pub(crate) const SHIPPED: &str = include_str!("../../../deploy/nginx/atelier.conf");

/// The configuration that includes the shipped one: two workers, and every path in a folder of the
/// test.
const AROUND: &str = "
    daemon off; worker_processes 2; pid nginx.pid; error_log error.log;
    events { worker_connections 256; }
    http {
        log_format line '$status $upstream_status'; access_log access.log line;
        client_body_temp_path body; proxy_temp_path proxy;
        fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
        include atelier.conf;
    }";

/// Starts it and waits for the end of the test program.
const WATCH: &str = r#""$NGINX" -p "$DIR" -c nginx.conf & read -r _; kill $!; wait"#;

/// A running nginx with its own files.
pub(crate) struct Front {
    pub(crate) address: SocketAddr,
    watch: Child,
    folder: TempDir,
}

impl Front {
    /// Starts nginx before two processes.
    pub(crate) fn before(processes: [SocketAddr; 2]) -> Self {
        Self::with(SHIPPED.to_owned(), processes)
    }

    /// Starts nginx with the cache that is shipped, in which lists are good for `lifetime_s`.
    pub(crate) fn caching(processes: [SocketAddr; 2], lifetime_s: u32) -> Self {
        let valid = format!("proxy_cache_valid 200 {lifetime_s}s;");
        let cached = with_the_cache();
        assert_eq!(cached.matches("proxy_cache_valid 200 30s;").count(), 1);
        Self::with(cached.replace("proxy_cache_valid 200 30s;", &valid), processes)
    }

    fn with(mut configuration: String, processes: [SocketAddr; 2]) -> Self {
        let address = free_address();
        let replacements = [
            ("listen 80;", format!("listen {address};")),
            ("listen [::]:80;", String::new()),
            ("127.0.0.1:3001", processes[0].to_string()),
            ("127.0.0.1:3002", processes[1].to_string()),
        ];
        for (shipped, replacement) in replacements {
            assert_eq!(configuration.matches(shipped).count(), 1, "{shipped} is there once");
            configuration = configuration.replace(shipped, &replacement);
        }
        let folder = folder_with(&configuration);
        let watch = Command::new("sh")
            .args(["-c", WATCH])
            .env("NGINX", program())
            .env("DIR", folder.path())
            .stdin(Stdio::piped())
            .stderr(log(folder.path()))
            .spawn()
            .expect("a shell");
        let front = Self { address, watch, folder };
        let log = || front.log();
        until(&format!("nginx takes connections: {}", log()), || TcpStream::connect(address).is_ok());
        front
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    pub(crate) fn request(&self, method: &str, target: &str) -> Request {
        Request::new(self.address, method, target)
    }

    pub(crate) fn get(&self, target: &str) -> Response {
        self.request("GET", target).send()
    }

    pub(crate) fn put(&self, target: &str) -> Response {
        self.request("PUT", target).send()
    }

    /// The status of every request that nginx has finished, with the statuses from the processes.
    pub(crate) fn access_log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("access.log")).unwrap_or_default()
    }

    /// What nginx has complained about.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

/// The configuration with its cache, which is kept in the test's folder.
pub(crate) fn with_the_cache() -> String {
    assert!(SHIPPED.contains("proxy_cache_path /var/cache/atelier "));
    SHIPPED.replace("#cache ", "").replace("/var/cache/atelier ", "cache ")
}

/// What `nginx -t` says to a configuration, and whether it accepts it.
pub(crate) fn tried(configuration: &str) -> (bool, String) {
    let folder = folder_with(configuration);
    // An account that may not listen on port 80 gets a network of its own, where it may.
    let may = TcpListener::bind("0.0.0.0:80")
        .map_or_else(|error| error.kind() != std::io::ErrorKind::PermissionDenied, |_| true);
    let mut command = if may { Command::new(program()) } else { Command::new("unshare") };
    if !may {
        command.args(["--map-root-user", "--net"]).arg(program());
    }
    command.arg("-t").arg("-p").arg(folder.path()).args(["-c", "nginx.conf"]);
    let output = command.output().expect("nginx runs");
    (output.status.success(), String::from_utf8(output.stderr).expect("UTF-8"))
}

fn folder_with(configuration: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // nginx's workers run as `nobody` when the tests run as root. They only need the cache in this
    // folder, which is made for them: no other body touches the disk.
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("an own folder");
    for (name, text) in [("nginx.conf", AROUND), ("atelier.conf", configuration)] {
        let mut file = std::fs::File::create(folder.path().join(name)).expect("a file");
        file.write_all(text.as_bytes()).expect("the file is written");
    }
    folder
}

fn log(folder: &Path) -> Stdio {
    std::fs::File::create(folder.join("start.log")).expect("a file").into()
}

/// Where nginx is installed.
fn program() -> PathBuf {
    ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"]
        .into_iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
        .expect("nginx is missing: install it with `apt-get install nginx-light`")
}

/// An address without a listener, for a program that will listen there later, or again. It is none
/// of those that the system gives to connecting clients: these may be taken at any moment.
pub(crate) fn free_address() -> SocketAddr {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = std::process::id().wrapping_mul(31) + TRIED.fetch_add(1, Ordering::Relaxed);
        let port = 20_000 + u16::try_from(number % 10_000).expect("small");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
