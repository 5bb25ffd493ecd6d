//! Encryption of the connection. `sslmode=require` and `verify-full` check the server's
//! certificate: its chain, and its name against the host's. `verify-ca` checks the chain alone. The
//! chain must lead to an authority of the file that `sslrootcert` names or, without it, to one that
//! the machine trusts (`SSL_CERT_FILE` and `SSL_CERT_DIR` name others). `prefer`, the default,
//! encrypts when the server can and checks nothing, as PostgreSQL's own clients do; `disable` does
//! not encrypt. Certificates of clients are deliberately absent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::StoreError;

/// Which certificates of the server are trusted, when they are checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trust {
    /// A file with the authorities, as PEM. Without it, those that the machine trusts.
    pub(crate) authorities: Option<PathBuf>,
    /// Whether the certificate may be another host's.
    pub(crate) takes_any_name: bool,
}

/// What makes connections secure, as far as `mode` asks for it.
///
/// # Errors
/// [`StoreError::BadAddress`] when certificates must be checked and there are none to check
/// against.
pub(crate) fn connector(mode: SslMode, trust: &Trust) -> Result<MakeRustlsConnect, StoreError> {
    let provider = Arc::new(ring::default_provider());
    let chain = if mode == SslMode::Require {
        let roots = Arc::new(match &trust.authorities {
            Some(file) => authorities_in(file)?,
            None => machine_authorities()?,
        });
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
        Some(verifier.map_err(|error| StoreError::BadAddress(format!("no encryption: {error}")))?)
    } else {
        None
    };
    let verifier: Arc<dyn ServerCertVerifier> = match chain {
        Some(verifier) if !trust.takes_any_name => verifier,
        chain => Arc::new(Lenient { chain, provider: Arc::clone(&provider) }),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::BadAddress(format!("no encryption: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// The authorities in a file.
fn authorities_in(file: &Path) -> Result<RootCertStore, StoreError> {
    let problem =
        |problem: String| StoreError::BadAddress(format!("sslrootcert {}: {problem}", file.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| problem(error.to_string()))? {
        let certificate = certificate.map_err(|error| problem(error.to_string()))?;
        roots.add(certificate).map_err(|error| problem(error.to_string()))?;
    }
    if roots.is_empty() { Err(problem("there is no certificate in it".to_owned())) } else { Ok(roots) }
}

/// The authorities that the machine trusts.
fn machine_authorities() -> Result<RootCertStore, StoreError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable > 0 {
        return Ok(roots);
    }
    let reason = found.errors.first().map_or_else(|| "there are none".to_owned(), ToString::to_string);
    Err(StoreError::BadAddress(format!(
        "sslmode=require checks the server's certificate, but no trusted certificates were found ({reason}); \
         install ca-certificates or name a file with sslrootcert"
    )))
}

/// Checks the chain alone or, without one, takes any certificate: where `require` is missing, a
/// server that cannot encrypt at all is taken as well.
#[derive(Debug)]
struct Lenient {
    chain: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        // The name is checked last, when all the rest is right.
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
