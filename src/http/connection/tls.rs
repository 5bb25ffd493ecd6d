//! TLS for clients: certificate and key from files, read again when the operator asks. Which protocol is spoken inside is
//! agreed upon in the handshake (ALPN). Sessions are resumed by tickets, whose keys are new with each reading.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::RwLock;
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::connections::Presence;
use super::http2;
use crate::http::app::App;
use crate::http::dispatch::respond;
use crate::http::request::body::Payload;
use crate::http::settings::TlsFiles;

/// HTTP/2 in a handshake.
const H2: &[u8] = b"h2";

/// What connections begin with.
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

    /// Reads the files again, for connections from now on. What cannot be used changes nothing.
    pub(crate) fn reload(&self) -> std::io::Result<()> {
        let config = read(&self.files)?;
        *self.config.write() = config;
        Ok(())
    }

    fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&*self.config.read()))
    }

    /// Shakes hands and serves the connection to its end. A handshake takes no longer than a request's head may.
    pub(crate) async fn serve(
        &self,
        stream: TcpStream,
        peer: IpAddr,
        app: Arc<App>,
        presence: Arc<Presence>,
    ) {
        let stream = match presence.before_requests(self.acceptor().accept(stream)).await {
            Some(Ok(stream)) => stream,
            Some(Err(error)) => {
                tracing::debug!(%error, "a handshake failed");
                return;
            }
            None => return,
        };
        presence.waiting();
        let speaks_http2 = stream.get_ref().1.alpn_protocol() == Some(H2);
        let stream = TokioIo::new(stream);
        let served = if speaks_http2 {
            http2::serve(stream, peer, app, presence).await
        } else {
            let service = service_fn(|request: http::Request<hyper::body::Incoming>| async {
                presence.answering();
                let response = respond(&app, peer, request.map(Payload::Arriving)).await;
                presence.waiting();
                Ok::<_, std::convert::Infallible>(response.map(Full::new))
            });
            let mut builder = http1::Builder::new();
            // `Roster` sees to it for all connections together.
            builder.header_read_timeout(None).pipeline_flush(true);
            presence.serve(builder.serve_connection(stream, service)).await
        };
        if let Err(error) = served {
            tracing::debug!(%error, "a connection broke");
        }
    }
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
