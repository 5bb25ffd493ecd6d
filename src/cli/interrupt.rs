//! Ctrl-C and SIGTERM during a command that writes files: what is not whole is removed, then the
//! program ends. Deliberately absent: the server, which finishes its requests first.

use std::thread;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use crate::files;

/// From now on these signals remove every file in the making and end the program, with 128 plus the
/// signal's number as its exit status, as shells have it.
///
/// # Errors
/// When the system does not let it listen for signals.
pub(super) fn remove_partial_files_when_interrupted() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .context("cannot listen for signals")?;
    let listen = |kind| {
        let _inside = runtime.enter();
        signal(kind).context("cannot listen for signals")
    };
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    let wait_and_end = move || {
        let kind = runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => SignalKind::interrupt(),
                _ = terminate.recv() => SignalKind::terminate(),
            }
        });
        files::remove_unfinished();
        eprintln!("atelier: interrupted; files that were not whole are removed");
        std::process::exit(128 + kind.as_raw_value());
    };
    thread::Builder::new()
        .name("interrupt".to_owned())
        .spawn(wait_and_end)
        .context("cannot listen for signals")?;
    Ok(())
}
