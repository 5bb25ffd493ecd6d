//! Who asks: the peer, the client whose writes are counted together, and how far that is known.
//! Deliberately absent: what a role may do (`routes`).

use std::net::IpAddr;

use http::HeaderMap;

use super::client::{Client, TrustedProxies, is_forwarded};
use crate::service::Scope;

/// Who may ask for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Everybody, without a key.
    Anyone,
    /// The holder of a key with the scope `moderate`.
    Moderator,
    /// The holder of a key with the scope `admin`.
    Administrator,
}

impl Role {
    /// The scope that a key must have; `None` when no key is needed.
    pub(crate) fn scope(self) -> Option<Scope> {
        match self {
            Self::Anyone => None,
            Self::Moderator => Some(Scope::Moderate),
            Self::Administrator => Some(Scope::Admin),
        }
    }
}

/// The sender of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    /// The other end of the connection.
    pub(crate) peer: IpAddr,
    pub(crate) client: Client,
    pub(crate) origin: Origin,
}

/// Where a request comes from, as far as the settings may be wrong about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This machine, without a forwarding header: perhaps a front end's own server.
    Local,
    /// A peer that names another client, and is not a trusted proxy.
    Untrusted,
    Elsewhere,
}

impl Caller {
    /// The sender of a request with these headers.
    pub(crate) fn of(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> Self {
        let origin = if peer.to_canonical().is_loopback() && !is_forwarded(headers) {
            Origin::Local
        } else if proxies.hides_clients(peer, headers) {
            Origin::Untrusted
        } else {
            Origin::Elsewhere
        };
        Self { peer, client: proxies.client(peer, headers), origin }
    }
}
