//! Hearing of other processes' commits: a thread with a connection of its own that listens for notices. When
//! the connection is lost it says so at once and connects again; meanwhile nothing may be trusted to be
//! current, and what that means for views is `service`'s.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio_postgres::{AsyncMessage, Client};

use super::notice;
use super::notice::{CHANNEL, Notice, Origin};
use crate::store::postgres::connect::failure::Failure;
use crate::store::postgres::connect::failure::within;
use crate::store::postgres::connect::server::{Connected, Driver, HostNumber, Server};
use crate::store::postgres::connect::session;
use crate::store::{Change, ChangeSink, StoreError};

/// How often the server is asked whether it is still there, and how long it may take to answer. Together they
/// bound for how long a connection can be dead unnoticed.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(5);
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long connecting and beginning to listen may take.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the first own notice may take to arrive.
const HEARING_TIMEOUT: Duration = Duration::from_secs(5);

/// The pause before connecting again; it doubles with every failure.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// The origin that this process' writer signs its notices with.
#[derive(Debug)]
pub(crate) struct OwnOrigin(AtomicU64);

impl OwnOrigin {
    pub(crate) fn draw() -> Self {
        Self(AtomicU64::new(random()))
    }

    pub(crate) fn get(&self) -> Origin {
        Origin(self.0.load(Ordering::Acquire))
    }

    /// Draws another one: what the former signed counts as a stranger's from now on. For a commit whose fate
    /// is unknown, because its notice may be the only news of it.
    pub(crate) fn draw_again(&self) {
        self.0.store(random(), Ordering::Release);
    }
}

/// The standard library seeds each hasher's state by chance; that is all the chance needed here.
fn random() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(std::thread::current().id())
}

/// The listening thread; dropping this ends it.
pub(crate) struct Listener {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Something comes when an own notice was heard.
    heard_own: Mutex<Receiver<()>>,
}

impl Listener {
    /// Starts the thread and returns once it listens: every commit from then on is reported, unless a pooler is
    /// in between, see [`must_hear`](Self::must_hear).
    pub(crate) fn start(
        server: &Arc<Server>,
        own: &Arc<OwnOrigin>,
        elsewhere: ChangeSink,
    ) -> Result<Self, StoreError> {
        let (hears_own, heard_own) = sync_channel(1);
        let ear = Ear { server: Arc::clone(server), own: Arc::clone(own), hears_own, elsewhere };
        let runtime = session::runtime()?;
        let (stop, stopped) = oneshot::channel();
        let (started, starting) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("listener".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        // Also when the sender is dropped.
                        _ = stopped => {}
                        () = ear.listen(started) => {}
                    }
                });
            })
            .map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))?;
        let listener = Self { stop: Some(stop), thread: Some(thread), heard_own: Mutex::new(heard_own) };
        match starting.recv() {
            Ok(result) => result.map(|()| listener),
            Err(_) => Err(StoreError::Unavailable("the listening thread ended at once".to_owned())),
        }
    }

    /// Waits for a notice that was sent by this process on another connection. A pooler in transaction mode takes
    /// `LISTEN` and never delivers anything.
    pub(crate) fn must_hear(&self) -> Result<(), StoreError> {
        self.heard_own.lock().recv_timeout(HEARING_TIMEOUT).map_err(|_| {
            StoreError::BadAddress(
                "a notice sent through this address does not arrive where this process listens; with a pooler in \
                 between, name the server itself in the address: direct=HOST:PORT, and statements=unnamed if the \
                 pooler is in transaction mode"
                    .to_owned(),
            )
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the listening thread panicked");
        }
    }
}

/// What the thread knows.
struct Ear {
    server: Arc<Server>,
    own: Arc<OwnOrigin>,
    hears_own: SyncSender<()>,
    elsewhere: ChangeSink,
}

impl Ear {
    /// Listens for ever. Only the first connection may fail for good.
    async fn listen(&self, started: SyncSender<Result<(), StoreError>>) {
        let mut connection = match within(START_TIMEOUT, self.connect()).await {
            Ok(connection) => connection,
            Err(failure) => {
                let _ = started.send(Err(failure.connecting()));
                return;
            }
        };
        let _ = started.send(Ok(()));
        loop {
            let failure = connection.lost(&self.server).await;
            tracing::warn!(%failure, "changes by other processes cannot be heard, nothing new is kept in memory");
            (self.elsewhere)(Change::Deaf);
            drop(connection);
            connection = self.connect_again().await;
            tracing::info!("changes by other processes are heard again");
            (self.elsewhere)(Change::Hearing);
        }
    }

    async fn connect_again(&self) -> Hearing {
        let mut pause = FIRST_PAUSE;
        loop {
            match within(START_TIMEOUT, self.connect()).await {
                Ok(connection) => return connection,
                Err(failure) => tracing::debug!(%failure, "cannot listen yet"),
            }
            tokio::time::sleep(pause).await;
            pause = MAX_PAUSE.min(pause * 2);
        }
    }

    async fn connect(&self) -> Result<Hearing, Failure> {
        let Connected { client, driver, host } = self.server.connect().await?;
        let (own, hears_own) = (Arc::clone(&self.own), self.hears_own.clone());
        let driver = tokio::spawn(hear(driver, own, hears_own, Arc::clone(&self.elsewhere)));
        let hearing = Hearing { client, driver, host };
        hearing.client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        Ok(hearing)
    }
}

/// A connection that listens.
struct Hearing {
    client: Client,
    driver: tokio::task::JoinHandle<Failure>,
    host: HostNumber,
}

impl Hearing {
    /// Returns when the connection is lost, or of no use because writes go to another host, with the reason.
    async fn lost(&mut self, server: &Server) -> Failure {
        loop {
            tokio::select! {
                ended = &mut self.driver => return ended.unwrap_or(Failure::TooLate),
                () = server.leaves(self.host) => {
                    return StoreError::Unavailable("writes go to another host now".to_owned()).into();
                }
                () = tokio::time::sleep(HEARTBEAT_INTERVAL) => {}
            }
            if let Err(failure) = within(HEARTBEAT_TIMEOUT, server.check(&self.client)).await {
                return failure;
            }
        }
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Drives the connection and passes on what others tell, until it ends.
async fn hear(
    mut driver: Driver,
    own: Arc<OwnOrigin>,
    hears_own: SyncSender<()>,
    elsewhere: ChangeSink,
) -> Failure {
    loop {
        match poll_fn(|context| driver.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(message))) => match notice::read(own.get(), message.payload())
            {
                // Nobody waits for it any more after the first one.
                Notice::Own => drop(hears_own.try_send(())),
                Notice::Products(changes) if changes.is_empty() => {}
                Notice::Products(changes) => elsewhere(Change::Products(changes)),
                Notice::Everything => elsewhere(Change::Everything),
            },
            Some(Ok(_)) => {}
            Some(Err(error)) => return error.into(),
            None => return StoreError::Unavailable("the server closed the connection".to_owned()).into(),
        }
    }
}
