//! Whether the process is alive, and whether it wants requests: the answers of `/livez` and `/readyz`, the same on both
//! listeners. How the store is asked, and how often, is the service's.

use std::sync::atomic::Ordering;

use crate::http::response::problem::Problem;
use crate::http::watch::metrics::ServerMetrics;
use crate::service::Service;

/// `GET /livez`: the process answers, so it is alive. The store is not asked: starting this process again would not
/// bring it back.
pub(crate) fn livez() -> &'static str {
    "alive"
}

/// `GET /readyz`: whether requests are to be sent here.
pub(crate) async fn readyz(service: &Service, server: &ServerMetrics) -> Result<&'static str, Problem> {
    state(service, server).await.map_err(Problem::NotReady)
}

/// `ready`, or why not. Memory that is still being filled does not matter: what is not in it is read from the store.
pub(crate) async fn state(service: &Service, server: &ServerMetrics) -> Result<&'static str, &'static str> {
    if server.stopping.load(Ordering::Acquire) {
        return Err("the server is stopping");
    }
    match service.check_store().await {
        Ok(()) => Ok("ready"),
        Err(_) => Err("the store cannot be reached"),
    }
}
