//! How long a server takes from its start to its first response. It is started again and again, and
//! stopped by SIGTERM each time.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;

use super::client::Client;
use super::delay::summary;

/// A server that has not responded by then is an error.
const DEADLINE: Duration = Duration::from_secs(30);

/// The pause between two tries to connect.
const PAUSE: Duration = Duration::from_micros(100);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the server will listen.
    server: SocketAddr,
    /// What is asked for first: a path with its query.
    target: String,
    /// The command that starts the server, behind `--`.
    #[arg(last = true, required = true)]
    command: Vec<String>,
    /// How often it is started.
    #[arg(long, default_value_t = 9)]
    times: u32,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut waits = Vec::new();
    for _ in 0..options.times {
        let begun = Instant::now();
        let mut server = spawn(&options.command)?;
        let responded = until_response(options, &mut server, begun);
        stop(server)?;
        waits.push(responded?);
    }
    println!("{}", summary(&mut waits));
    Ok(())
}

fn spawn(command: &[String]) -> anyhow::Result<Child> {
    let (program, arguments) = command.split_first().context("no command")?;
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().with_context(|| format!("cannot start {program}"))
}

fn until_response(options: &Options, server: &mut Child, begun: Instant) -> anyhow::Result<Duration> {
    loop {
        if let Ok(mut client) = Client::connect(options.server) {
            client.get(&options.target)?;
            return Ok(begun.elapsed());
        }
        if let Some(status) = server.try_wait()? {
            bail!("the server ended: {status}");
        }
        if begun.elapsed() > DEADLINE {
            bail!("the server did not respond in {DEADLINE:?}");
        }
        thread::sleep(PAUSE);
    }
}

fn stop(mut server: Child) -> anyhow::Result<()> {
    let id = i32::try_from(server.id()).ok().and_then(rustix::process::Pid::from_raw);
    let id = id.context("a process without an id")?;
    rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
    server.wait()?;
    Ok(())
}
