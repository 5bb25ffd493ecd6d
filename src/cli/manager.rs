//! A service manager such as systemd: it passes a listening socket (`LISTEN_FDS`), and is notified
//! the state of the service (`NOTIFY_SOCKET`). Both may be absent. When which state is reached is
//! up to `serve`.

use std::net::TcpListener;

use anyhow::Context as _;
use listenfd::ListenFd;
pub(super) use sd_notify::NotifyState as State;

/// Takes the socket on which to listen, if there is one. It changes the environment, so it must be
/// called before there are other threads.
pub(super) fn take_socket() -> anyhow::Result<Option<TcpListener>> {
    let mut handed = ListenFd::from_env();
    let count = handed.len();
    anyhow::ensure!(
        count <= 1,
        "the service manager hands over {count} sockets (LISTEN_FDS), but one is served: give it one ListenStream="
    );
    handed
        .take_tcp_listener(0)
        .context("the service manager hands over something that is not a TCP socket (LISTEN_FDS)")
}

/// Tells the manager, if there is one.
pub(super) fn tell(states: &[State<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "cannot tell the service manager the state of the service");
    }
}

/// Tells the manager that settings are read again, reads them, and tells it that this is done.
pub(super) fn tell_while_reloading(reload: impl FnOnce()) {
    let mut states = vec![State::Reloading];
    // The time tells the manager which of its requests this is for.
    states.extend(State::monotonic_usec_now());
    tell(&states);
    reload();
    tell(&[State::Ready]);
}
