//! Connections over TLS on which tests write by hand. What curl says over TLS is in `protocols`.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::{Certificate, Connection};

/// Opens a connection to `localhost` and trusts this certificate alone. It agrees on HTTP/1.1.
pub(crate) fn connect(address: SocketAddr, certificate: &Certificate) -> Connection {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&certificate.path).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = builder.expect("versions").with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let socket = TcpStream::connect(address).expect("the shop takes connections");
    socket.set_nodelay(true).expect("a TCP connection");
    socket.set_read_timeout(Some(crate::support::PATIENCE)).expect("a TCP connection");
    let stream = StreamOwned::new(client, socket.try_clone().expect("an open connection"));
    Connection::over(&socket, Box::new(stream)).expect("an open connection")
}
