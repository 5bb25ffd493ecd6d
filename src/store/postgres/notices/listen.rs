//! Receiving the notices of other processes: a thread with a connection of its own. When the
//! connection is lost, the thread says so at once and connects again. `service` decides what that
//! means for cached lists.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio_postgres::{AsyncMessage, Client, SimpleQueryMessage};

use super::notice::{self, CHANNEL, Hint, Notice, Origin};
use super::votes::{self, VoteReader, WaitingRows};
use crate::store::postgres::connect::failure::{Failure, within};
use crate::store::postgres::connect::server::{Connected, Driver, HostNumber, Server};
use crate::store::postgres::connect::session;
use crate::store::postgres::connect::statement::Naming;
use crate::store::{Change, ChangeSink, StoreError};

/// How often the server is asked whether it is still there, and how long it may take to answer.
/// Together they bound for how long a connection can be dead unnoticed.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(5);
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long connecting and beginning to listen may take.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the first own notice may take to arrive.
const OWN_NOTICE_TIMEOUT: Duration = Duration::from_secs(5);

/// Operators tell the listening connection from the others by its name.
const NAME: &str =
    "SELECT set_config('application_name', current_setting('application_name') || ' listener', false)";

/// The pause before connecting again; it doubles with every failure.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// The origin in the notices of this process.
#[derive(Debug)]
pub(crate) struct OwnOrigin(AtomicU64);

impl OwnOrigin {
    pub(crate) fn draw() -> Self {
        Self(AtomicU64::new(random()))
    }

    pub(crate) fn get(&self) -> Origin {
        Origin(self.0.load(Ordering::Acquire))
    }

    /// Draws another origin: from now on, a notice with the former one counts as from another
    /// process. This is for a commit with an unknown result, because only its notice may show that
    /// it happened.
    pub(crate) fn draw_again(&self) {
        self.0.store(random(), Ordering::Release);
    }
}

/// The standard library seeds each hasher at random. That is enough: the number is no secret.
fn random() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(std::thread::current().id())
}

/// The listening thread; dropping this ends it.
pub(crate) struct Listener {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Something comes when an own notice was received.
    own_received: Mutex<mpsc::Receiver<()>>,
}

impl Listener {
    /// Starts the thread and returns once it listens. It reports every commit from then on, unless
    /// there is a pooler in between: see [`require_own_notice`](Self::require_own_notice).
    pub(crate) fn start(
        server: &Arc<Server>,
        own: &Arc<OwnOrigin>,
        elsewhere: ChangeSink,
    ) -> Result<Self, StoreError> {
        let (sender, own_received) = sync_channel(1);
        let (server, own) = (Arc::clone(server), Arc::clone(own));
        let task = ListenerTask { server, own, own_received: sender, elsewhere };
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
                        () = task.run(started) => {}
                    }
                });
            })
            .map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))?;
        let listener =
            Self { stop: Some(stop), thread: Some(thread), own_received: Mutex::new(own_received) };
        match starting.recv() {
            Ok(result) => result.map(|()| listener),
            Err(_) => Err(StoreError::Unavailable("the listening thread ended at once".to_owned())),
        }
    }

    /// Waits for a notice that was sent by this process on another connection. A pooler in
    /// transaction mode takes `LISTEN` and never delivers anything.
    pub(crate) fn require_own_notice(&self) -> Result<(), StoreError> {
        self.own_received.lock().recv_timeout(OWN_NOTICE_TIMEOUT).map_err(|_| {
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

/// The state of the thread.
struct ListenerTask {
    server: Arc<Server>,
    own: Arc<OwnOrigin>,
    own_received: SyncSender<()>,
    elsewhere: ChangeSink,
}

impl ListenerTask {
    /// Listens for ever. Only a failure of the first connection ends it.
    async fn run(&self, started: SyncSender<Result<(), StoreError>>) {
        let mut connection = match within(START_TIMEOUT, self.connect()).await {
            Ok(connection) => connection,
            Err(failure) => {
                let _ = started.send(Err(failure.connecting()));
                return;
            }
        };
        let _ = started.send(Ok(()));
        loop {
            let failure = connection.listen(&self.server, &self.elsewhere).await;
            tracing::warn!(%failure, "notices of other processes are not received, lists are not kept in memory");
            (self.elsewhere)(Change::Disconnected);
            drop(connection);
            connection = self.connect_again().await;
            tracing::info!("notices of other processes are received again");
            (self.elsewhere)(Change::Reconnected);
        }
    }

    async fn connect_again(&self) -> ListeningConnection {
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

    async fn connect(&self) -> Result<ListeningConnection, Failure> {
        let Connected { client, driver, host } = self.server.connect().await?;
        let waiting = Arc::new(WaitingRows::default());
        let receiver = Receiver {
            own: Arc::clone(&self.own),
            own_received: self.own_received.clone(),
            waiting: Arc::clone(&waiting),
            elsewhere: Arc::clone(&self.elsewhere),
        };
        let driver = AbortOnDrop(tokio::spawn(receiver.drive(driver)));
        let settings = format!("{}; {NAME}", Naming::Named.start(votes::SETTINGS));
        // All sent together: while this process does not listen, its lists may be behind.
        let ((), votes, channel) = tokio::try_join!(
            biased;
            client.batch_execute(&settings),
            VoteReader::prepare(&client),
            client.simple_query(CHANNEL),
        )?;
        let channel = channel.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        let channel = channel
            .ok_or_else(|| StoreError::WrongSchema("the database has no tables of atelier".to_owned()))?;
        client.batch_execute(&format!("LISTEN {channel}")).await?;
        Ok(ListeningConnection { client, driver, host, votes, waiting })
    }
}

/// A connection that listens.
struct ListeningConnection {
    client: Client,
    driver: AbortOnDrop,
    host: HostNumber,
    votes: VoteReader,
    waiting: Arc<WaitingRows>,
}

/// The task that drives a connection. It must not go on, and report notices, when the connection
/// was given up.
struct AbortOnDrop(tokio::task::JoinHandle<Failure>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ListeningConnection {
    /// Reads the votes that notices name. Returns when the connection is lost, or of no use because
    /// writes go to another host, with the reason.
    async fn listen(&mut self, server: &Server, elsewhere: &ChangeSink) -> Failure {
        let mut heartbeat = tokio::time::interval(HEARTBEAT_INTERVAL);
        loop {
            let result = tokio::select! {
                ended = &mut self.driver.0 => return ended.unwrap_or(Failure::TooLate),
                () = server.leaves(self.host) => {
                    return StoreError::Unavailable("writes go to another host now".to_owned()).into();
                }
                () = self.waiting.wait() => {
                    // Votes may fall between being read and being told, so both ends are told.
                    elsewhere(Change::Reading);
                    let votes = self.votes.read(&self.client, &self.waiting).await;
                    votes.map(|votes| elsewhere(Change::Votes(votes)))
                }
                _ = heartbeat.tick() => within(HEARTBEAT_TIMEOUT, server.check(&self.client)).await,
            };
            if let Err(failure) = result {
                return failure;
            }
        }
    }
}

/// Receives the messages of a connection that listens.
struct Receiver {
    own: Arc<OwnOrigin>,
    own_received: SyncSender<()>,
    waiting: Arc<WaitingRows>,
    elsewhere: ChangeSink,
}

impl Receiver {
    /// Drives the connection until it ends.
    async fn drive(self, mut driver: Driver) -> Failure {
        loop {
            match poll_fn(|context| driver.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(message))) => self.receive(message.payload()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return error.into(),
                None => return StoreError::Unavailable("the server closed the connection".to_owned()).into(),
            }
        }
    }

    fn receive(&self, text: &str) {
        match notice::read(self.own.get(), text) {
            // Nobody waits for it any more after the first one.
            Notice::Own => drop(self.own_received.try_send(())),
            Notice::Everything => (self.elsewhere)(Change::Everything),
            Notice::Hints(hints) => {
                let changed: Vec<_> = hints.iter().copied().filter_map(Hint::rows).collect();
                if !changed.is_empty() {
                    (self.elsewhere)(Change::Products(changed));
                }
                if !self.waiting.add(hints.into_iter().filter_map(Hint::votes)) {
                    (self.elsewhere)(Change::Everything);
                }
            }
        }
    }
}
