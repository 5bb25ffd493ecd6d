//! From a socket to a request and from a response back to it: the listening socket, one worker a
//! core, TLS, HTTP/1 (`direct`) and HTTP/2. What a request means is decided in `dispatch`.

mod acceptor;
pub(crate) mod admin;
mod connections;
mod date;
pub(crate) mod direct;
mod http2;
mod refusal;
mod refusing;
pub(crate) mod server;
mod tls;
mod worker;
