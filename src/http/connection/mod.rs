//! From a socket to a request and from a response back to it: the listening socket, one worker a core, TLS, HTTP/2, and
//! the direct way of usual requests. What a request means is `dispatch`'s.

mod acceptor;
pub(crate) mod admin;
mod connections;
pub(crate) mod direct;
mod http2;
pub(crate) mod server;
mod tls;
mod worker;
