//! The settings of the HTTP side. Deliberately absent: where the values come from (`config`).

use std::path::PathBuf;

use super::request::client::TrustedProxies;
use super::request::identity::IdentitySettings;
use super::request::rate_limits::{LocalPeers, RateLimits};
use super::response::cors::CorsOrigins;
use super::services::Services;
use super::watch::access_log::AccessLog;

/// The settings of the HTTP side.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Put before every path, for clients that call e.g. `/api/fec2/hr-rfp/qa/questions`; empty or
    /// beginning with a slash and not ending with one.
    pub path_prefix: String,
    /// What is served; the paths of everything else are unknown.
    pub services: Services,
    /// Whether there is a page at `/` that shows what is running, and its figures at
    /// `/status.json`.
    pub first_page: bool,
    /// Whether there is a demo shop at `/demo`.
    pub demo: bool,
    /// Whose pages may read responses.
    pub cors_origins: CorsOrigins,
    /// With these, the server speaks TLS only.
    pub tls: Option<TlsFiles>,
    /// How long a shared cache may serve a list without asking again, in seconds.
    pub shared_cache_s: u32,
    /// Most bytes of encoded lists that are cached.
    pub encoded_max_bytes: u64,
    /// Largest body of what is posted.
    pub max_body_bytes: usize,
    /// Connections served at once; one more is answered 503 and closed.
    pub max_connections: usize,
    /// How long a connection may go without a request's whole head, in seconds, give or take one.
    pub max_head_wait_s: u32,
    /// How long a connection may go without taking a byte of a response that waits for it, in
    /// seconds, give or take one.
    pub max_send_wait_s: u32,
    /// Most bytes that all connections hold together: requests that are not whole yet, and
    /// responses that were not taken.
    pub max_held_bytes: usize,
    /// How many writes a client may send.
    pub rate_limits: RateLimits,
    /// Whether the limits count peers on the loopback interface that send no forwarding header.
    pub local_peers: LocalPeers,
    /// Proxies whose forwarding header is believed.
    pub trusted_proxies: TrustedProxies,
    /// Who shoppers are, as the shop's own server says.
    pub identity: IdentitySettings,
    /// Which requests are logged.
    pub access_log: AccessLog,
    /// Worker threads.
    pub workers: usize,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            path_prefix: String::new(),
            services: Services::ALL,
            first_page: true,
            demo: false,
            cors_origins: CorsOrigins::Any,
            tls: None,
            shared_cache_s: 0,
            encoded_max_bytes: 64 << 20,
            max_body_bytes: 65_536,
            max_connections: 16_384,
            max_head_wait_s: 30,
            max_send_wait_s: 60,
            max_held_bytes: 512 << 20,
            rate_limits: RateLimits::OFF,
            local_peers: LocalPeers::Limited,
            trusted_proxies: TrustedProxies::default(),
            identity: IdentitySettings::default(),
            access_log: AccessLog::OFF,
            workers: std::thread::available_parallelism().map_or(2, usize::from),
        }
    }
}

/// The files that prove the server's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those that lead to its root, as PEM.
    pub certificate: PathBuf,
    /// Its private key, as PEM.
    pub key: PathBuf,
}
