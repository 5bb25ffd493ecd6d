//! The threads of a service. A panic in one of them is logged, and noted for good. Deliberately
//! absent: what the threads do (`lanes`, `memory::freshness`).

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use parking_lot::Mutex;

use crate::store::StoreError;

/// Threads that end together.
#[derive(Debug, Default)]
pub(super) struct Threads {
    running: Mutex<Vec<JoinHandle<()>>>,
    has_panicked: Arc<AtomicBool>,
}

impl Threads {
    /// Starts a thread. If it panics, it then calls `on_panic`.
    pub(super) fn spawn(
        &self,
        name: String,
        run: impl FnOnce() + Send + 'static,
        on_panic: impl FnOnce() + Send + 'static,
    ) -> Result<(), StoreError> {
        let has_panicked = Arc::clone(&self.has_panicked);
        let thread = std::thread::Builder::new().name(name.clone()).spawn(move || {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
                has_panicked.store(true, Ordering::Release);
                let problem = text_of(panic.as_ref());
                tracing::error!(thread = name, problem, "a thread panicked, the process must be restarted");
                on_panic();
            }
        });
        let thread = thread.map_err(|error| StoreError::Unavailable(format!("no thread: {error}")))?;
        self.running.lock().push(thread);
        Ok(())
    }

    /// Whether one of them has panicked.
    pub(super) fn has_panicked(&self) -> bool {
        self.has_panicked.load(Ordering::Acquire)
    }

    /// Waits until all have ended.
    pub(super) fn join(&self) {
        for thread in std::mem::take(&mut *self.running.lock()) {
            // A panic was logged by the thread itself.
            drop(thread.join());
        }
    }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text")
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _};

    use super::*;

    #[test]
    fn a_panic_is_logged_with_the_name_of_its_thread() {
        let mut log = tempfile::tempfile().expect("a file");
        let writer = log.try_clone().expect("a second handle");
        let threads = Threads::default();
        threads.spawn("well".to_owned(), || (), || panic!("called without a reason")).expect("a thread");
        threads.join();
        assert!(!threads.has_panicked());
        let run = move || {
            let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(Arc::new(writer));
            // The thread keeps it to its end, which comes after the panic.
            std::mem::forget(tracing::subscriber::set_default(subscriber.finish()));
            panic!("number {}", 7);
        };
        let (sender, called) = std::sync::mpsc::channel();
        threads
            .spawn("writer-3".to_owned(), run, move || sender.send(()).expect("the test waits"))
            .expect("a thread");
        threads.join();
        assert!(threads.has_panicked());
        called.recv().expect("it was called");
        let mut text = String::new();
        log.rewind().expect("the start");
        log.read_to_string(&mut text).expect("text");
        assert!(text.contains("ERROR") && text.contains("writer-3") && text.contains("number 7"), "{text}");
    }
}
