//! The options of `serve`: the only definition of the settings, in the order and under the headings
//! of the help. What becomes of them is not known here.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::identity::{self, WrittenKeys};
use super::values::{self, ByteSize, LogFilter, MailDomains, Switch, whole_number};
use crate::http::{
    CorsOrigins, IdentityMode, LocalPeers, LoggedRequests, RateLimits, ReservedNames, Services,
    TrustedProxies,
};
use crate::service::{HookFailure, HookSecret, Policy, Signal, VotePolicy};
use crate::store::StoreAddress;

/// Where `serve` listens by default.
pub(super) const DEFAULT_LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 3_000));

const STORE: &str = "Store";
const LISTENING: &str = "Listening";
const PAGES: &str = "Pages and origins";
const LIMITS: &str = "Limits";
const MODERATION: &str = "Moderation";
const IDENTITY: &str = "Identity";
const CACHE: &str = "Cache";
const LOG: &str = "Log";
#[cfg(feature = "otel")]
const TRACES: &str = "Traces";

const LOCAL_PEERS: &[(&str, LocalPeers)] =
    &[("limited", LocalPeers::Limited), ("exempt", LocalPeers::Exempt)];
const LOGGED_REQUESTS: &[(&str, LoggedRequests)] =
    &[("off", LoggedRequests::Off), ("errors", LoggedRequests::Errors), ("all", LoggedRequests::All)];

const POLICIES: &[(&str, Policy)] =
    &[("none", Policy::None), ("words", Policy::Words), ("first", Policy::First), ("all", Policy::All)];
const SIGNALS: &[(&str, Signal)] = &[("off", Signal::Off), ("flag", Signal::Flag), ("hold", Signal::Hold)];
const HOOK_FAILURES: &[(&str, HookFailure)] =
    &[("hold", HookFailure::Hold), ("publish", HookFailure::Publish)];

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_hours(24);
const YEAR: Duration = Duration::from_hours(24 * 365);

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

    /// Settings file (TOML): a line for each option, such as listen = "127.0.0.1:3000"; options and
    /// variables override it
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
    #[command(flatten, next_help_heading = STORE)]
    pub store: StoreOption,

    /// Create or upgrade the store's tables first
    #[arg(long, help_heading = STORE, env = "ATELIER_MIGRATE", value_name = "on|off", num_args = 0..=1, require_equals = true, default_missing_value = "on", default_value = "off", hide_possible_values = true)]
    pub migrate: Switch,

    /// Show a demo shop at /demo, and fill an empty store with a few thousand generated products
    /// first
    #[arg(long, help_heading = STORE, env = "ATELIER_DEMO", value_name = "on|off", num_args = 0..=1, require_equals = true, default_missing_value = "on", default_value = "off", hide_possible_values = true)]
    pub demo: Switch,

    /// Threads that read from the store
    #[arg(long, help_heading = STORE, env = "ATELIER_READERS", value_name = "N", default_value_t = 2, value_parser = whole_number(1..=64_u16))]
    pub readers: u16,

    /// Requests that may wait for the store, and as many writes; more are refused with 503
    #[arg(long, help_heading = STORE, env = "ATELIER_MAX_QUEUED_REQUESTS", value_name = "N", default_value_t = 16_384, value_parser = whole_number(1..=u32::MAX))]
    pub max_queued_requests: u32,

    /// How long a request waits for the store before it is refused with 503
    #[arg(long, help_heading = STORE, env = "ATELIER_MAX_STORE_WAIT", value_name = "DURATION", default_value = "5s", value_parser = values::duration(MILLISECOND, MILLISECOND..=DAY))]
    pub max_store_wait: Duration,

    /// Address and port to listen on, or a port of 127.0.0.1; a socket from a service manager takes
    /// its place
    #[arg(long, help_heading = LISTENING, env = "ATELIER_LISTEN", value_name = "ADDRESS:PORT", default_value_t = DEFAULT_LISTEN, value_parser = values::socket_address)]
    pub listen: SocketAddr,

    /// Address and port of /metrics, /livez and /readyz for monitoring, or a port of 127.0.0.1; not
    /// for the open network [default: none]
    #[arg(long, help_heading = LISTENING, env = "ATELIER_ADMIN_LISTEN", value_name = "ADDRESS:PORT", value_parser = values::socket_address)]
    pub admin_listen: Option<SocketAddr>,

    /// Serve TLS with the certificate in this PEM file, followed by its intermediate certificates;
    /// read again at SIGHUP
    #[arg(long, help_heading = LISTENING, env = "ATELIER_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// Private key of --tls-cert, a PEM file
    #[arg(long, help_heading = LISTENING, env = "ATELIER_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Proxies, as addresses or networks separated by commas, whose X-Forwarded-For or Forwarded
    /// names the client
    #[arg(long, help_heading = LISTENING, env = "ATELIER_TRUSTED_PROXIES", value_name = "NETWORKS", default_value = "", hide_default_value = true)]
    pub trusted_proxies: TrustedProxies,

    /// Threads that answer requests [default: one for each core]
    #[arg(long, help_heading = LISTENING, env = "ATELIER_WORKERS", value_name = "N", value_parser = whole_number(1..=1024_u16))]
    pub workers: Option<u16>,

    /// How long to go on after SIGTERM while /readyz is 503, so that a load balancer notices first
    #[arg(long, help_heading = LISTENING, env = "ATELIER_DRAIN_DELAY", value_name = "DURATION", default_value = "off", value_parser = values::duration(MILLISECOND, Duration::ZERO..=Duration::from_mins(5)))]
    pub drain_delay: Duration,

    /// Path before every route, such as /api/fec2/hr-rfp
    #[arg(long, help_heading = PAGES, env = "ATELIER_PATH_PREFIX", value_name = "PATH", default_value = "", value_parser = values::path_prefix, hide_default_value = true)]
    pub path_prefix: String,

    /// What is served: products, qa and reviews, separated by commas; the paths of what is left out
    /// are 404
    #[arg(long, help_heading = PAGES, env = "ATELIER_SERVICES", value_name = "NAMES", default_value_t = Services::ALL)]
    pub services: Services,

    /// The campus that every product shows
    #[arg(long, help_heading = PAGES, env = "ATELIER_CAMPUS", value_name = "NAME", default_value = "hr-rfp", value_parser = values::campus)]
    pub campus: String,

    /// A page at / that shows the state of the service, with its figures at /status.json
    #[arg(long, help_heading = PAGES, env = "ATELIER_HOME_PAGE", value_name = "on|off", default_value = "on", hide_possible_values = true)]
    pub home_page: Switch,

    /// Origins whose pages may read responses: * or a list separated by commas
    #[arg(long, help_heading = PAGES, env = "ATELIER_CORS_ORIGINS", value_name = "ORIGINS", default_value = "*", value_parser = CorsOrigins::parse)]
    pub cors_origins: CorsOrigins,

    /// Connections served at once; more are refused with 503
    #[arg(long, help_heading = LIMITS, env = "ATELIER_MAX_CONNECTIONS", value_name = "N", default_value_t = 16_384, value_parser = whole_number(1..=u32::MAX))]
    pub max_connections: u32,

    /// How long a connection may go without a request
    #[arg(long, help_heading = LIMITS, env = "ATELIER_MAX_IDLE_WAIT", value_name = "DURATION", default_value = "30s", value_parser = values::duration(SECOND, SECOND..=DAY))]
    pub max_idle_wait: Duration,

    /// Writes an hour that a client may send: off, or any of
    /// questions=20,answers=50,reviews=20,votes=600,reports=50, the defaults; 0 is no limit
    #[arg(long, help_heading = LIMITS, env = "ATELIER_RATE_LIMITS", value_name = "LIMITS", default_value = "questions=20,answers=50,reviews=20,votes=600,reports=50", hide_default_value = true)]
    pub rate_limits: RateLimits,

    /// Whether --rate-limits counts peers on the loopback interface that send no forwarding header,
    /// such as a front end's own server [default: limited, exempt with --demo]
    #[arg(long, help_heading = LIMITS, env = "ATELIER_LOCAL_PEERS", value_name = "limited|exempt", value_parser = values::one_of(LOCAL_PEERS), hide_possible_values = true)]
    pub local_peers: Option<LocalPeers>,

    /// How long the same text by the same author in the same place counts as sent again; off adds
    /// it every time
    #[arg(long, help_heading = LIMITS, env = "ATELIER_DUPLICATE_WINDOW", value_name = "DURATION", default_value = "5m", value_parser = values::duration_or_seconds(Duration::ZERO..=DAY))]
    pub duplicate_window: Duration,

    /// Largest body of a request that adds something
    #[arg(long, help_heading = LIMITS, env = "ATELIER_MAX_REQUEST_SIZE", value_name = "SIZE", default_value = "64KiB")]
    pub max_request_size: ByteSize,

    /// Longest text of a question, an answer or a review, in characters
    #[arg(long, help_heading = LIMITS, env = "ATELIER_MAX_TEXT_CHARS", value_name = "N", default_value_t = 1_000, value_parser = whole_number(1..=10_000_u32))]
    pub max_text_chars: u32,

    /// Longest heading of a review, in characters
    #[arg(long, help_heading = LIMITS, env = "ATELIER_MAX_SUMMARY_CHARS", value_name = "N", default_value_t = 60, value_parser = whole_number(1..=10_000_u32))]
    pub max_summary_chars: u32,

    /// Longest name, in characters
    #[arg(long, help_heading = LIMITS, env = "ATELIER_MAX_NAME_CHARS", value_name = "N", default_value_t = 60, value_parser = whole_number(1..=10_000_u32))]
    pub max_name_chars: u32,

    /// Longest e-mail address, in characters
    #[arg(long, help_heading = LIMITS, env = "ATELIER_MAX_EMAIL_CHARS", value_name = "N", default_value_t = 254, value_parser = whole_number(1..=10_000_u32))]
    pub max_email_chars: u32,

    /// Most photos of an answer or a review
    #[arg(long, help_heading = LIMITS, env = "ATELIER_MAX_PHOTOS", value_name = "N", default_value_t = 5, value_parser = whole_number(0..=100_u32))]
    pub max_photos: u32,

    /// Longest address of a photo, in characters
    #[arg(long, help_heading = LIMITS, env = "ATELIER_MAX_PHOTO_URL_CHARS", value_name = "N", default_value_t = 2_000, value_parser = whole_number(1..=10_000_u32))]
    pub max_photo_url_chars: u32,

    /// Largest page of a list
    #[arg(long, help_heading = LIMITS, env = "ATELIER_MAX_PAGE_SIZE", value_name = "ROWS", default_value_t = 1_000, value_parser = whole_number(1..=u32::MAX))]
    pub max_page_size: u32,

    /// Most answers shown with a question in the questions list
    #[arg(long, help_heading = LIMITS, env = "ATELIER_MAX_NESTED_ANSWERS", value_name = "ROWS", default_value_t = 1_000, value_parser = whole_number(0..=u32::MAX))]
    pub max_nested_answers: u32,

    /// Which questions wait for a moderator: none, those with a word of the shop's lists, also the
    /// first of each author, or all
    #[arg(long, help_heading = MODERATION, env = "ATELIER_MODERATION_QUESTIONS", value_name = "none|words|first|all", default_value = "none", value_parser = values::one_of(POLICIES), hide_possible_values = true)]
    pub moderation_questions: Policy,

    /// Which answers wait for a moderator
    #[arg(long, help_heading = MODERATION, env = "ATELIER_MODERATION_ANSWERS", value_name = "none|words|first|all", default_value = "none", value_parser = values::one_of(POLICIES), hide_possible_values = true)]
    pub moderation_answers: Policy,

    /// Which reviews wait for a moderator
    #[arg(long, help_heading = MODERATION, env = "ATELIER_MODERATION_REVIEWS", value_name = "none|words|first|all", default_value = "none", value_parser = values::one_of(POLICIES), hide_possible_values = true)]
    pub moderation_reviews: Policy,

    /// Reports of different people that hide a row; three times as many once a moderator has
    /// approved it
    #[arg(long, help_heading = MODERATION, env = "ATELIER_REPORT_THRESHOLD", value_name = "N", default_value_t = 1, value_parser = whole_number(1..=1_000_u32))]
    pub report_threshold: u32,

    /// Texts with a link: flag tells moderators, hold has them wait
    #[arg(long, help_heading = MODERATION, env = "ATELIER_LINKS_IN_TEXTS", value_name = "off|flag|hold", default_value = "off", value_parser = values::one_of(SIGNALS), hide_possible_values = true)]
    pub links_in_texts: Signal,

    /// Names that are an address of a page or of a person, or a telephone number
    #[arg(long, help_heading = MODERATION, env = "ATELIER_CONTACTS_IN_NAMES", value_name = "off|flag|hold", default_value = "off", value_parser = values::one_of(SIGNALS), hide_possible_values = true)]
    pub contacts_in_names: Signal,

    /// The same text on three products within 24 hours
    #[arg(long, help_heading = MODERATION, env = "ATELIER_REPEATED_TEXTS", value_name = "off|flag|hold", default_value = "off", value_parser = values::one_of(SIGNALS), hide_possible_values = true)]
    pub repeated_texts: Signal,

    /// More than five texts of a client within ten minutes
    #[arg(long, help_heading = MODERATION, env = "ATELIER_BUSY_CLIENTS", value_name = "off|flag|hold", default_value = "off", value_parser = values::one_of(SIGNALS), hide_possible_values = true)]
    pub busy_clients: Signal,

    /// Forms with a hidden field filled in, or filled in within three seconds
    #[arg(long, help_heading = MODERATION, env = "ATELIER_FORM_TRAPS", value_name = "off|flag|hold", default_value = "off", value_parser = values::one_of(SIGNALS), hide_possible_values = true)]
    pub form_traps: Signal,

    /// Texts of 20 letters and more, most of them capitals
    #[arg(long, help_heading = MODERATION, env = "ATELIER_CAPITALS", value_name = "off|flag|hold", default_value = "off", value_parser = values::one_of(SIGNALS), hide_possible_values = true)]
    pub capitals: Signal,

    /// Authors with an address at one of --listed-mail-domains
    #[arg(long, help_heading = MODERATION, env = "ATELIER_MAIL_DOMAINS", value_name = "off|flag|hold", default_value = "off", value_parser = values::one_of(SIGNALS), hide_possible_values = true)]
    pub mail_domains: Signal,

    /// Domains of mail addresses, separated by commas, with those below them
    #[arg(long, help_heading = MODERATION, env = "ATELIER_LISTED_MAIL_DOMAINS", value_name = "DOMAINS", default_value = "", hide_default_value = true)]
    pub listed_mail_domains: MailDomains,

    /// A program that is asked about each new text, by a signed POST to this address [default:
    /// none]
    #[arg(long, help_heading = MODERATION, env = "ATELIER_HOOK_URL", value_name = "https://HOST/PATH", value_parser = values::hook_url)]
    pub hook_url: Option<String>,

    /// What requests to --hook-url are signed with, as Standard Webhooks have it [default: none]
    #[arg(long, help_heading = MODERATION, env = "ATELIER_HOOK_SECRET", hide_env_values = true, value_name = "whsec_SECRET")]
    pub hook_secret: Option<HookSecret>,

    /// How long --hook-url may take to respond
    #[arg(long, help_heading = MODERATION, env = "ATELIER_HOOK_TIMEOUT", value_name = "DURATION", default_value = "2s", value_parser = values::duration(MILLISECOND, MILLISECOND..=Duration::from_secs(30)))]
    pub hook_timeout: Duration,

    /// What becomes of a text when --hook-url does not respond as it should; publish still holds
    /// what --moderation-… holds
    #[arg(long, help_heading = MODERATION, env = "ATELIER_HOOK_ON_FAILURE", value_name = "hold|publish", default_value = "hold", value_parser = values::one_of(HOOK_FAILURES), hide_possible_values = true)]
    pub hook_on_failure: HookFailure,

    /// Allow --hook-url at this machine or in a private network, and without TLS
    #[arg(long, help_heading = MODERATION, env = "ATELIER_HOOK_PRIVATE_ADDRESSES", value_name = "on|off", num_args = 0..=1, require_equals = true, default_missing_value = "on", default_value = "off", hide_possible_values = true)]
    pub hook_private_addresses: Switch,

    /// Whether tokens of the shop's own server say who a shopper is (Atelier-Identity): off,
    /// optional, or required for everything that is posted and for votes
    #[arg(long, help_heading = IDENTITY, env = "ATELIER_IDENTITY", value_name = "WHICH", default_value = "off", value_parser = values::one_of(identity::MODES), hide_possible_values = true)]
    pub identity: IdentityMode,

    #[expect(clippy::doc_markdown, reason = "this comment is the help text, shown as it is")]
    /// Keys that verify tokens, separated by commas: KID:HS256:SECRET or KID:EdDSA:PUBLIC_KEY, both
    /// in base64; or file:PATH of a file with one a line
    #[arg(long, help_heading = IDENTITY, env = "ATELIER_IDENTITY_KEYS", hide_env_values = true, value_name = "KEYS", default_value = "", hide_default_value = true)]
    pub identity_keys: WrittenKeys,

    #[expect(clippy::doc_markdown, reason = "this comment is the help text, shown as it is")]
    #[expect(rustdoc::bare_urls, reason = "this comment is the help text, shown as it is")]
    /// What tokens must name as their audience (aud), such as https://reviews.shop.example
    /// [default: none]
    #[arg(long, help_heading = IDENTITY, env = "ATELIER_IDENTITY_AUDIENCE", value_name = "TEXT", value_parser = identity::audience)]
    pub identity_audience: Option<String>,

    #[expect(clippy::doc_markdown, reason = "this comment is the help text, shown as it is")]
    /// Whose votes count: open (every vote, but those with a token once), one_a_client (one of each
    /// address) or identified (those with a token)
    #[arg(long, help_heading = IDENTITY, env = "ATELIER_VOTES", value_name = "WHOSE", default_value = "open", value_parser = values::one_of(identity::VOTES), hide_possible_values = true)]
    pub votes: VotePolicy,

    /// Names that only the seller may have, separated by commas, such as Seller,Support; off
    /// reserves none
    #[arg(long, help_heading = IDENTITY, env = "ATELIER_RESERVED_NAMES", value_name = "NAMES", default_value = "off")]
    pub reserved_names: ReservedNames,

    /// Most memory for cached questions and answers; 0 caches none [default: 4GiB, at most two
    /// ninths of the memory that there is]
    #[arg(long, help_heading = CACHE, env = "ATELIER_MAX_PRODUCT_CACHE", value_name = "SIZE")]
    pub max_product_cache: Option<ByteSize>,

    /// Most memory for cached reviews; 0 caches none [default: 3GiB, at most one sixth of the
    /// memory that there is]
    #[arg(long, help_heading = CACHE, env = "ATELIER_MAX_REVIEW_CACHE", value_name = "SIZE")]
    pub max_review_cache: Option<ByteSize>,

    /// Most memory for cached products of the catalogue; 0 caches none [default: 2GiB, at most one
    /// ninth of the memory that there is]
    #[arg(long, help_heading = CACHE, env = "ATELIER_MAX_CATALOGUE_CACHE", value_name = "SIZE")]
    pub max_catalogue_cache: Option<ByteSize>,

    /// Read a cached product again when it is older; off never does [default: 15m with PostgreSQL,
    /// off with SQLite]
    #[arg(long, help_heading = CACHE, env = "ATELIER_MAX_PRODUCT_AGE", value_name = "DURATION", value_parser = values::duration(SECOND, Duration::ZERO..=YEAR))]
    pub max_product_age: Option<Duration>,

    /// How long cached lists are still served when the process cannot hear of changes in PostgreSQL
    #[arg(long, help_heading = CACHE, env = "ATELIER_STALE_GRACE", value_name = "DURATION", default_value = "10s", value_parser = values::duration(SECOND, Duration::ZERO..=YEAR))]
    pub stale_grace: Duration,

    /// Most memory for lists compressed with gzip, brotli or zstd; 0 caches none
    #[arg(long, help_heading = CACHE, env = "ATELIER_MAX_COMPRESSED_CACHE", value_name = "SIZE", default_value = "64MiB")]
    pub max_compressed_cache: ByteSize,

    /// How long caches in front of the service may serve a list without asking again (s-maxage);
    /// lists are late by that
    #[arg(long, help_heading = CACHE, env = "ATELIER_MAX_SHARED_CACHE_AGE", value_name = "DURATION", default_value = "off", value_parser = values::duration(SECOND, Duration::ZERO..=DAY))]
    pub max_shared_cache_age: Duration,

    /// Levels that are logged: off, error, warn, info, debug or trace; also of parts, such as
    /// info,atelier=debug
    #[arg(long, help_heading = LOG, env = "ATELIER_LOG", value_name = "LEVELS", default_value = "info")]
    pub log: LogFilter,

    /// Form of the log
    #[arg(long, help_heading = LOG, env = "ATELIER_LOG_FORMAT", value_name = "FORMAT", default_value = "pretty")]
    pub log_format: LogFormat,

    /// Requests that are logged: off, errors (5xx and slow ones) or all
    #[arg(long, help_heading = LOG, env = "ATELIER_ACCESS_LOG", value_name = "WHICH", default_value = "off", value_parser = values::one_of(LOGGED_REQUESTS), hide_possible_values = true)]
    pub access_log: LoggedRequests,

    /// The latency from which --access-log errors logs a request as slow
    #[arg(long, help_heading = LOG, env = "ATELIER_SLOW_REQUEST", value_name = "DURATION", default_value = "500ms", value_parser = values::duration(MILLISECOND, MILLISECOND..=DAY))]
    pub slow_request: Duration,

    /// Where spans are sent by OTLP over HTTP, as a whole address [default: nowhere]
    #[cfg(feature = "otel")]
    #[arg(long, help_heading = TRACES, env = "ATELIER_OTLP_ENDPOINT", value_name = "http://HOST:4318/v1/traces", value_parser = values::collector)]
    pub otlp_endpoint: Option<String>,

    /// Share of the requests that are traced, 0 to 1; a request that comes with a trace is traced
    /// as the trace says
    #[cfg(feature = "otel")]
    #[arg(long, help_heading = TRACES, env = "ATELIER_TRACE_RATIO", value_name = "SHARE", default_value_t = 0.01, value_parser = values::share)]
    pub trace_ratio: f64,
}
