//! The queue between the threads that log and standard error. No thread waits for a slow reader of
//! the log: lines that do not fit are lost, counted and reported. `logging` decides the lines and
//! their format.

use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// Lines that wait to be written: about one megabyte.
const MAX_WAITING_LINES: usize = 5_000;

/// Bytes that are written at once.
const BUFFER_BYTES: usize = 64 * 1_024;

/// How long the end of the process waits for the last lines to be written.
const FLUSH_WAIT: Duration = Duration::from_secs(1);

/// Takes lines. All clones share one queue.
#[derive(Debug, Clone)]
pub(super) struct LogBuffer {
    waiting: SyncSender<Vec<u8>>,
    dropped: Arc<AtomicU64>,
}

/// While this exists, lines are written. Dropping it writes the waiting ones.
#[derive(Debug)]
pub(super) struct LogThread {
    waiting: SyncSender<Vec<u8>>,
    is_closed: Arc<AtomicBool>,
    /// Disconnected when the thread has ended.
    ended: Receiver<()>,
}

impl LogBuffer {
    /// Starts the thread that writes to `output`.
    pub(super) fn start(output: impl Write + Send + 'static) -> std::io::Result<(Self, LogThread)> {
        Self::start_with(MAX_WAITING_LINES, output)
    }

    fn start_with(
        max_waiting_lines: usize,
        output: impl Write + Send + 'static,
    ) -> std::io::Result<(Self, LogThread)> {
        let (waiting, lines) = sync_channel(max_waiting_lines);
        let (ends, ended) = sync_channel::<()>(0);
        let buffer = Self { waiting: waiting.clone(), dropped: Arc::default() };
        let thread = LogThread { waiting, is_closed: Arc::default(), ended };
        let (dropped, is_closed) = (buffer.dropped(), Arc::clone(&thread.is_closed));
        std::thread::Builder::new().name("log".to_owned()).spawn(move || {
            write_lines(
                &lines,
                &dropped,
                &is_closed,
                max_waiting_lines,
                BufWriter::with_capacity(BUFFER_BYTES, output),
            );
            drop((lines, ends));
        })?;
        Ok((buffer, thread))
    }

    /// How many lines were lost since the start. The number stays up to date.
    pub(super) fn dropped(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.dropped)
    }
}

impl Write for LogBuffer {
    /// Takes a line, or loses it.
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        if self.waiting.try_send(line.to_vec()).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes all lines that wait at once, again and again until the queue is closed and empty.
fn write_lines(
    lines: &Receiver<Vec<u8>>,
    dropped: &AtomicU64,
    is_closed: &AtomicBool,
    max_waiting_lines: usize,
    mut output: impl Write,
) {
    let mut reported = 0;
    while let Ok(line) = lines.recv() {
        // When the log cannot be written, there is no place left to report it.
        let _ = output.write_all(&line);
        let lost = dropped.load(Ordering::Relaxed) - reported;
        if lost > 0 {
            reported += lost;
            tracing::warn!(lines = lost, "log lines were lost because standard error took them too slowly");
        }
        for line in lines.try_iter().take(max_waiting_lines) {
            let _ = output.write_all(&line);
        }
        let _ = output.flush();
        if is_closed.load(Ordering::Relaxed) {
            break;
        }
    }
}

impl Drop for LogThread {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::Relaxed);
        // Wakes the thread; where the queue is full, it is awake.
        let _ = self.waiting.try_send(Vec::new());
        // A reader that does not read the log must not keep the process from ending.
        let _ = self.ended.recv_timeout(FLUSH_WAIT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An output that passes on each write, and blocks until it is allowed to.
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
        let (mut buffer, thread) = LogBuffer::start_with(2, Gate { got, open }).expect("a thread");
        buffer.write_all(b"first\n").expect("never fails");
        assert_eq!(written.recv().as_deref(), Ok("first\n"));
        // The thread is stuck now: two lines wait, and the last one finds no room.
        for line in ["one\n", "two\n", "three\n"] {
            buffer.write_all(line.as_bytes()).expect("never fails");
        }
        assert_eq!(buffer.dropped().load(Ordering::Relaxed), 1);
        for _ in 0..2 {
            let_go.send(()).expect("it waits");
        }
        assert_eq!(written.recv().as_deref(), Ok("one\ntwo\n"), "lines that wait are written at once");
        drop(thread);
        buffer.write_all(b"late\n").expect("never fails");
        assert_eq!(buffer.dropped().load(Ordering::Relaxed), 2);
    }

    #[test]
    fn an_output_that_is_stuck_does_not_delay_the_end() {
        let ((got, written), (_let_go, open)) = (sync_channel(9), sync_channel(9));
        let (mut buffer, thread) = LogBuffer::start_with(2, Gate { got, open }).expect("a thread");
        buffer.write_all(b"first\n").expect("never fails");
        assert_eq!(written.recv().as_deref(), Ok("first\n"));
        drop(thread);
    }
}
