//! Between those who log and standard error: a bounded buffer and a thread that writes what is in it, all at once. Nobody
//! who answers requests waits for whoever reads the log; what does not fit is lost, counted and told. What is logged,
//! and in which form, is `logging`'s.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// Log that waits to be written, in bytes: some five thousand lines.
const MAX_WAITING_BYTES: usize = 1 << 20;

/// How long the end of the process waits for the last lines to be written.
const FLUSH_WAIT: Duration = Duration::from_secs(1);

/// Where lines go. Clones share one buffer.
#[derive(Debug, Clone)]
pub(super) struct LogBuffer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    max_bytes: usize,
    /// Lines that were lost, since the start.
    dropped: Arc<AtomicU64>,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    /// Lines that were lost and not told of yet.
    untold: u64,
    closed: bool,
    /// Everything is written and the thread has ended.
    ended: bool,
}

/// While it lives, lines are written. Dropping it writes those that wait.
#[derive(Debug)]
pub(super) struct LogThread(Arc<Shared>);

impl LogBuffer {
    /// Starts the thread that writes to `output`.
    pub(super) fn start(output: impl Write + Send + 'static) -> std::io::Result<(Self, LogThread)> {
        Self::start_with(MAX_WAITING_BYTES, output)
    }

    fn start_with(
        max_bytes: usize,
        output: impl Write + Send + 'static,
    ) -> std::io::Result<(Self, LogThread)> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            max_bytes,
            dropped: Arc::default(),
        });
        let writing = Arc::clone(&shared);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || writing.run(output))?;
        Ok((Self(Arc::clone(&shared)), LogThread(shared)))
    }

    /// How many lines were lost, kept up to date.
    pub(super) fn dropped(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.0.dropped)
    }
}

impl Write for LogBuffer {
    /// Takes a line, or loses it.
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let mut state = self.0.state.lock();
        if state.closed || state.waiting.len() + line.len() > self.0.max_bytes {
            state.untold += 1;
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
        } else {
            state.waiting.extend_from_slice(line);
        }
        drop(state);
        self.0.changed.notify_all();
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LogBuffer {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Shared {
    /// Writes whatever waits, until closed.
    fn run(&self, mut output: impl Write) {
        let mut lines = Vec::new();
        let mut state = self.state.lock();
        loop {
            self.changed.wait_while(&mut state, |state| {
                state.waiting.is_empty() && state.untold == 0 && !state.closed
            });
            if state.waiting.is_empty() && state.closed {
                break;
            }
            std::mem::swap(&mut lines, &mut state.waiting);
            let untold = std::mem::take(&mut state.untold);
            drop(state);
            // Nobody is left to be told that the log cannot be written.
            let _ = output.write_all(&lines).and_then(|()| output.flush());
            lines.clear();
            if untold > 0 {
                tracing::warn!(lines = untold, "lines of the log were lost, nobody took them up fast enough");
            }
            state = self.state.lock();
        }
        state.ended = true;
        self.changed.notify_all();
    }
}

impl Drop for LogThread {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.closed = true;
        self.0.changed.notify_all();
        // Whoever does not read the log must not keep the process from ending.
        self.0.changed.wait_while_for(&mut state, |state| !state.ended, FLUSH_WAIT);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// An output that says what it got and takes nothing before it is allowed to.
    struct Gate {
        got: SyncSender<String>,
        open: Receiver<()>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.got.send(String::from_utf8_lossy(bytes).into_owned()).expect("the test listens");
            self.open.recv().expect("the test lets it go on");
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_does_not_fit_is_lost_and_counted_and_nobody_waits() {
        let ((got, written), (let_go, open)) = (sync_channel(9), sync_channel(9));
        let (mut buffer, thread) = LogBuffer::start_with(10, Gate { got, open }).expect("a thread");
        buffer.write_all(b"first\n").expect("never fails");
        assert_eq!(written.recv().as_deref(), Ok("first\n"));
        // The thread is stuck now; these wait, and the last one finds no room.
        for line in ["one\n", "two\n", "three\n"] {
            buffer.write_all(line.as_bytes()).expect("never fails");
        }
        assert_eq!(buffer.dropped().load(Ordering::Relaxed), 1);
        for _ in 0..2 {
            let_go.send(()).expect("it waits");
        }
        assert_eq!(written.recv().as_deref(), Ok("one\ntwo\n"), "what waits is written at once");
        drop(thread);
        buffer.write_all(b"late\n").expect("never fails");
        assert_eq!(buffer.dropped().load(Ordering::Relaxed), 2);
    }

    #[test]
    fn an_output_that_is_stuck_does_not_hold_up_the_end() {
        let ((got, written), (_let_go, open)) = (sync_channel(9), sync_channel(9));
        let (mut buffer, thread) = LogBuffer::start_with(10, Gate { got, open }).expect("a thread");
        buffer.write_all(b"first\n").expect("never fails");
        assert_eq!(written.recv().as_deref(), Ok("first\n"));
        drop(thread);
    }
}
