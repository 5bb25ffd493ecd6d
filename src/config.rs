//! What an operator says to `serve`, and the one checked configuration that comes of it. [`ServeOptions`] is the only
//! definition of the settings: command line, environment, settings file, their listings and documents are all made from
//! it, by the modules below. Nobody else reads the command line or the environment, but for what a
//! service manager puts there (`cli::manager`).

mod command_line;
mod file;
mod in_force;
mod machine;
mod setting;
mod values;
mod wrong;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

pub use command_line::{CommandLine, Refusal, Source, misspelt_variables};
pub use in_force::InForce;
pub use setting::Setting;
pub(crate) use values::whole_number;
pub use values::{ByteSize, LogFilter, Switch};
pub use wrong::WrongSetting;

use crate::http::{
    AccessLog, CorsOrigins, HttpSettings, LoggedRequests, RateLimits, TlsFiles, TrustedProxies,
};
use crate::service::ServiceSettings;
use crate::store::StoreAddress;

/// Views take at most this many bytes unless the operator says otherwise, and at most half of the machine.
const DEFAULT_VIEWS_MAX_BYTES: u64 = 4 << 30;

/// With PostgreSQL, where other processes write and news of it comes over the network, a view is read again after
/// this long unless the operator says otherwise. SQLite tells of every change itself, so there views do not age.
const DEFAULT_POSTGRES_MAX_VIEW_AGE: Duration = Duration::from_mins(15);

/// Where `serve` listens unless the operator says otherwise.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 3_000));

/// Which store a command works on.
#[derive(Debug, Clone, Args)]
pub struct StoreOption {
    #[expect(clippy::doc_markdown, reason = "this comment is the help text, shown as it is")]
    /// The store: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE?sslmode=require
    #[arg(
        long,
        env = "ATELIER_STORE",
        hide_env_values = true,
        value_name = "ADDRESS",
        default_value = "sqlite:atelier.db"
    )]
    pub store: StoreAddress,

    /// Settings file (TOML): a line for each option, such as listen = "127.0.0.1:3000"; what options and variables say
    /// counts before it
    #[arg(long, env = "ATELIER_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Pretty,
    /// A JSON object a line
    Json,
}

/// The options of `serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeOptions {
    /// Which store.
    #[command(flatten)]
    pub store: StoreOption,

    /// Address and port to listen on; a socket that a service manager hands over takes its place
    #[arg(long, env = "ATELIER_LISTEN", value_name = "ADDRESS:PORT", default_value_t = DEFAULT_LISTEN, value_parser = values::socket_address)]
    pub listen: SocketAddr,

    /// Address and port for whoever watches: /metrics, /livez and /readyz; not for the open network [default: none]
    #[arg(long, env = "ATELIER_ADMIN_LISTEN", value_name = "ADDRESS:PORT", value_parser = values::socket_address)]
    pub admin_listen: Option<SocketAddr>,

    /// How long to go on after SIGTERM while /readyz says 503, so that a load balancer notices first, in milliseconds
    #[arg(long, env = "ATELIER_DRAIN_DELAY_MS", value_name = "MS", default_value_t = 0, value_parser = whole_number(0..=300_000_u32))]
    pub drain_delay_ms: u32,

    /// What is logged: off, error, warn, info, debug or trace; also of parts, such as info,atelier=debug
    #[arg(long, env = "ATELIER_LOG", value_name = "LEVELS", default_value = "info")]
    pub log: LogFilter,

    /// Form of the log
    #[arg(long, env = "ATELIER_LOG_FORMAT", value_name = "FORMAT", default_value = "pretty")]
    pub log_format: LogFormat,

    /// Requests that are logged: off, errors (5xx and slow ones) or all
    #[arg(long, env = "ATELIER_ACCESS_LOG", value_name = "WHICH", default_value = "off")]
    pub access_log: LoggedRequests,

    /// How long a request takes that --access-log errors calls slow, in milliseconds
    #[arg(long, env = "ATELIER_SLOW_MS", value_name = "MS", default_value_t = 500, value_parser = whole_number(1..=u32::MAX))]
    pub slow_ms: u32,

    /// Where spans are sent by OTLP over HTTP, as a whole address [default: nowhere]
    #[cfg(feature = "otel")]
    #[arg(long, env = "ATELIER_OTLP_ENDPOINT", value_name = "http://HOST:4318/v1/traces", value_parser = values::collector)]
    pub otlp_endpoint: Option<String>,

    /// Share of the requests that are traced, 0 to 1; those that come with a trace are traced as it says
    #[cfg(feature = "otel")]
    #[arg(long, env = "ATELIER_TRACE_RATIO", value_name = "SHARE", default_value_t = 0.01, value_parser = values::share)]
    pub trace_ratio: f64,

    /// Create or upgrade the store's tables first
    #[arg(long, env = "ATELIER_MIGRATE", value_name = "true|false", action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value_t = false, value_parser = values::switch)]
    pub migrate: bool,

    /// Fill an empty store with a few thousand generated products first
    #[arg(long, env = "ATELIER_DEMO", value_name = "true|false", action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value_t = false, value_parser = values::switch)]
    pub demo: bool,

    /// Path put before every route, such as /api/fec2/hr-rfp
    #[arg(long, env = "ATELIER_PATH_PREFIX", value_name = "PATH", default_value = "", value_parser = values::path_prefix, hide_default_value = true)]
    pub path_prefix: String,

    /// A page at / that shows what is running, with its figures at /status.json
    #[arg(
        long,
        env = "ATELIER_FIRST_PAGE",
        value_name = "on|off",
        default_value = "on",
        hide_possible_values = true
    )]
    pub first_page: Switch,

    /// Origins whose pages may read answers: * or a list separated by commas
    #[arg(long, env = "ATELIER_CORS_ORIGINS", value_name = "ORIGINS", default_value = "*", value_parser = CorsOrigins::parse)]
    pub cors_origins: CorsOrigins,

    /// Speak TLS, with the certificate in this PEM file, followed by those that lead to its root; read again at SIGHUP
    #[arg(long, env = "ATELIER_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// Private key of --tls-cert, a PEM file
    #[arg(long, env = "ATELIER_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// How long caches in front of the service may show a list without asking again, in seconds; lists are behind by that
    #[arg(long, env = "ATELIER_SHARED_CACHE_S", value_name = "S", default_value_t = 0, value_parser = whole_number(0..=86_400_u32))]
    pub shared_cache_s: u32,

    /// Most memory for lists that were encoded as gzip, brotli or zstd, such as 64MiB; 0 encodes each anew
    #[arg(long, env = "ATELIER_ENCODED_MAX_BYTES", value_name = "BYTES", default_value = "64MiB")]
    pub encoded_max_bytes: ByteSize,

    /// Most memory for products kept ready, such as 512MiB; 0 keeps none [default: 4GiB, at most half of the
    /// memory that there is]
    #[arg(long, env = "ATELIER_VIEWS_MAX_BYTES", value_name = "BYTES")]
    pub views_max_bytes: Option<ByteSize>,

    /// Read a product again when what is kept of it is older, in seconds; 0 never does [default: 900 with
    /// PostgreSQL, 0 with SQLite]
    #[arg(long, env = "ATELIER_MAX_VIEW_AGE_S", value_name = "S", value_parser = whole_number(0..=u32::MAX))]
    pub max_view_age_s: Option<u32>,

    /// How long lists in memory are still shown when the process cannot hear of changes in PostgreSQL, in seconds
    #[arg(long, env = "ATELIER_STALE_GRACE_S", value_name = "S", default_value_t = 10, value_parser = whole_number(0..=u32::MAX))]
    pub stale_grace_s: u32,

    /// Threads that answer requests [default: one for each core]
    #[arg(long, env = "ATELIER_WORKERS", value_name = "N", value_parser = whole_number(1..=1024_u16))]
    pub workers: Option<u16>,

    /// Threads that read from the store
    #[arg(long, env = "ATELIER_READERS", value_name = "N", default_value_t = 2, value_parser = whole_number(1..=64_u16))]
    pub readers: u16,

    /// Connections served at once
    #[arg(long, env = "ATELIER_MAX_CONNECTIONS", value_name = "N", default_value_t = 16_384, value_parser = whole_number(1..=u32::MAX))]
    pub max_connections: u32,

    /// How long a connection may go without a request, in seconds
    #[arg(long, env = "ATELIER_MAX_HEAD_WAIT_S", value_name = "S", default_value_t = 30, value_parser = whole_number(1..=86_400_u32))]
    pub max_head_wait_s: u32,

    /// Writes an hour that a client may send: off, or any of questions=20,answers=50,votes=600,reports=50, the
    /// defaults; 0 is no limit
    #[arg(
        long,
        env = "ATELIER_RATE_LIMITS",
        value_name = "LIMITS",
        default_value = "questions=20,answers=50,votes=600,reports=50",
        hide_default_value = true
    )]
    pub rate_limits: RateLimits,

    /// How long the same text by the same author in the same place counts as sent again, in seconds; 0 adds it every time
    #[arg(long, env = "ATELIER_DUPLICATE_WINDOW", value_name = "S", default_value_t = 300, value_parser = whole_number(0..=86_400_u32))]
    pub duplicate_window: u32,

    /// Proxies, as addresses or networks separated by commas, whose X-Forwarded-For or Forwarded says who the client
    /// is
    #[arg(
        long,
        env = "ATELIER_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        default_value = "",
        hide_default_value = true
    )]
    pub trusted_proxies: TrustedProxies,

    /// Requests, and writes, that may wait for the store before more are refused
    #[arg(long, env = "ATELIER_MAX_WAITING", value_name = "N", default_value_t = 16_384, value_parser = whole_number(1..=u32::MAX))]
    pub max_waiting: u32,

    /// How long a request waits for the store, in milliseconds
    #[arg(long, env = "ATELIER_STORE_WAIT_MS", value_name = "MS", default_value_t = 5_000, value_parser = whole_number(1..=u32::MAX))]
    pub store_wait_ms: u32,

    /// Largest page of a list
    #[arg(long, env = "ATELIER_MAX_PAGE_SIZE", value_name = "ROWS", default_value_t = 1_000, value_parser = whole_number(1..=u32::MAX))]
    pub max_page_size: u32,

    /// Most answers shown with a question in the questions list
    #[arg(long, env = "ATELIER_MAX_NESTED_ANSWERS", value_name = "ROWS", default_value_t = 1_000, value_parser = whole_number(0..=u32::MAX))]
    pub max_nested_answers: u32,

    /// Longest text of a question or answer, in characters
    #[arg(long, env = "ATELIER_BODY_MAX_CHARS", value_name = "N", default_value_t = 1_000, value_parser = whole_number(1..=10_000_u32))]
    pub body_max_chars: u32,

    /// Longest name, in characters
    #[arg(long, env = "ATELIER_NAME_MAX_CHARS", value_name = "N", default_value_t = 60, value_parser = whole_number(1..=10_000_u32))]
    pub name_max_chars: u32,

    /// Longest e-mail address, in characters
    #[arg(long, env = "ATELIER_EMAIL_MAX_CHARS", value_name = "N", default_value_t = 254, value_parser = whole_number(1..=10_000_u32))]
    pub email_max_chars: u32,

    /// Most photos of an answer
    #[arg(long, env = "ATELIER_PHOTOS_MAX", value_name = "N", default_value_t = 5, value_parser = whole_number(0..=100_u32))]
    pub photos_max: u32,

    /// Longest address of a photo, in characters
    #[arg(long, env = "ATELIER_PHOTO_URL_MAX_CHARS", value_name = "N", default_value_t = 2_000, value_parser = whole_number(1..=10_000_u32))]
    pub photo_url_max_chars: u32,

    /// Largest body of a question or answer, such as 64KiB
    #[arg(long, env = "ATELIER_MAX_BODY_BYTES", value_name = "BYTES", default_value = "64KiB")]
    pub max_body_bytes: ByteSize,
}

impl ServeOptions {
    /// The settings of the HTTP side.
    pub fn http_settings(&self) -> HttpSettings {
        let defaults = HttpSettings::default();
        HttpSettings {
            path_prefix: self.path_prefix.clone(),
            first_page: self.first_page == Switch::On,
            cors_origins: self.cors_origins.clone(),
            tls: self.tls_files(),
            shared_cache_s: self.shared_cache_s,
            encoded_max_bytes: self.encoded_max_bytes.0,
            max_body_bytes: usize::try_from(self.max_body_bytes.0).unwrap_or(usize::MAX),
            max_connections: self.max_connections as usize,
            max_head_wait_s: self.max_head_wait_s,
            max_send_wait_s: defaults.max_send_wait_s,
            max_held_bytes: defaults.max_held_bytes,
            rate_limits: self.rate_limits,
            trusted_proxies: self.trusted_proxies.clone(),
            access_log: AccessLog {
                requests: self.access_log,
                slow: Duration::from_millis(self.slow_ms.into()),
            },
            workers: self.workers.map_or(defaults.workers, usize::from),
        }
    }

    /// The settings of the service.
    pub fn service_settings(&self) -> ServiceSettings {
        let mut settings = ServiceSettings {
            views_max_bytes: self.views_max_bytes.map_or_else(default_views_max_bytes, |size| size.0),
            max_view_age: self.max_view_age(),
            stale_grace: Duration::from_secs(self.stale_grace_s.into()),
            readers: self.readers.into(),
            max_waiting_reads: self.max_waiting as usize,
            max_waiting_writes: self.max_waiting as usize,
            store_wait: Duration::from_millis(self.store_wait_ms.into()),
            max_page_size: self.max_page_size,
            max_nested_answers: self.max_nested_answers as usize,
            duplicate_window: Duration::from_secs(self.duplicate_window.into()),
            ..ServiceSettings::default()
        };
        settings.submission.body_max_chars = self.body_max_chars as usize;
        settings.submission.name_max_chars = self.name_max_chars as usize;
        settings.submission.email_max_chars = self.email_max_chars as usize;
        settings.submission.photos_max = self.photos_max as usize;
        settings.submission.photo_url_max_chars = self.photo_url_max_chars as usize;
        settings
    }

    /// Whether the settings go together.
    ///
    /// # Errors
    /// Of a certificate and its key, one alone is of no use.
    pub fn check(&self) -> Result<(), WrongSetting> {
        let (present, missing) = match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => ("tls_cert", "tls_key"),
            (None, Some(_)) => ("tls_key", "tls_cert"),
            _ => return Ok(()),
        };
        Err(WrongSetting::new(present, "set", &format!("write {missing} as well, or neither")))
    }

    /// Whether the files that settings name can be read by this process.
    ///
    /// # Errors
    /// Also when one is a folder.
    pub fn check_files(&self) -> Result<(), WrongSetting> {
        for (key, path) in [("tls_cert", &self.tls_cert), ("tls_key", &self.tls_key)] {
            let Some(path) = path else { continue };
            if let Err(error) = std::fs::read(path) {
                let complaint = format!("it cannot be read ({error}); write the path of a PEM file");
                return Err(WrongSetting::new(key, path.display(), &complaint));
            }
        }
        Ok(())
    }

    /// What a setting that nobody set comes to, for those whose default depends on the machine or on the store.
    fn worked_out(&self, key: &str) -> Option<u64> {
        match key {
            "workers" => u64::try_from(self.http_settings().workers).ok(),
            "views_max_bytes" => Some(self.service_settings().views_max_bytes),
            "max_view_age_s" => Some(self.max_view_age().as_secs()),
            _ => None,
        }
    }

    /// Whether somebody chose an address to listen on.
    pub fn chooses_where_to_listen(&self) -> bool {
        self.listen != DEFAULT_LISTEN
    }

    fn tls_files(&self) -> Option<TlsFiles> {
        let (certificate, key) = (self.tls_cert.clone()?, self.tls_key.clone()?);
        Some(TlsFiles { certificate, key })
    }

    /// What the kind of store is called.
    pub fn store_kind(&self) -> &'static str {
        match &self.store.store {
            StoreAddress::Sqlite(_) => "sqlite",
            StoreAddress::Postgres(_) => "postgres",
        }
    }

    fn max_view_age(&self) -> Duration {
        match (self.max_view_age_s, &self.store.store) {
            (Some(seconds), _) => Duration::from_secs(seconds.into()),
            (None, StoreAddress::Postgres(_)) => DEFAULT_POSTGRES_MAX_VIEW_AGE,
            (None, StoreAddress::Sqlite(_)) => Duration::ZERO,
        }
    }
}

fn default_views_max_bytes() -> u64 {
    DEFAULT_VIEWS_MAX_BYTES.min(machine::memory_bytes() / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_age_where_others_write() {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            serve: ServeOptions,
        }
        let max_view_age = |arguments: &[&str]| {
            let line: Line = clap::Parser::parse_from([&["atelier"], arguments].concat());
            line.serve.service_settings().max_view_age.as_secs()
        };
        assert_eq!(max_view_age(&["--store", "sqlite:shop.db"]), 0);
        assert_eq!(max_view_age(&["--store", "postgres://shop@db/atelier"]), 900);
        assert_eq!(max_view_age(&["--store", "postgres://shop@db/atelier", "--max-view-age-s", "0"]), 0);
        assert_eq!(max_view_age(&["--max-view-age-s", "60"]), 60);
    }
}
