//! A relay between two programs under test. It counts connections and records their bytes. On
//! demand it cuts connections, drops responses, or goes silent without closing anything, like a
//! machine without power.

use std::io::{Read as _, Result, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

/// Most bytes that are recorded of one connection's client.
const REMEMBERED_MAX_BYTES: usize = 1 << 20;

/// How the relay connects to the server.
type Connect = dyn Fn() -> Result<TcpStream> + Send + Sync;

/// A relay on a port of its own. Its threads end with their connections.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    lines: Mutex<Vec<Arc<Line>>>,
    takes_answers: AtomicBool,
    /// The next response with these bytes is dropped.
    wanted: Mutex<Option<&'static [u8]>>,
}

/// One connection through the relay.
struct Line {
    client: TcpStream,
    server: TcpStream,
    said: Mutex<Vec<u8>>,
    silent: AtomicBool,
}

impl Line {
    fn close(&self) {
        // Both fail only when they are closed already.
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}

impl Relay {
    /// A relay to a port.
    pub(crate) fn to(address: SocketAddr) -> Self {
        Self::start(Arc::new(move || TcpStream::connect(address)))
    }

    /// A relay to a Unix socket.
    pub(crate) fn to_socket(path: PathBuf) -> Self {
        // Reading, writing and shutting down are the same for every kind of stream.
        Self::start(Arc::new(move || Ok(TcpStream::from(OwnedFd::from(UnixStream::connect(&path)?)))))
    }

    fn start(connect: Arc<Connect>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // When no server listens, the client sees its connection closed.
                let Ok(server) = connect() else { continue };
                let _ = accepting.join(client, server);
            }
        });
        Self { address, shared }
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.shared.lines.lock().len()
    }

    /// All bytes that clients sent to the server.
    pub(crate) fn said(&self) -> String {
        let lines = self.shared.lines.lock();
        lines.iter().map(|line| String::from_utf8_lossy(&line.said.lock()).into_owned()).collect()
    }

    /// From now on each response is dropped, and its connection is closed instead.
    pub(crate) fn take_answers(&self, take: bool) {
        self.shared.takes_answers.store(take, Ordering::SeqCst);
    }

    /// Drops the next response that has these bytes, and closes its connection instead.
    pub(crate) fn take_answer(&self, with: &'static [u8]) {
        *self.shared.wanted.lock() = Some(with);
    }

    /// Whether the response to be dropped has come.
    pub(crate) fn has_taken_it(&self) -> bool {
        self.shared.wanted.lock().is_none()
    }

    /// Closes all connections, even those with bytes on their way.
    pub(crate) fn cut(&self) {
        self.shared.lines.lock().iter().for_each(|line| line.close());
    }

    /// Connections on which these bytes were sent go silent for ever: nothing is passed on and
    /// nothing is closed. Returns their number.
    pub(crate) fn silence(&self, what_was_said: &str) -> usize {
        let lines = self.shared.lines.lock();
        let said = |line: &&Arc<Line>| String::from_utf8_lossy(&line.said.lock()).contains(what_was_said);
        let silenced = lines.iter().filter(said).filter(|line| !line.silent.swap(true, Ordering::SeqCst));
        silenced.count()
    }
}

impl Shared {
    fn join(self: &Arc<Self>, client: TcpStream, server: TcpStream) -> Result<()> {
        client.set_nodelay(true)?;
        let line = Arc::new(Line {
            client: client.try_clone()?,
            server: server.try_clone()?,
            said: Mutex::default(),
            silent: AtomicBool::new(false),
        });
        self.lines.lock().push(Arc::clone(&line));
        let (from_client, from_server) = (client.try_clone()?, server.try_clone()?);
        let (this, there) = (Arc::clone(self), Arc::clone(&line));
        std::thread::spawn(move || {
            let remember = |bytes: &[u8]| {
                let mut said = there.said.lock();
                let room = REMEMBERED_MAX_BYTES.saturating_sub(said.len());
                said.extend_from_slice(&bytes[..room.min(bytes.len())]);
                true
            };
            carry(&there, from_client, server, remember);
        });
        std::thread::spawn(move || {
            carry(&line, from_server, client, |bytes| !this.takes(bytes));
        });
        Ok(())
    }

    fn takes(&self, answer: &[u8]) -> bool {
        let has = |wanted: &[u8]| answer.windows(wanted.len()).any(|bytes| bytes == wanted);
        self.takes_answers.load(Ordering::SeqCst)
            || self.wanted.lock().take_if(|wanted| has(wanted)).is_some()
    }
}

/// Passes bytes in one direction until an end closes or `passes` returns false. Then closes both
/// ends, unless the connection is silent.
fn carry(line: &Line, mut from: TcpStream, mut to: TcpStream, passes: impl Fn(&[u8]) -> bool) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if !passes(&bytes[..count]) {
            break;
        }
        let silent = line.silent.load(Ordering::SeqCst);
        if !silent && to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    if !line.silent.load(Ordering::SeqCst) {
        line.close();
    }
}
