//! The program as a child process that is always killed and reaped, and random numbers that are the
//! same in every run. The stores of tests are not here.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use super::client::Connection;

/// The longest wait of a test.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// The program with a command's arguments.
pub(crate) fn atelier(arguments: &[&str], store: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atelier"));
    command.args(arguments).env("ATELIER_LOG", "warn").env("ATELIER_RATE_LIMITS", "off").stdin(Stdio::null());
    if let Some(address) = store {
        command.args(["--store", address]);
    }
    command
}

/// Runs a command, which must succeed.
pub(crate) fn run(arguments: &[&str], store: Option<&str>) -> Output {
    let output = atelier(arguments, store).output().expect("the program runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output
}

/// Runs `check`, which must find nothing wrong.
pub(crate) fn check(store: &str) {
    run(&["check"], Some(store));
}

/// Waits until a condition holds. `what` names it in the message of a failed test.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A child process. Dropping it kills and reaps it.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.spawn().expect("the program starts"))
    }

    /// What it prints from now on, where that is a pipe.
    pub(crate) fn lines(&mut self) -> BufReader<ChildStdout> {
        BufReader::new(self.0.stdout.take().expect("stdout is a pipe"))
    }

    /// Kills it without warning unless it has ended already. Returns its exit status.
    pub(crate) fn kill(&mut self) -> ExitStatus {
        self.0.kill().expect("a child can be killed");
        self.0.wait().expect("a child can be reaped")
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.0.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("a child can be asked")
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        until("the end of the program", || {
            status = self.ended();
            status.is_some()
        });
        status.expect("it has ended")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server at work.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    /// The rest of its output.
    pub(crate) said: BufReader<ChildStdout>,
}

impl Server {
    /// Starts `atelier serve` on a free port and waits until it listens.
    pub(crate) fn start(store: &str) -> Self {
        Self::start_with(&["--listen", "127.0.0.1:0"], store, Stdio::inherit())
    }

    /// Starts it with options of its own; `log` is where its standard error goes.
    pub(crate) fn start_with(options: &[&str], store: &str, log: Stdio) -> Self {
        let mut command = atelier(&[&["serve"], options].concat(), Some(store));
        Self::of(command.stderr(log))
    }

    /// Starts a command that serves.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut process = Process::start(command.stdout(Stdio::piped()));
        let mut said = process.lines();
        let mut line = String::new();
        said.read_line(&mut line).expect("the server says where it listens");
        let address = line.trim().strip_prefix("Listening on ").and_then(|url| url.split_once("://"));
        let address = address.and_then(|(_, text)| text.split('/').next()?.parse().ok());
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}"));
        Self { process, address, said }
    }

    pub(crate) fn client(&self) -> Connection {
        Connection::open(self.address)
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
