//! Who asks: the other end of the connection, and the client whose writes are counted together. What a role may is in
//! the table of routes.

use std::net::IpAddr;

use http::HeaderMap;

use super::client::{Client, TrustedProxies};

/// Who may ask for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Everybody. There is no other role yet: no request needs a key.
    Anyone,
}

/// The sender of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    /// The other end of the connection.
    pub(crate) peer: IpAddr,
    pub(crate) client: Client,
}

impl Caller {
    /// The sender of a request with these headers.
    pub(crate) fn of(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> Self {
        Self { peer, client: proxies.client(peer, headers) }
    }
}
