//! A PostgreSQL address as an operator writes it:
//! `postgres://USER:PASSWORD@HOST:PORT/DATABASE?…`. It can have several hosts, separated by commas,
//! or `?host=/DIRECTORY` for a socket. It is shown as it was given, with its password masked. Two
//! parameters are ours. With `statements=unnamed`, requests go through a pooler in transaction
//! mode. `direct=HOST:PORT` is the server behind the pooler. `server` connects.

use std::error::Error as _;
use std::ffi::OsString;
use std::fmt;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};

use super::statement::Naming;
use super::tls::Trust;
use crate::store::StoreError;

/// How long to wait for one host to take a connection, unless the address says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long sent bytes may stay unacknowledged before the connection counts as broken.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);

/// A silent connection is probed after this time, and dropped after three probes without an answer.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(3);
const KEEPALIVE_PROBES: u32 = 3;

/// The folder of the server's socket, for an address that names no host.
pub(super) const DEFAULT_SOCKET_DIRECTORY: &str = "/var/run/postgresql";

/// The server's port, for an address that names none.
pub(super) const DEFAULT_PORT: u16 = 5_432;

/// Where a PostgreSQL database is, and how to reach it.
#[derive(Debug, Clone)]
pub struct PostgresAddress {
    config: Box<Config>,
    naming: Naming,
    direct: Option<Direct>,
    trust: Trust,
    /// What was given, with `***` in place of the password.
    shown: String,
}

impl PartialEq for PostgresAddress {
    /// Two ways to write the same address are equal.
    fn eq(&self, other: &Self) -> bool {
        self.config == other.config
            && self.naming == other.naming
            && self.direct == other.direct
            && self.trust == other.trust
    }
}

impl Eq for PostgresAddress {}

/// The server behind a pooler.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Direct {
    hosts: String,
    config: Box<Config>,
}

impl PostgresAddress {
    /// The server for requests.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Whether statements may have names there.
    pub(crate) fn naming(&self) -> Naming {
        self.naming
    }

    /// The server for the rest, if it is another one.
    pub(crate) fn direct(&self) -> Option<&Config> {
        self.direct.as_ref().map(|direct| &*direct.config)
    }

    /// Which certificates of the server are trusted.
    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }
}

impl FromStr for PostgresAddress {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let shown = masked(text)?;
        let (base, parameters) = text.split_once('?').unwrap_or((text, ""));
        let (mut naming, mut hosts) = (Naming::Named, None);
        let mut trust = Trust::default();
        let mut others = Vec::new();
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("statements", "named")) => naming = Naming::Named,
                Some(("statements", "unnamed")) => naming = Naming::Unnamed,
                Some(("statements", _)) => return Err(bad("statements is named or unnamed")),
                Some(("direct", list)) => hosts = Some(list),
                // The driver does not know these modes. `tls` decides what `require` checks.
                Some(("sslmode", "verify-full")) => others.push("sslmode=require"),
                Some(("sslmode", "verify-ca")) => {
                    trust.takes_any_name = true;
                    others.push("sslmode=require");
                }
                Some(("sslrootcert", "system")) => trust.authorities = None,
                Some(("sslrootcert", file)) => {
                    let file = percent_decode_str(file).collect::<Vec<u8>>();
                    trust.authorities = Some(PathBuf::from(OsString::from_vec(file)));
                }
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
        let config = config(base, others.into_iter())?;
        if trust.authorities.is_some() && config.get_ssl_mode() != SslMode::Require {
            return Err(bad(
                "sslrootcert needs sslmode=verify-full or verify-ca; otherwise nothing is checked",
            ));
        }
        Ok(Self { config, naming, direct, trust, shown })
    }
}

fn bad(problem: &str) -> StoreError {
    StoreError::BadAddress(format!("not a PostgreSQL address: {problem}"))
}

/// An address with `***` in place of its password.
///
/// # Errors
/// When it is not clear where the password ends. No part of the address is in the message.
fn masked(text: &str) -> Result<String, StoreError> {
    let (scheme, rest) = text.split_once("://").ok_or_else(|| bad("it has no ://"))?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if rest.matches('@').count() > authority.matches('@').count().min(1) {
        return Err(bad(
            "an @ is not clear; in a name or a password write %40 for @, %2F for /, %3F for ? and %26 for &",
        ));
    }
    let (base, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let base = match base.split_once('@') {
        Some((credentials, place)) => match credentials.split_once(':') {
            Some((user, _)) => format!("{user}:***@{place}"),
            None => base.to_owned(),
        },
        None => base.to_owned(),
    };
    let parameters = parameters.split('&').map(|parameter| {
        let key = parameter.split('=').next().unwrap_or_default();
        let is_password = percent_decode_str(key).eq("password".bytes());
        if is_password { format!("{key}=***") } else { parameter.to_owned() }
    });
    let parameters = parameters.collect::<Vec<_>>().join("&");
    let mark = if parameters.is_empty() { "" } else { "?" };
    Ok(format!("{scheme}://{base}{mark}{parameters}"))
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
    if hosts.is_empty() {
        return Err(bad("direct is HOST:PORT, or several of them separated by commas"));
    }
    // A folder with a socket.
    let hosts = hosts.replace('/', "%2F");
    Ok(format!("{scheme}://{user}{hosts}{database}"))
}

/// The address for the driver, with our own defaults.
fn config<'a>(base: &str, parameters: impl Iterator<Item = &'a str>) -> Result<Box<Config>, StoreError> {
    let parameters: Vec<&str> = parameters.collect();
    let text = format!("{base}?{}", parameters.join("&"));
    let mut config: Config = text.trim_end_matches('?').parse().map_err(|error: tokio_postgres::Error| {
        let mut problem = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        // The driver repeats the name, which may be the end of a password with an unescaped `&` in
        // it.
        if problem.starts_with("unknown option") {
            "a parameter after the ? is unknown, or a & in a password is not written %26"
                .clone_into(&mut problem);
        }
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
        formatter.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::Host;

    use super::*;

    #[test]
    fn an_address_is_shown_as_it_was_given_with_its_password_masked() {
        for (given, shown) in [
            ("postgres://shop@db/atelier", "postgres://shop@db/atelier"),
            ("postgres://shop:s3cret@db/atelier", "postgres://shop:***@db/atelier"),
            ("postgres://me%40shop:s3cret%40c@db", "postgres://me%40shop:***@db"),
            ("postgres://:s3cret@db/atelier", "postgres://:***@db/atelier"),
            ("postgres://db/a?user=shop&password=s3cret", "postgres://db/a?user=shop&password=***"),
            ("postgres://db/a?pass%77ord=s3cret&user=b", "postgres://db/a?pass%77ord=***&user=b"),
            ("postgres://shop:s3:cret@[::1]:5433,[fe80::1]/a", "postgres://shop:***@[::1]:5433,[fe80::1]/a"),
            (
                "postgresql://b@a:5433,b/x?options=-csearch_path%3Dshop&sslmode=verify-full",
                "postgresql://b@a:5433,b/x?options=-csearch_path%3Dshop&sslmode=verify-full",
            ),
        ] {
            let address: PostgresAddress = given.parse().expect(given);
            assert_eq!(address.to_string(), shown);
            assert!(shown.parse::<PostgresAddress>().is_ok(), "what is shown can be typed again: {shown}");
            assert!(!format!("{address:?}").contains("s3cret"), "{address:?}");
        }
    }

    #[test]
    fn no_part_of_a_password_is_in_an_error() {
        for given in [
            "postgres://app:Sup3r@Secret99@db/x",
            "postgres://app:Sup3r@Secret99@db/x?sslmode=require",
            "postgres://app@Secret99:Sup3r@db/x",
            "postgres://app:Sup3r/Secret99@db/x",
            "postgres://app:Sup3r?Secret99@db/x",
            "postgres://app:Sup3r?Secret99=1@db/x",
            "postgres://app:Sup3r@Sec/ret99@db/x",
            "postgres://db/x?user=app&password=Sup3r@Secret99",
            "postgres://app@db/x?password=Sup3r@Secret99",
        ] {
            let error = given.parse::<PostgresAddress>().map(drop).expect_err(given).to_string();
            assert!(error.contains("%40") && !error.contains("Sup3r") && !error.contains("ecret"), "{error}");
        }
        for given in [
            "postgres://app@db/x?password=Sup3r&Secret99=1",
            "postgres://app@db/x?password=Sup3r&Secret99",
            "postgres://app@db/x?sslmode=Secret99",
            "postgres://app:Sup3r#Secret99/x",
            "postgres:/app:Sup3r=Secret99",
            "postgres:app:Sup3r=Secret99@db/x",
            "postgres://app:Sup3r%ffSecret99@db/%ff",
        ] {
            let error = given.parse::<PostgresAddress>().map(drop).expect_err(given).to_string();
            assert!(error.contains("write ") || error.contains("://"), "{error}");
            assert!(!error.contains("Sup3r") && !error.contains("ecret"), "{error}");
        }
    }

    #[test]
    fn two_ways_to_write_an_address_are_the_same_address() {
        let read = |text: &str| text.parse::<PostgresAddress>().expect(text);
        assert_eq!(read("postgres://a:b@db/x"), read("postgresql://db:5432/x?user=a&password=b"));
        assert_ne!(read("postgres://a:b@db/x"), read("postgres://a:c@db/x"));
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
        assert_eq!(address.to_string(), text.replace("s3cret", "***"));

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
            ("direct=me:s3cret@a", "%40"),
        ] {
            let error = format!("postgres://db/atelier?{bad}").parse::<PostgresAddress>().expect_err(bad);
            assert!(error.to_string().contains(reason), "{error}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn certificates_are_trusted_as_the_address_says() {
        let trust = |parameters: &str| {
            let address = format!("postgres://db/x?{parameters}").parse::<PostgresAddress>();
            address.map(|address| (address.config.get_ssl_mode(), address.trust))
        };
        let trusting = |takes_any_name, file: Option<&str>| {
            let authorities = file.map(PathBuf::from);
            (SslMode::Require, Trust { authorities, takes_any_name })
        };
        for (parameters, expected) in [
            ("sslmode=verify-full", trusting(false, None)),
            ("sslmode=verify-ca&sslrootcert=/etc/a%20b.pem", trusting(true, Some("/etc/a b.pem"))),
            ("sslrootcert=system&sslmode=require", trusting(false, None)),
        ] {
            assert_eq!(trust(parameters).expect(parameters), expected);
        }
        for parameters in ["sslrootcert=/a.pem", "sslmode=prefer&sslrootcert=/a.pem"] {
            let error = trust(parameters).expect_err(parameters).to_string();
            assert!(error.contains("sslrootcert needs sslmode"), "{error}");
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
