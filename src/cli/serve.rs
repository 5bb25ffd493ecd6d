//! `atelier serve`: opens the store, starts the service and the server, waits for a signal, stops in order.

#![expect(clippy::print_stdout, reason = "whoever starts a server on port 0 reads its address there")]

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::demo;
use crate::config::ServeOptions;
use crate::http::Server;
use crate::service::{Service, SystemClock};

/// Descriptors beside those of clients: the store's, the listener's, the runtimes'.
const OTHER_DESCRIPTORS: u64 = 256;

/// Serves until SIGTERM or SIGINT.
pub(super) fn run(options: &ServeOptions) -> anyhow::Result<ExitCode> {
    start_logging();
    make_room_for_connections(options.max_connections);
    let address = &options.store.store;
    if options.migrate {
        address.migrate().with_context(|| format!("cannot migrate {address}"))?;
    }
    let store = if options.demo { address.open_or_create() } else { address.open() };
    let store = store.with_context(|| format!("cannot open {address}"))?;
    if options.demo {
        demo::fill_if_empty(store.as_ref())?;
    }
    let server =
        Server::bind(options.listen).with_context(|| format!("cannot listen on {}", options.listen))?;
    let service = Service::start(store.as_ref(), Arc::new(SystemClock), options.service_settings())
        .with_context(|| format!("cannot use {address}"))?;
    let service = Arc::new(service);
    let signals = Signals::listen(options.tls_cert.is_some()).context("cannot listen for signals")?;
    let server =
        server.start(Arc::clone(&service), options.http_settings()).context("cannot start serving")?;
    tracing::info!(address = %server.address(), store = %address, "serving");
    let scheme = if options.tls_cert.is_some() { "https" } else { "http" };
    println!("Listening on {scheme}://{}{}", server.address(), options.path_prefix);
    if options.demo {
        demo::print_addresses(server.address(), &options.path_prefix);
    }
    signals.wait(|| match server.reload_certificate() {
        Ok(()) => tracing::info!("the certificate was read again"),
        Err(error) => tracing::error!(%error, "the certificate cannot be read again, the former one stays"),
    });
    tracing::info!("stopping");
    server.stop();
    drop(service);
    Ok(ExitCode::SUCCESS)
}

/// Every connection is a descriptor, and shells and service managers give a program a thousand of them but let it have
/// more.
fn make_room_for_connections(max_connections: u32) {
    let wanted = u64::from(max_connections) + OTHER_DESCRIPTORS;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let possible = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    // `None` is without limit.
    if current.is_some_and(|current| current < possible)
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(possible), maximum })
    {
        tracing::warn!(%error, "could not raise the limit of open files");
    }
    if let Some(limit) = getrlimit(Resource::Nofile).current
        && limit < wanted
    {
        tracing::warn!(
            limit,
            wanted,
            "the limit of open files is below --max-connections; raise it (LimitNOFILE=, ulimit -Hn)"
        );
    }
}

fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("ATELIER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}

/// The signals that end the server, or have it read its certificate again. It listens before the address is announced: whoever knows the address may
/// send them.
struct Signals {
    runtime: Runtime,
    terminate: Signal,
    interrupt: Signal,
    /// Where it means something: a server without a certificate ends with its terminal.
    hangup: Option<Signal>,
}

impl Signals {
    fn listen(for_hangup: bool) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        let hangup = for_hangup.then(|| signal(SignalKind::hangup())).transpose()?;
        drop(inside);
        Ok(Self { runtime, terminate, interrupt, hangup })
    }

    /// Returns when one that ends the server came, also if it came before this call.
    fn wait(mut self, on_hangup: impl Fn()) {
        self.runtime.block_on(async {
            loop {
                let hangup = async {
                    match &mut self.hangup {
                        Some(hangup) => drop(hangup.recv().await),
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    _ = self.terminate.recv() => return,
                    _ = self.interrupt.recv() => return,
                    () = hangup => on_hangup(),
                }
            }
        });
    }
}
