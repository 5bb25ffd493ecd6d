//! TLS for clients: certificate and key from files, read again when the operator asks, and the
//! handshake, which also chooses the protocol (ALPN). Sessions are resumed by tickets, whose keys
//! are new with each reading. Requests are not read here.

use std::path::Path;
use std::sync::Arc;

use parking_lot::RwLock;
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::connections::ConnectionState;
use crate::http::settings::TlsFiles;

/// HTTP/2 in a handshake.
const H2: &[u8] = b"h2";

/// Certificate and key files, and the TLS settings from them.
pub(crate) struct Tls {
    files: TlsFiles,
    config: RwLock<Arc<ServerConfig>>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the files.
    pub(crate) fn new(files: TlsFiles) -> std::io::Result<Self> {
        let config = RwLock::new(read(&files)?);
        Ok(Self { files, config })
    }

    /// Reads the files again, for new connections. Files that cannot be used change nothing.
    pub(crate) fn reload(&self) -> std::io::Result<()> {
        let config = read(&self.files)?;
        *self.config.write() = config;
        Ok(())
    }

    fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&*self.config.read()))
    }

    /// Does the handshake. `None` when it fails. A handshake takes no longer than a request's head
    /// may.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
        state: &ConnectionState,
    ) -> Option<TlsStream<TcpStream>> {
        match state.before_requests(self.acceptor().accept(stream)).await? {
            Ok(stream) => {
                state.waiting();
                Some(stream)
            }
            Err(error) => {
                tracing::debug!(%error, "a handshake failed");
                None
            }
        }
    }
}

/// Whether both sides agreed on HTTP/2.
pub(crate) fn speaks_http2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(H2)
}

fn read(files: &TlsFiles) -> std::io::Result<Arc<ServerConfig>> {
    let of = |path: &Path, error: &dyn std::fmt::Display| {
        std::io::Error::other(format!("{}: {error}", path.display()))
    };
    let certificates = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| of(&files.certificate, &error))?;
    if certificates.is_empty() {
        return Err(of(&files.certificate, &"there is no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| match error {
        pem::Error::NoItemsFound => of(&files.key, &"there is no private key in it"),
        error => of(&files.key, &error),
    })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(std::io::Error::other)?.with_no_client_auth();
    let mut config =
        builder.with_single_cert(certificates, key).map_err(|error| of(&files.certificate, &error))?;
    config.alpn_protocols = vec![H2.to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_what_they_should_hold_are_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        let files = TlsFiles { certificate: certificate.clone(), key: key.clone() };
        let refused = || read(&files).expect_err("there is nothing in them").to_string();
        std::fs::write(&certificate, "none").expect("a file is written");
        assert_eq!(refused(), format!("{}: there is no certificate in it", certificate.display()));
        // Whether it is a good one is asked later.
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        std::fs::write(&certificate, pem).expect("a file is written");
        std::fs::write(&key, pem).expect("a file is written");
        assert_eq!(refused(), format!("{}: there is no private key in it", key.display()));
    }
}
