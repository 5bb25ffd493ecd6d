//! What the crash tests share: the program as a child process that is always killed and reaped, a small HTTP
//! client over `TcpStream`, and what a store holds as one number.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader, Error, ErrorKind, Read as _, Result, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use atelier::store::StoreAddress;
use serde_json::Value;

/// No test waits longer for anything.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// The program with a command's arguments.
pub(crate) fn atelier(arguments: &[&str], store: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atelier"));
    command.args(arguments).env("ATELIER_LOG", "warn").stdin(Stdio::null());
    if let Some(address) = store {
        command.args(["--store", address]);
    }
    command
}

/// Runs a command to its end, which must be a good one.
pub(crate) fn run(arguments: &[&str], store: Option<&str>) -> Output {
    let output = atelier(arguments, store).output().expect("the program runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output
}

/// Runs `check`, which must find nothing wrong.
pub(crate) fn check(store: &str) {
    run(&["check"], Some(store));
}

/// The address of an SQLite store in a folder.
pub(crate) fn sqlite(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).display())
}

/// Generates the CSV files of a shop and returns their folder.
pub(crate) fn generate(folder: &Path, products: u32, seed: u32) -> String {
    let out = folder.join(format!("csv-{products}-{seed}")).display().to_string();
    run(&["generate", "--products", &products.to_string(), "--seed", &seed.to_string(), "--out", &out], None);
    out
}

/// A child process. Dropping it kills and reaps it.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.spawn().expect("the program starts"))
    }

    /// Kills it without warning, unless it has ended already, and tells how it ended.
    pub(crate) fn kill(&mut self) -> ExitStatus {
        self.0.kill().expect("a child can be killed");
        self.0.wait().expect("a child can be reaped")
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Waits for its own end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.0.try_wait().expect("a child can be asked") {
                return status;
            }
            assert!(Instant::now() < deadline, "the program does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server at work on a port of its own.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: String,
}

impl Server {
    /// Starts `atelier serve` and waits until it listens.
    pub(crate) fn start(store: &str) -> Self {
        let mut command = atelier(&["serve", "--listen", "127.0.0.1:0"], Some(store));
        let mut process = Process::start(command.stdout(Stdio::piped()));
        let stdout = process.0.stdout.take().expect("stdout is a pipe");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("the server says where it listens");
        let address = line.trim().strip_prefix("Listening on http://");
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}")).to_owned();
        Self { process, address }
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.address).expect("the server takes connections")
    }
}

/// One connection that sends requests one after the other.
pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(DEADLINE))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request and returns status and body. An error means that the answer never came.
    pub(crate) fn request(&mut self, method: &str, path: &str, body: &str) -> Result<(u16, String)> {
        self.send(&format!(
            "{method} {path} HTTP/1.1\r\nHost: atelier\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))?;
        self.answer()
    }

    /// Asks for JSON.
    pub(crate) fn get(&mut self, path: &str) -> Value {
        let (status, body) = self.request("GET", path, "").expect("the server answers");
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).expect("the answer is JSON")
    }

    pub(crate) fn send(&mut self, text: &str) -> Result<()> {
        self.0.get_mut().write_all(text.as_bytes())
    }

    /// Reads one answer.
    pub(crate) fn answer(&mut self) -> Result<(u16, String)> {
        let broken = || Error::new(ErrorKind::UnexpectedEof, "the answer broke off");
        let status_line = self.line()?;
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut length = 0;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(|_| broken())?;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok((status.ok_or_else(broken)?, String::from_utf8(body).map_err(|_| broken())?))
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        match line.strip_suffix("\r\n") {
            Some(line) => Ok(line.to_owned()),
            None => Err(Error::new(ErrorKind::UnexpectedEof, "the answer broke off")),
        }
    }
}

/// All public rows of a store as one number: equal rows, equal number.
pub(crate) fn fingerprint(store: &str) -> u64 {
    let store = store.parse::<StoreAddress>().expect("an address").open_existing().expect("the store opens");
    let mut reader = store.reader().expect("a reader");
    let mut hasher = DefaultHasher::new();
    let mut after = None;
    loop {
        let products = reader.scan_products(after, 500).expect("the products are read");
        let Some(last) = products.last() else { return hasher.finish() };
        after = Some(last.product_id);
        format!("{products:?}").hash(&mut hasher);
    }
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}
