//! `atelier serve`: opens the store, starts the service and the server, waits for a signal, stops in order.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;

use super::demo;
use crate::config::ServeOptions;
use crate::http::Server;
use crate::service::{Service, SystemClock};

/// Serves until SIGTERM or SIGINT.
pub(super) fn run(options: &ServeOptions) -> anyhow::Result<ExitCode> {
    start_logging();
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
    let server =
        server.start(Arc::clone(&service), options.http_settings()).context("cannot start serving")?;
    tracing::info!(address = %server.address(), store = %address, "serving");
    if options.demo {
        demo::print_addresses(server.address(), &options.path_prefix);
    }
    wait_for_signal().context("cannot wait for signals")?;
    tracing::info!("stopping");
    server.stop();
    drop(service);
    Ok(ExitCode::SUCCESS)
}

fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("ATELIER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

fn wait_for_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    })
}
