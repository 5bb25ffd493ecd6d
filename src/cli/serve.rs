//! `atelier serve`: opens the store, starts the service and the server, waits for a signal, stops
//! in order.

use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Command;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::log_buffer::LogBuffer;
use super::manager::{self, State};
use super::{demo, logging, output};
use crate::config::{CommandLine, ServeOptions, misspelt_variables};
use crate::domain::Timestamp;
use crate::http::{Admin, HttpSettings, ProcessFacts, Server, ServerHandle};
use crate::service::{Clock as _, Service, SystemClock};
use crate::store::Store;

/// File descriptors that are not connections: the store's, the listener's, the runtimes'.
const OTHER_DESCRIPTORS: u64 = 256;

/// Serves until SIGTERM or SIGINT.
pub(super) fn run(
    options: &ServeOptions,
    line: &CommandLine,
    program: fn() -> Command,
) -> anyhow::Result<ExitCode> {
    options.check()?;
    options.check_files()?;
    let identity = options.read_identity_settings()?;
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
    warn_of_names(line, program);
    if let Some(file) = options.identity_keys_others_may_read() {
        tracing::warn!(file = %file.display(), "others may read the file of identity_keys (chmod 0600)");
    }
    make_room_for_connections(options.max_connections);
    // Before the store: a busy port leaves no empty store behind.
    let server = bind(options, socket)?;
    let bind = |address| Admin::bind(address).with_context(|| format!("cannot listen on {address}"));
    let admin = options.admin_listen.map(bind).transpose()?;
    let address = &options.store.store;
    let scheme = if options.tls_cert.is_some() { "https" } else { "http" };
    let base = demo::base(scheme, server.address(), &options.path_prefix);
    let store = open_store(options, &base)?;
    let service = Service::start(store.as_ref(), Arc::new(SystemClock), options.service_settings())
        .with_context(|| format!("cannot use {address}"))?;
    let service = Arc::new(service);
    let signals = Signals::listen().context("cannot listen for signals")?;
    let settings = HttpSettings { identity, ..options.http_settings() };
    let server = server.start(Arc::clone(&service), settings).context("cannot start serving")?;
    tracing::info!(address = %server.address(), store = %address, "serving");
    let listening = format!("Listening on {scheme}://{}{}", server.address(), options.path_prefix);
    println!("{listening}");
    output::check()?;
    let facts = process_facts(options, started_at, &log);
    let start = |admin: Admin| admin.start(&server, Arc::clone(&service), facts);
    let admin = admin.map(start).transpose().context("cannot start the admin listener")?;
    if let Some(admin) = &admin {
        println!("Metrics on http://{}/metrics", admin.address());
    }
    if options.demo.is_on() {
        demo::print_addresses(&base, options.http_settings().demo, options.home_page.is_on());
    }
    manager::tell(&[State::Ready, State::Status(&listening)]);
    let failure = server.failure();
    signals.wait_and_then(
        options.drain_delay,
        failure.clone(),
        || manager::tell_while_reloading(|| reload(options, &server)),
        || {
            tracing::info!("stopping");
            manager::tell(&[State::Stopping, State::Status("Finishing what was accepted")]);
            server.announce_stop();
        },
    );
    server.stop();
    // Until here its /readyz says that the server stops. It also keeps the service, which writes
    // what was accepted when it is dropped.
    drop(admin);
    drop(service);
    tracing::info!("stopped");
    #[cfg(feature = "otel")]
    drop(traces);
    drop(log_thread);
    Ok(if *failure.borrow() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Warns of settings in an old form, and of variables that are no setting. Those are no reason not
/// to start: another program may have set them.
fn warn_of_names(line: &CommandLine, program: fn() -> Command) {
    for old_form in line.old_forms() {
        tracing::warn!("{old_form}");
    }
    for (variable, meant) in misspelt_variables(program) {
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

fn open_store(options: &ServeOptions, base: &str) -> anyhow::Result<Arc<dyn Store>> {
    let address = &options.store.store;
    if options.migrate.is_on() {
        address.migrate().with_context(|| format!("cannot migrate {address}"))?;
    }
    let store = if options.demo.is_on() { address.open_or_create() } else { address.open() };
    let store = store.with_context(|| format!("cannot open {address}"))?;
    if options.demo.is_on() {
        demo::fill_if_empty(store.as_ref(), base)?;
    }
    Ok(store)
}

fn process_facts(options: &ServeOptions, started_at: Timestamp, log: &LogBuffer) -> ProcessFacts {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 have 41 bits")]
    let started_at_s = started_at.milliseconds() as f64 / 1_000.0;
    ProcessFacts { store: options.store_kind(), started_at_s, dropped_log_lines: log.dropped() }
}

/// Raises the limit of open files: every connection is one. Shells and service managers set it to
/// about a thousand, but let a program raise it.
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

/// The signals that end the server, or make it read its certificate again. They are handled before
/// the address is printed, because a program that reads the address may send them at once.
struct Signals {
    runtime: Runtime,
    terminate: Signal,
    interrupt: Signal,
    /// Never ends the server: scripts that renew certificates and service managers send it to any.
    hangup: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        let hangup = signal(SignalKind::hangup())?;
        drop(inside);
        Ok(Self { runtime, terminate, interrupt, hangup })
    }

    /// Waits for a signal that ends the server, also one that came before this call, or for a
    /// failure of the server. Then calls `begin` and waits for `delay`, or for another such signal.
    /// Calls `reload` for each SIGHUP meanwhile.
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
                tokio::select! {
                    _ = terminate.recv() => return,
                    _ = interrupt.recv() => return,
                    _ = hangup.recv() => reload(),
                    _ = failure.wait_for(|failed| *failed) => return,
                }
            }
        };
        runtime.block_on(async {
            signal().await;
            begin();
            if !delay.is_zero() {
                // The timeout is the usual end.
                let _ = tokio::time::timeout(delay, signal()).await;
            }
        });
    }
}
