//! A PostgreSQL address as an operator writes it: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?…`, with several
//! hosts separated by commas, or `?host=/DIRECTORY` for a socket. It is shown without its password.

use std::error::Error as _;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

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
}

impl PostgresAddress {
    pub(super) fn config(&self) -> &Config {
        &self.config
    }
}

impl FromStr for PostgresAddress {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        // The driver has no word for it, but `require` means the same here: see `tls`.
        let text = text.replace("sslmode=verify-full", "sslmode=require");
        let mut config: Config = text.parse().map_err(|error: tokio_postgres::Error| {
            let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            StoreError::BadAddress(format!("not a PostgreSQL address: {reason}"))
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
        Ok(Self { config: Box::new(config) })
    }
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
        match self.config.get_ssl_mode() {
            SslMode::Disable => formatter.write_str("?sslmode=disable"),
            SslMode::Require => formatter.write_str("?sslmode=require"),
            _ => Ok(()),
        }
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
    fn one_of_several_hosts_takes_writes() {
        let several: PostgresAddress = "postgres://a,b/atelier".parse().expect("an address");
        assert_eq!(several.config().get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        let error = "postgres://db/atelier?sslmode=sometimes".parse::<PostgresAddress>().map(drop);
        assert!(error.expect_err("a bad mode").to_string().contains("sslmode"));
    }
}
