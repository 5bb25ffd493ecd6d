//! From an address to statements that are answered: hosts, TLS, sessions and what their failures mean.
//! Which statements there are is said by those who send them.

pub(crate) mod address;
pub(crate) mod connection;
pub(crate) mod failure;
mod password;
pub(crate) mod server;
pub(crate) mod session;
pub(crate) mod statement;
mod tls;
