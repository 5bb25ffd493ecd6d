//! One request to the hook: signed, timed, to an address that it may have. Deliberately absent:
//! when it is asked, and what follows (`lane`).

use std::sync::Arc;

use serde_json::json;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use super::addresses::is_open;
use super::opinion::Opinion;
use super::waiting::{HookCall, HookTexts};
use crate::domain::{Id as _, PhotoUrl, ProductId, Target, Timestamp};
use crate::service::settings::HookSettings;

/// Largest response, in bytes.
const MAX_RESPONSE_BYTES: u64 = 8 << 10;

/// Sends requests to the hook.
#[derive(Debug, Clone)]
pub(crate) struct HookClient {
    agent: Agent,
    settings: HookSettings,
}

/// Finds addresses, those alone that the hook may have. What is connected to is one of them, not
/// the name again.
#[derive(Debug)]
struct GuardedResolver {
    inner: DefaultResolver,
    takes_private: bool,
}

impl Resolver for GuardedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut allowed = self.empty();
        for address in found.iter().filter(|address| self.takes_private || is_open(address.ip())) {
            allowed.push(*address);
        }
        if allowed.is_empty() {
            let refused = "it is at a private address; hook_private_addresses allows that";
            return Err(Error::Io(std::io::Error::new(std::io::ErrorKind::PermissionDenied, refused)));
        }
        Ok(allowed)
    }
}

impl HookClient {
    /// A client that trusts the authorities that the machine trusts.
    pub(crate) fn new(settings: &HookSettings) -> Self {
        let takes_private = settings.private_addresses;
        let config = Agent::config_builder()
            .timeout_global(Some(settings.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A connection that was left open may have been closed, and a text is sent once.
            .max_idle_connections(0)
            .max_response_header_size(16 << 10)
            .proxy(None)
            .https_only(!takes_private)
            .user_agent("atelier")
            .tls_config(tls_config())
            .build();
        let resolver = GuardedResolver { inner: DefaultResolver::default(), takes_private };
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        Self { agent, settings: settings.clone() }
    }

    /// Who says what becomes of a text without an opinion.
    pub(super) fn settings(&self) -> &HookSettings {
        &self.settings
    }

    /// Asks about a row.
    ///
    /// # Errors
    /// Why there is no answer, or none that can be read.
    pub(super) fn ask(&self, call: &HookCall, target: Target, now: Timestamp) -> Result<Opinion, String> {
        let (kind, row_id) = match target {
            Target::Question(id) => ("question", id.get()),
            Target::Answer(id) => ("answer", id.get()),
            Target::Review(id) => ("review", id.get()),
        };
        let body = body(call, kind, row_id, now);
        let (id, at) = (format!("msg_{kind}_{row_id}"), now.milliseconds().div_euclid(1_000));
        let request = self
            .agent
            .post(&self.settings.url)
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", self.settings.secret.sign(&id, at, body.as_bytes()));
        let mut response = request.send(body.as_bytes()).map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let limit = response.body_mut().with_config().limit(MAX_RESPONSE_BYTES);
        let body = limit.read_to_vec().map_err(|error| error.to_string())?;
        Opinion::read(status, &body)
    }
}

/// The body of a request.
fn body(call: &HookCall, kind: &str, row_id: u64, now: Timestamp) -> String {
    let HookCall { texts, origin, product_id, .. } = call;
    let HookTexts { body, summary, name, photos, .. } = texts;
    let findings: Vec<_> = origin
        .findings
        .iter()
        .map(|finding| json!({"reason": finding.reason.name(), "field": finding.field, "matched": finding.matched}))
        .collect();
    json!({
        "type": format!("{kind}.posted"),
        "timestamp": now.to_string(),
        "data": {
            "kind": kind,
            "id": row_id,
            "product_id": product_id.map(ProductId::get),
            "body": body,
            "summary": summary,
            "name": name,
            "photos": photos.iter().map(PhotoUrl::as_str).collect::<Vec<_>>(),
            "role": origin.role.name(),
            "verified_buyer": origin.is_verified_buyer,
            "findings": findings,
        },
    })
    .to_string()
}

/// TLS with the authorities of the machine; `SSL_CERT_FILE` and `SSL_CERT_DIR` name others.
fn tls_config() -> TlsConfig {
    let found = rustls_native_certs::load_native_certs();
    let roots: Vec<Certificate<'static>> =
        found.certs.iter().map(|authority| Certificate::from_der(authority).to_owned()).collect();
    if roots.is_empty() {
        tracing::warn!("the machine trusts no authority, so no hook at https:// can be asked");
    }
    TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}
