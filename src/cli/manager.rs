//! What a service manager such as systemd hands to the program, and what it is told: a listening socket (`LISTEN_FDS`), and
//! in which state the service is (`NOTIFY_SOCKET`). Without a manager there is no socket, and nobody is told. What the
//! states mean is up to `serve`.

use std::net::TcpListener;

use anyhow::Context as _;
use listenfd::ListenFd;
pub(super) use sd_notify::NotifyState as State;

/// Takes the socket on which to listen, if there is one. It changes the environment, so it is called before there are
/// other threads.
pub(super) fn take_socket() -> anyhow::Result<Option<TcpListener>> {
    let mut handed = ListenFd::from_env();
    let count = handed.len();
    anyhow::ensure!(
        count <= 1,
        "the service manager hands over {count} sockets (LISTEN_FDS), but one is served: give it one ListenStream="
    );
    handed.take_tcp_listener(0).context("the service manager hands over what is no TCP socket (LISTEN_FDS)")
}

/// Whether a manager wants to be told.
pub(super) fn is_listening() -> bool {
    std::env::var_os("NOTIFY_SOCKET").is_some()
}

/// Tells the manager, if there is one.
pub(super) fn tell(states: &[State<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager cannot be told of the service's state");
    }
}

/// Tells the manager that settings are being read again, reads them, and tells it that this is done.
pub(super) fn tell_while_reloading(reload: impl FnOnce()) {
    let mut states = vec![State::Reloading];
    // By the clock the manager knows which of its requests is answered.
    states.extend(State::monotonic_usec_now());
    tell(&states);
    reload();
    tell(&[State::Ready]);
}
