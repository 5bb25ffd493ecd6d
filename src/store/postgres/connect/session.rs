//! Keeps a connection for the thread that uses it. Its runtime runs only while a request is under
//! way, so nothing moves between threads. The next request after a loss connects again, and a
//! connection to a host that the other sessions have left is dropped. `read`, `write` and other
//! modules have the statements.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::Client;

use super::connection::Connection;
use super::failure::{Failure, within};
use super::server::{Connected, HostNumber, Server};
use super::statement::Naming;
use crate::store::StoreError;

/// How long connecting may take in all: every host, encryption, password, settings, preparing.
const SESSION_START_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a request may take before its connection is dropped. It is longer than the server's own
/// limit for a statement, which ends only the statement.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(12);

/// For sessions that answer requests: no statement runs for longer than 10 s, and none starts
/// helpers, which take ten times as long to start as a batch takes to read.
pub(crate) const ANSWERING_SETTINGS: &[&str] =
    &["statement_timeout = '10s'", "max_parallel_workers_per_gather = 0"];

/// For sessions that load, build or check, without a limit of time.
pub(crate) const PATIENT_SETTINGS: &[&str] = &["statement_timeout = 0", "lock_timeout = 0"];

/// What a session prepares when it connects.
pub(crate) trait Prepared: Sized {
    /// Settings of its own, such as `jit = off`.
    const SETTINGS: &'static [&'static str];

    /// Prepares its statements.
    async fn prepare(client: &Client, naming: Naming) -> Result<Self, tokio_postgres::Error>;
}

/// Nothing is prepared: for sessions that run each statement once.
pub(crate) struct Unprepared;

impl Prepared for Unprepared {
    const SETTINGS: &'static [&'static str] = PATIENT_SETTINGS;

    async fn prepare(_: &Client, _: Naming) -> Result<Self, tokio_postgres::Error> {
        Ok(Self)
    }
}

/// A session of one thread.
pub(crate) struct Session<P> {
    server: Arc<Server>,
    runtime: Runtime,
    live: Option<Live<P>>,
}

struct Live<P> {
    connection: Connection,
    host: HostNumber,
    prepared: P,
}

/// A runtime for one thread.
pub(crate) fn runtime() -> Result<Runtime, StoreError> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StoreError::Unavailable(format!("no runtime for a connection: {error}")))
}

impl<P: Prepared> Session<P> {
    /// Connects and prepares.
    pub(crate) fn open(server: &Arc<Server>) -> Result<Self, StoreError> {
        let mut session = Self { server: Arc::clone(server), runtime: runtime()?, live: None };
        session.reach()?;
        Ok(session)
    }

    /// Makes sure that there is a connection, without asking the server.
    pub(crate) fn reach(&mut self) -> Result<(), StoreError> {
        if let Some(live) = &self.live {
            // The socket is not read between requests. In the first turn the driver reads that the
            // server closed the connection, in the second one it acts on that.
            self.runtime.block_on(async {
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
            });
            // A host that the other sessions have left does not have their writes.
            if !live.connection.is_closed() && self.server.is_at(live.host) {
                return Ok(());
            }
            self.live = None;
        }
        let server = Arc::clone(&self.server);
        let started = self.runtime.block_on(within(SESSION_START_TIMEOUT, async {
            let Connected { client, driver, host } = server.connect().await?;
            let connection = Connection::start(client, driver);
            connection.batch_execute(&server.naming().start(P::SETTINGS)).await?;
            let prepared = P::prepare(&connection, server.naming()).await?;
            Ok(Live { connection, host, prepared })
        }));
        self.live = Some(started.map_err(Failure::connecting)?);
        Ok(())
    }

    /// Whether there is a connection, as far as is known here.
    pub(crate) fn is_live(&self) -> bool {
        self.live.as_ref().is_some_and(|live| !live.connection.is_closed() && self.server.is_at(live.host))
    }

    /// Whether there is another host to go to when this one takes no writes.
    pub(crate) fn has_several_hosts(&self) -> bool {
        self.server.has_several_hosts()
    }

    /// Runs a request on the connection that [`reach`](Self::reach) saw to, for at most
    /// `ANSWER_TIMEOUT`.
    pub(crate) fn ask<T>(
        &mut self,
        request: impl AsyncFnOnce(&Connection, &P) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.ask_within(Some(ANSWER_TIMEOUT), request)
    }

    /// Runs a request without a limit of time.
    pub(crate) fn ask_patiently<T>(
        &mut self,
        request: impl AsyncFnOnce(&Connection, &P) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.ask_within(None, request)
    }

    fn ask_within<T>(
        &mut self,
        limit: Option<Duration>,
        request: impl AsyncFnOnce(&Connection, &P) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let Some(live) = &self.live else {
            let error = StoreError::Unavailable("there is no connection".to_owned());
            return Err(Failure::Answer(error));
        };
        let request = request(&live.connection, &live.prepared);
        let result = match limit {
            Some(limit) => self.runtime.block_on(async { within(limit, request).await }),
            None => self.runtime.block_on(request),
        };
        if result.as_ref().is_err_and(Failure::spoils_session) {
            self.live = None;
        }
        result
    }

    /// Runs a request that changes nothing; once more on a new connection when the first one was
    /// lost or had statements prepared for tables that have changed.
    pub(crate) fn read<T>(
        &mut self,
        request: impl AsyncFn(&Connection, &P) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.reach()?;
        match self.ask_in_one_transaction(&request) {
            Err(failure) if failure.may_pass_on_a_new_session() => {
                self.reach()?;
                self.ask_in_one_transaction(&request)
            }
            result => result,
        }
        .map_err(Failure::before_commit)
    }

    /// Runs a request of one statement. Where settings are not the session's, they are sent around
    /// it.
    fn ask_in_one_transaction<T>(
        &mut self,
        request: &impl AsyncFn(&Connection, &P) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let naming = self.server.naming();
        match naming {
            Naming::Named => self.ask(request),
            Naming::Unnamed => self.ask(async |client, prepared| {
                let begin = naming.begin(P::SETTINGS);
                let (begun, result, ended) = tokio::join!(
                    biased;
                    client.batch_execute(&begin),
                    request(client, prepared),
                    client.batch_execute("COMMIT"),
                );
                begun?;
                let result = result?;
                ended?;
                Ok(result)
            }),
        }
    }

    /// Runs several requests that change nothing in one transaction, which `begin` opens; once more
    /// on a new connection when the first one was lost.
    pub(crate) fn in_transaction<T>(
        &mut self,
        begin: &str,
        requests: impl Fn(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let attempt = |session: &mut Self| {
            session.reach()?;
            session.ask(async |client, _| Ok(client.batch_execute(begin).await?))?;
            let result = requests(session);
            if result.as_ref().is_ok() || result.as_ref().is_err_and(|failure| !failure.is_lost()) {
                session.ask(async |client, _| Ok(client.batch_execute("ROLLBACK").await?))?;
            }
            result
        };
        match attempt(self) {
            Err(failure) if failure.may_pass_on_a_new_session() => attempt(self),
            result => result,
        }
        .map_err(Failure::before_commit)
    }

    /// Runs statements that must succeed, in their own transaction unless they open one.
    pub(crate) fn run(&mut self, statements: &str) -> Result<(), StoreError> {
        self.ask_patiently(async |client, _| Ok(client.batch_execute(statements).await?))
            .map_err(Failure::before_commit)
    }
    /// Commits the open transaction, without a limit of time.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] unless the server surely did not commit.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        self.ask_patiently(async |connection, _| connection.commit().await).map_err(Failure::after_commit)
    }
}
