//! `atelier serve`: opens the store, starts the service and the server, waits for a signal, stops in order.

#![expect(clippy::print_stdout, reason = "whoever starts a server on port 0 reads its address there")]

use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::CommandFactory as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::log_buffer::LogBuffer;
use super::manager::{self, State};
use super::{Cli, demo, logging};
use crate::config::{ServeOptions, Switch, misspelt_variables};
use crate::domain::Timestamp;
use crate::http::{Admin, ProcessFacts, Server, ServerHandle};
use crate::service::{Clock as _, Service, SystemClock};
use crate::store::Store;

/// Descriptors beside those of clients: the store's, the listener's, the runtimes'.
const OTHER_DESCRIPTORS: u64 = 256;

/// Serves until SIGTERM or SIGINT.
pub(super) fn run(options: &ServeOptions) -> anyhow::Result<ExitCode> {
    options.check()?;
    options.check_files()?;
    let started_at = SystemClock.now();
    let socket = manager::take_socket()?;
    #[cfg_attr(not(feature = "otel"), expect(unused_mut, reason = "nobody else listens"))]
    let mut listeners = Vec::new();
    #[cfg(feature = "otel")]
    let traces = super::traces::start(options)?.map(|(listener, traces)| {
        listeners.push(listener);
        traces
    });
    let (log, log_thread) = logging::start(&options.log, options.log_format, listeners)?;
    warn_of_misspelt_variables();
    make_room_for_connections(options.max_connections);
    let address = &options.store.store;
    let store = open_store(options)?;
    let server = bind(options, socket)?;
    let bind = |address| Admin::bind(address).with_context(|| format!("cannot listen on {address}"));
    let admin = options.admin_listen.map(bind).transpose()?;
    let service = Service::start(store.as_ref(), Arc::new(SystemClock), options.service_settings())
        .with_context(|| format!("cannot use {address}"))?;
    let service = Arc::new(service);
    // A manager's reload is no reason to end, even where there is nothing to read again.
    let for_hangup = options.tls_cert.is_some() || manager::is_listening();
    let signals = Signals::listen(for_hangup).context("cannot listen for signals")?;
    let server =
        server.start(Arc::clone(&service), options.http_settings()).context("cannot start serving")?;
    tracing::info!(address = %server.address(), store = %address, "serving");
    let scheme = if options.tls_cert.is_some() { "https" } else { "http" };
    let listening = format!("Listening on {scheme}://{}{}", server.address(), options.path_prefix);
    println!("{listening}");
    let facts = process_facts(options, started_at, &log);
    let start = |admin: Admin| admin.start(&server, Arc::clone(&service), facts);
    let admin = admin.map(start).transpose().context("cannot start the admin listener")?;
    if let Some(admin) = &admin {
        println!("Metrics on http://{}/metrics", admin.address());
    }
    if options.demo {
        demo::print_addresses(server.address(), &options.path_prefix, options.first_page == Switch::On);
    }
    manager::tell(&[State::Ready, State::Status(&listening)]);
    let drain_delay = Duration::from_millis(options.drain_delay_ms.into());
    let failure = server.failure();
    signals.wait_and_then(
        drain_delay,
        failure.clone(),
        || manager::tell_while_reloading(|| reload(options, &server)),
        || {
            tracing::info!("stopping");
            manager::tell(&[State::Stopping, State::Status("Finishing what was accepted")]);
            server.announce_stop();
        },
    );
    server.stop();
    // It tells until here that the server stops. It also keeps the service, whose end writes what was accepted.
    drop(admin);
    drop(service);
    tracing::info!("stopped");
    #[cfg(feature = "otel")]
    drop(traces);
    drop(log_thread);
    Ok(if *failure.borrow() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A variable that nobody reads is no reason not to start: another program may have set it.
fn warn_of_misspelt_variables() {
    for (variable, meant) in misspelt_variables(Cli::command) {
        tracing::warn!(variable, meant, "no setting is called like this variable");
    }
}

/// Takes the socket that a service manager handed over, or binds one.
fn bind(options: &ServeOptions, handed: Option<TcpListener>) -> anyhow::Result<Server> {
    let Some(socket) = handed else {
        return Server::bind(options.listen).with_context(|| format!("cannot listen on {}", options.listen));
    };
    let server = Server::on_kept_socket(socket).context("cannot use the service manager's socket")?;
    anyhow::ensure!(
        !options.chooses_where_to_listen() || server.address() == options.listen,
        "the service manager's socket is on {}, but --listen (ATELIER_LISTEN) says {}: change the address in the socket's \
         unit, and leave --listen out",
        server.address(),
        options.listen
    );
    Ok(server)
}

fn reload(options: &ServeOptions, server: &ServerHandle) {
    if options.tls_cert.is_none() {
        tracing::info!("there is no certificate to read again; other settings need a restart");
        return;
    }
    match server.reload_certificate() {
        Ok(()) => tracing::info!("the certificate was read again"),
        Err(error) => tracing::error!(%error, "the certificate cannot be read again, the former one stays"),
    }
}

fn open_store(options: &ServeOptions) -> anyhow::Result<Arc<dyn Store>> {
    let address = &options.store.store;
    if options.migrate {
        address.migrate().with_context(|| format!("cannot migrate {address}"))?;
    }
    let store = if options.demo { address.open_or_create() } else { address.open() };
    let store = store.with_context(|| format!("cannot open {address}"))?;
    if options.demo {
        demo::fill_if_empty(store.as_ref())?;
    }
    Ok(store)
}

fn process_facts(options: &ServeOptions, started_at: Timestamp, log: &LogBuffer) -> ProcessFacts {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 have 41 bits")]
    let started_at_s = started_at.milliseconds() as f64 / 1_000.0;
    ProcessFacts { store: options.store_kind(), started_at_s, dropped_log_lines: log.dropped() }
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

/// The signals that end the server, or have it read its certificate again. It listens before the address is announced:
/// whoever knows the address may
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

    /// Returns a while after one came that ends the server, also if it came before this call; calls `begin` at once. Another
    /// one ends the while. A failure of the server is like such a signal. Meanwhile it calls `reload` when one asks for that.
    fn wait_and_then(
        mut self,
        delay: Duration,
        mut failure: watch::Receiver<bool>,
        reload: impl Fn(),
        begin: impl FnOnce(),
    ) {
        let Self { runtime, terminate, interrupt, hangup } = &mut self;
        let mut signal = async || {
            loop {
                let reloading = async {
                    match hangup {
                        Some(hangup) => drop(hangup.recv().await),
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    _ = terminate.recv() => return,
                    _ = interrupt.recv() => return,
                    () = reloading => reload(),
                    _ = failure.wait_for(|failed| *failed) => return,
                }
            }
        };
        runtime.block_on(async {
            signal().await;
            begin();
            if !delay.is_zero() {
                // Running out of time is what is waited for.
                let _ = tokio::time::timeout(delay, signal()).await;
            }
        });
    }
}
