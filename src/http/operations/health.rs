//! Whether the process is alive, and whether it should get requests: `/livez` and `/readyz`, the
//! same on both listeners. Deliberately absent: how the store is checked, and how often
//! (`service`).

use std::sync::atomic::Ordering;

use crate::http::call::Call;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::http::watch::metrics::ServerMetrics;
use crate::service::{Service, ServiceError};

/// The body of `/livez`.
pub(crate) const ALIVE: &str = "alive";

/// `GET /livez`: the process responds, so it is alive. The store is not checked, because a restart
/// of this process would not bring it back.
pub(crate) async fn is_alive(_: Call<'_>) -> Result<Reply, Problem> {
    Ok(Reply::State(ALIVE))
}

/// `GET /readyz`
pub(crate) async fn is_ready(call: Call<'_>) -> Result<Reply, Problem> {
    readyz(&call.app.service, &call.app.server).await.map(Reply::State)
}

/// Whether requests are to be sent here.
pub(crate) async fn readyz(service: &Service, server: &ServerMetrics) -> Result<&'static str, Problem> {
    state(service, server).await.map_err(Problem::NotReady)
}

/// `ready`, or why not. Memory that is still being filled does not matter: what is not in it is
/// read from the store.
pub(crate) async fn state(service: &Service, server: &ServerMetrics) -> Result<&'static str, &'static str> {
    if server.stopping.load(Ordering::Acquire) {
        return Err("the server is stopping");
    }
    match service.check_store().await {
        Ok(()) => Ok("ready"),
        Err(ServiceError::ThreadPanicked) => Err("a part of the service has crashed, it must be restarted"),
        Err(_) => Err("the store cannot be reached"),
    }
}
