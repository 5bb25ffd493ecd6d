//! A PostgreSQL address as an operator writes it: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?…`, with several
//! hosts separated by commas, or `?host=/DIRECTORY` for a socket. It is shown without its password. Two parameters
//! are ours: with `statements=unnamed` requests go through a pooler in transaction mode, and `direct=HOST:PORT` is
//! the server behind it.

use std::error::Error as _;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::statement::Naming;
use crate::store::StoreError;

/// How long to wait for one host to take a connection, unless the address says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long sent bytes may stay unacknowledged before the connection counts as broken.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);

/// A silent connection is probed after this long, and given up after three probes without an answer.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(3);
const KEEPALIVE_PROBES: u32 = 3;

/// The folder of the server's socket, for an address that names no host.
const DEFAULT_SOCKET_DIRECTORY: &str = "/var/run/postgresql";

const DEFAULT_PORT: u16 = 5_432;

/// Where a PostgreSQL database is, and how to reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresAddress {
    config: Box<Config>,
    naming: Naming,
    direct: Option<Direct>,
}

/// The server behind a pooler.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Direct {
    hosts: String,
    config: Box<Config>,
}

impl PostgresAddress {
    /// What answers requests.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Whether statements may have names there.
    pub(crate) fn naming(&self) -> Naming {
        self.naming
    }

    /// What does the rest, if it is not the same.
    pub(crate) fn direct(&self) -> Option<&Config> {
        self.direct.as_ref().map(|direct| &*direct.config)
    }

    /// The address as it is shown, and that it has a password.
    pub(in crate::store) fn masked(&self) -> String {
        let shown = self.to_string();
        match (self.config.get_password(), self.config.get_user()) {
            (None, _) => shown,
            // In a user's name it would be written `%40`.
            (Some(_), Some(_)) => shown.replacen('@', ":***@", 1),
            (Some(_), None) => shown.replacen("://", "://:***@", 1),
        }
    }
}

impl FromStr for PostgresAddress {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let (base, parameters) = text.split_once('?').unwrap_or((text, ""));
        let (mut naming, mut hosts) = (Naming::Named, None);
        let mut others = Vec::new();
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("statements", "named")) => naming = Naming::Named,
                Some(("statements", "unnamed")) => naming = Naming::Unnamed,
                Some(("statements", _)) => return Err(bad("statements is named or unnamed")),
                Some(("direct", list)) => hosts = Some(list),
                // The driver has no word for it, but `require` means the same here: see `tls`.
                Some(("sslmode", "verify-full")) => others.push("sslmode=require"),
                _ => others.push(parameter),
            }
        }
        let direct = match hosts {
            Some(hosts) => Some(Direct {
                hosts: hosts.to_owned(),
                config: config(
                    &with_hosts(base, hosts)?,
                    others.iter().copied().filter(|one| !is_place(one)),
                )?,
            }),
            None if naming == Naming::Unnamed => {
                return Err(bad(
                    "statements=unnamed is for a pooler in transaction mode, through which nobody can listen \
                     for changes; name the server itself as well: direct=HOST:PORT",
                ));
            }
            None => None,
        };
        Ok(Self { config: config(base, others.into_iter())?, naming, direct })
    }
}

fn bad(problem: &str) -> StoreError {
    StoreError::BadAddress(format!("not a PostgreSQL address: {problem}"))
}

/// Whether a parameter says where the server is.
fn is_place(parameter: &str) -> bool {
    ["host=", "hostaddr=", "port="].iter().any(|place| parameter.starts_with(place))
}

/// An address with other hosts in place of its own.
fn with_hosts(base: &str, hosts: &str) -> Result<String, StoreError> {
    let (scheme, rest) = base.split_once("://").ok_or_else(|| bad("it has no ://"))?;
    let (authority, database) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let user = authority.rfind('@').map_or("", |at| &authority[..=at]);
    if hosts.is_empty() || hosts.contains('@') {
        return Err(bad("direct is HOST:PORT, or several of them separated by commas"));
    }
    // A folder with a socket.
    let hosts = hosts.replace('/', "%2F");
    Ok(format!("{scheme}://{user}{hosts}{database}"))
}

/// What the driver understands, with our own defaults.
fn config<'a>(base: &str, parameters: impl Iterator<Item = &'a str>) -> Result<Box<Config>, StoreError> {
    let parameters: Vec<&str> = parameters.collect();
    let text = format!("{base}?{}", parameters.join("&"));
    let mut config: Config = text.trim_end_matches('?').parse().map_err(|error: tokio_postgres::Error| {
        let problem = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        bad(&format!("{problem}; write postgres://USER:PASSWORD@HOST:PORT/DATABASE"))
    })?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        config.host_path(DEFAULT_SOCKET_DIRECTORY);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(TCP_USER_TIMEOUT);
    }
    if config.get_application_name().is_none() {
        config.application_name("atelier");
    }
    config
        .keepalives_idle(KEEPALIVE_IDLE)
        .keepalives_interval(KEEPALIVE_INTERVAL)
        .keepalives_retries(KEEPALIVE_PROBES);
    // Of several hosts, one takes writes; after a failover it is another one.
    if config.get_hosts().len() > 1 && config.get_target_session_attrs() == TargetSessionAttrs::Any {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    Ok(Box::new(config))
}

impl fmt::Display for PostgresAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(formatter, "{}@", percent_encode(user.as_bytes(), NON_ALPHANUMERIC))?;
        }
        let ports = self.config.get_ports();
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            if index > 0 {
                formatter.write_str(",")?;
            }
            match host {
                Host::Tcp(name) => formatter.write_str(name)?,
                Host::Unix(path) => write_path(path, formatter)?,
            }
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(DEFAULT_PORT);
            if port != DEFAULT_PORT {
                write!(formatter, ":{port}")?;
            }
        }
        if let Some(database) = self.config.get_dbname() {
            write!(formatter, "/{database}")?;
        }
        let ssl_mode = match self.config.get_ssl_mode() {
            SslMode::Disable => Some("sslmode=disable"),
            SslMode::Require => Some("sslmode=require"),
            _ => None,
        };
        let statements = (self.naming == Naming::Unnamed).then_some("statements=unnamed");
        let direct = self.direct.as_ref().map(|direct| format!("direct={}", direct.hosts));
        let parameters = ssl_mode.into_iter().chain(statements).chain(direct.as_deref());
        for (index, parameter) in parameters.enumerate() {
            write!(formatter, "{}{parameter}", if index == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

fn write_path(path: &Path, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(formatter, "{}", percent_encode(path.as_os_str().as_encoded_bytes(), NON_ALPHANUMERIC))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<PostgresAddress>().expect("an address").to_string()
    }

    #[test]
    fn addresses_are_shown_without_their_password() {
        assert_eq!(shown("postgres://shop:s3cret@db/atelier"), "postgres://shop@db/atelier");
        assert_eq!(
            shown("postgresql://shop@a:5433,b/atelier?password=s3cret&sslmode=verify-full"),
            "postgres://shop@a:5433,b/atelier?sslmode=require"
        );
        let socket = shown("postgres://shop@/atelier?host=/run/my-pg&port=5433");
        assert_eq!(socket, "postgres://shop@%2Frun%2Fmy%2Dpg:5433/atelier");
        assert_eq!(shown(&socket), socket, "what is shown can be typed again");
        assert!(!format!("{:?}", "postgres://a:s3cret@b/c".parse::<PostgresAddress>()).contains("s3cret"));
    }

    #[test]
    fn a_password_is_masked_wherever_it_stands() {
        let masked = |text: &str| text.parse::<PostgresAddress>().expect("an address").masked();
        assert_eq!(masked("postgres://shop@db/atelier"), "postgres://shop@db/atelier");
        assert_eq!(masked("postgres://shop:s3cret@db/atelier"), "postgres://shop:***@db/atelier");
        assert_eq!(masked("postgres://me%40shop:s%40c@db/atelier"), "postgres://me%40shop:***@db/atelier");
        assert_eq!(
            masked("postgres://db/atelier?user=shop&password=s3cret"),
            "postgres://shop:***@db/atelier"
        );
        assert_eq!(masked("postgres://db/atelier?password=s3cret"), "postgres://:***@db/atelier");
    }

    #[test]
    fn a_pooler_stands_before_a_server() {
        let text =
            "postgres://shop:s3cret@pooler:6432/atelier?statements=unnamed&sslmode=require&direct=a:5433,b";
        let address: PostgresAddress = text.parse().expect("an address");
        assert_eq!(address.naming(), Naming::Unnamed);
        assert_eq!(address.config().get_hosts(), [Host::Tcp("pooler".to_owned())]);
        let direct = address.direct().expect("it is named");
        assert_eq!(direct.get_hosts(), [Host::Tcp("a".to_owned()), Host::Tcp("b".to_owned())]);
        assert_eq!(direct.get_ports(), [5_433, 5_432]);
        assert_eq!((direct.get_user(), direct.get_password()), (Some("shop"), Some(&b"s3cret"[..])));
        assert_eq!((direct.get_dbname(), direct.get_ssl_mode()), (Some("atelier"), SslMode::Require));
        let expected =
            "postgres://shop@pooler:6432/atelier?sslmode=require&statements=unnamed&direct=a:5433,b";
        assert_eq!(address.to_string(), expected);
        assert_eq!(shown(expected), expected);

        let sockets = "postgres:///atelier?host=/run/pooler&port=6432&direct=/run/postgresql:5433";
        let address: PostgresAddress = sockets.parse().expect("an address");
        assert_eq!(address.naming(), Naming::Named);
        let direct = address.direct().expect("it is named");
        assert_eq!(direct.get_hosts(), [Host::Unix("/run/postgresql".into())]);
        assert_eq!(direct.get_ports(), [5_433]);
        for (bad, reason) in [
            ("statements=unnamed", "direct=HOST:PORT"),
            ("statements=both&direct=a", "named or unnamed"),
            ("direct=", "HOST:PORT"),
            ("direct=me:s3cret@a", "HOST:PORT"),
        ] {
            let error = format!("postgres://db/atelier?{bad}").parse::<PostgresAddress>().expect_err(bad);
            assert!(error.to_string().contains(reason), "{error}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn one_of_several_hosts_takes_writes() {
        let several: PostgresAddress = "postgres://a,b/atelier".parse().expect("an address");
        assert_eq!(several.config().get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        let error = "postgres://db/atelier?sslmode=sometimes".parse::<PostgresAddress>().map(drop);
        assert!(error.expect_err("a bad mode").to_string().contains("sslmode"));
    }
}
