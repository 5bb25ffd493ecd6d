//! Connects to a server: to its only host, or to the one of several hosts that takes writes. All
//! sessions of a process use the same host, the one that last accepted a connection. `session`
//! keeps connections.

use std::time::Duration;

use tokio::sync::watch;
use tokio_postgres::config::{Host, TargetSessionAttrs};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Connection, SimpleQueryMessage, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::{Failure, within};
use super::password;
use super::statement::Naming;
use super::tls::{self, Trust};
use crate::store::StoreError;

/// How long one host of several may take until its session is usable, if the address has no
/// `connect_timeout`. The last one gets the time that is left.
const HOST_TIMEOUT: Duration = Duration::from_secs(3);

/// A connection as the driver makes it.
pub(crate) type Driver = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// The place of a host in the address.
pub(crate) type HostNumber = usize;

/// A server, and how to connect to it.
pub(crate) struct Server {
    /// What the driver needs for each host. One host at a time, because the driver would wait
    /// without a limit for one that takes connections and says nothing, and never come to the next.
    hosts: Vec<Config>,
    tls: MakeRustlsConnect,
    naming: Naming,
    /// The host that last took a connection.
    current: watch::Sender<HostNumber>,
}

/// A new connection.
pub(crate) struct Connected {
    pub(crate) client: Client,
    /// Must be polled for the client to get answers.
    pub(crate) driver: Driver,
    pub(crate) host: HostNumber,
}

impl Server {
    pub(crate) fn new(config: &Config, naming: Naming, trust: &Trust) -> Result<Self, StoreError> {
        let tls = tls::connector(config.get_ssl_mode(), trust)?;
        let count = config.get_hosts().len().max(config.get_hostaddrs().len());
        let ports = config.get_ports().len();
        if ports > 1 && ports != count {
            return Err(StoreError::BadAddress(format!("{count} hosts cannot have {ports} ports")));
        }
        let mut hosts: Vec<Config> = (0..count).map(|number| only(config, number)).collect();
        for host in hosts.iter_mut().filter(|host| host.get_password().is_none()) {
            if let Some(password) = password::find(host) {
                host.password(password);
            }
        }
        Ok(Self { hosts, tls, naming, current: watch::Sender::new(0) })
    }

    pub(crate) fn naming(&self) -> Naming {
        self.naming
    }

    /// Whether there is another host to go to.
    pub(crate) fn has_several_hosts(&self) -> bool {
        self.hosts.len() > 1
    }

    /// Whether sessions belong on this host.
    pub(crate) fn is_at(&self, host: HostNumber) -> bool {
        *self.current.borrow() == host
    }

    /// Returns when sessions no longer belong on this host.
    pub(crate) async fn leaves(&self, host: HostNumber) {
        // This cannot end before the server is dropped, and the server is borrowed here.
        let _ = self.current.subscribe().wait_for(|current| *current != host).await;
    }

    /// Connects to the present host or, failing that, to the next one that takes a connection; from
    /// then on all sessions belong there.
    ///
    /// # Errors
    /// A host's refusal, if one said why; otherwise the last failure.
    pub(crate) async fn connect(&self) -> Result<Connected, Failure> {
        let (first, count) = (*self.current.borrow(), self.hosts.len());
        let mut failed = None;
        for turn in 0..count {
            let host = (first + turn) % count;
            match self.connect_to(host, turn + 1 == count).await {
                Ok((client, driver)) => {
                    self.current.send_if_modified(|current| std::mem::replace(current, host) != host);
                    return Ok(Connected { client, driver, host });
                }
                Err(failure) if failed.as_ref().is_none_or(|failed: &Failure| !failed.says_why()) => {
                    failed = Some(failure);
                }
                Err(_) => {}
            }
        }
        Err(failed.unwrap_or_else(|| StoreError::BadAddress("the address names no host".to_owned()).into()))
    }

    async fn connect_to(&self, host: HostNumber, is_last: bool) -> Result<(Client, Driver), Failure> {
        let config = &self.hosts[host];
        let connecting = Box::pin(async { Ok(config.connect(self.tls.clone()).await?) });
        if is_last {
            return connecting.await;
        }
        within(config.get_connect_timeout().copied().unwrap_or(HOST_TIMEOUT), connecting).await
    }

    /// Asks the server of a session whether it is still there and, where there are several hosts,
    /// still takes writes.
    pub(crate) async fn check(&self, client: &Client) -> Result<(), Failure> {
        if !self.has_several_hosts()
            || self.hosts[0].get_target_session_attrs() != TargetSessionAttrs::ReadWrite
        {
            return Ok(client.check_connection().await?);
        }
        let answer = client.simple_query("SHOW transaction_read_only").await?;
        let is_read_only = |message: &SimpleQueryMessage| matches!(message, SimpleQueryMessage::Row(row) if row.get(0) == Some("on"));
        if answer.iter().any(is_read_only) {
            return Err(StoreError::Unavailable("the server no longer takes writes".to_owned()).into());
        }
        Ok(())
    }
}

/// The same with one of its hosts alone.
fn only(config: &Config, number: HostNumber) -> Config {
    let mut only = Config::new();
    match config.get_hosts().get(number) {
        Some(Host::Tcp(name)) => only.host(name),
        Some(Host::Unix(path)) => only.host_path(path),
        None => &mut only,
    };
    if let Some(address) = config.get_hostaddrs().get(number) {
        only.hostaddr(*address);
    }
    if let Some(port) = config.get_ports().get(number).or(config.get_ports().first()) {
        only.port(*port);
    }
    if let Some(user) = config.get_user() {
        only.user(user);
    }
    if let Some(password) = config.get_password() {
        only.password(password);
    }
    if let Some(name) = config.get_dbname() {
        only.dbname(name);
    }
    if let Some(options) = config.get_options() {
        only.options(options);
    }
    if let Some(name) = config.get_application_name() {
        only.application_name(name);
    }
    if let Some(limit) = config.get_connect_timeout() {
        only.connect_timeout(*limit);
    }
    if let Some(limit) = config.get_tcp_user_timeout() {
        only.tcp_user_timeout(*limit);
    }
    if let Some(pause) = config.get_keepalives_interval() {
        only.keepalives_interval(pause);
    }
    if let Some(count) = config.get_keepalives_retries() {
        only.keepalives_retries(count);
    }
    only.keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding())
        .load_balance_hosts(config.get_load_balance_hosts());
    only
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::postgres::PostgresAddress;

    #[test]
    fn a_host_by_itself_is_reached_like_all_of_them() {
        // Everything that an address can say.
        let rest = "/atelier?connect_timeout=7&tcp_user_timeout=8&keepalives=0&keepalives_idle=9\
            &keepalives_interval=11&keepalives_retries=12&sslmode=require&sslnegotiation=direct\
            &options=-c%20geqo%3Doff&application_name=shop&channel_binding=require&load_balance_hosts=random\
            &target_session_attrs=read-write";
        let config = |hosts: &str, more: &str| {
            let address: PostgresAddress =
                format!("postgres://me:s3cret@{hosts}{rest}{more}").parse().expect(hosts);
            address.config().clone()
        };
        let several = config("a:5433,b:5434", "");
        assert_eq!(only(&several, 0), config("a:5433", ""));
        assert_eq!(only(&several, 1), config("b:5434", ""));
        let addresses = config("a,b", "&hostaddr=10.0.0.1,10.0.0.2");
        assert_eq!(only(&addresses, 1), config("b", "&hostaddr=10.0.0.2"));
        assert_eq!(only(&config("%2Frun%2Fa,b", ""), 0), config("%2Frun%2Fa", ""));
    }
}
