//! A bounded queue whose consumer takes everything that waits. Requests that arrive while a batch
//! is in flight form the next batch, so there is no timer. What a batch does is up to its consumer.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::service::statistics::QueueState;

/// A bounded queue of requests for a store.
#[derive(Debug)]
pub(crate) struct BatchQueue<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
    max_waiting: usize,
    refused: AtomicU64,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<T>,
    /// Sleeping consumers: none is woken while all are busy.
    sleepers: usize,
    closed: bool,
}

/// The result of taking a batch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// There is at least one request.
    Batch,
    /// No request came in time.
    Nothing,
    /// The queue is closed and empty.
    Closed,
}

impl<T> BatchQueue<T> {
    /// A queue that holds at most `max_waiting` requests.
    pub(crate) fn new(max_waiting: usize) -> Self {
        let state = State { waiting: VecDeque::new(), sleepers: 0, closed: false };
        Self { state: Mutex::new(state), arrived: Condvar::new(), max_waiting, refused: AtomicU64::new(0) }
    }

    /// Adds a request, or gives it back when the queue is full or closed.
    pub(crate) fn push(&self, request: T) -> Result<(), T> {
        let mut state = self.state.lock();
        if state.closed || state.waiting.len() >= self.max_waiting {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(request);
        }
        state.waiting.push_back(request);
        let wake = state.sleepers > 0;
        drop(state);
        if wake {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Moves the waiting requests, oldest first and at most `max`, into `batch`, which must be
    /// empty. Waits up to `patience` for the first one.
    pub(crate) fn take(&self, max: usize, patience: Duration, batch: &mut Vec<T>) -> Taken {
        debug_assert!(batch.is_empty(), "a batch is carried out before the next is taken");
        let mut state = self.state.lock();
        if state.waiting.is_empty() && !state.closed {
            state.sleepers += 1;
            self.arrived.wait_while_for(
                &mut state,
                |state| state.waiting.is_empty() && !state.closed,
                patience,
            );
            state.sleepers -= 1;
        }
        let count = state.waiting.len().min(max);
        batch.extend(state.waiting.drain(..count));
        match (count, state.closed) {
            (0, true) => Taken::Closed,
            (0, false) => Taken::Nothing,
            _ => Taken::Batch,
        }
    }

    /// The numbers of waiting requests, of those that may wait, and of refused ones so far.
    pub(crate) fn state(&self) -> QueueState {
        let waiting = self.state.lock().waiting.len();
        (waiting, self.max_waiting, self.refused.load(Ordering::Relaxed))
    }

    /// Whether the queue is closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    /// Closes the queue. Requests that wait are still carried out.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.arrived.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    #[test]
    fn takes_all_that_waits_up_to_the_limit() {
        let queue = BatchQueue::new(3);
        assert_eq!(
            (1..=4).map(|number| queue.push(number)).collect::<Vec<_>>(),
            [Ok(()), Ok(()), Ok(()), Err(4)]
        );
        let mut batch = Vec::new();
        assert_eq!(queue.take(2, PATIENCE, &mut batch), Taken::Batch);
        assert_eq!(std::mem::take(&mut batch), [1, 2]);
        assert_eq!(queue.take(2, PATIENCE, &mut batch), Taken::Batch);
        assert_eq!(batch, [3]);
    }

    #[test]
    fn a_closed_queue_is_emptied_first() {
        let queue = BatchQueue::new(3);
        assert_eq!(queue.push(1), Ok(()));
        queue.close();
        assert_eq!(queue.push(2), Err(2));
        let mut batch = Vec::new();
        assert_eq!(queue.take(9, PATIENCE, &mut batch), Taken::Batch);
        batch.clear();
        assert_eq!(queue.take(9, PATIENCE, &mut batch), Taken::Closed);
    }

    #[test]
    fn a_sleeping_consumer_is_woken() {
        let queue = BatchQueue::new(3);
        std::thread::scope(|scope| {
            let consumer = scope.spawn(|| {
                let mut batch = Vec::new();
                (queue.take(9, PATIENCE, &mut batch), batch)
            });
            assert_eq!(queue.push(7), Ok(()));
            assert_eq!(consumer.join().expect("the consumer ends"), (Taken::Batch, vec![7]));
        });
        assert_eq!(queue.take(9, Duration::ZERO, &mut Vec::new()), Taken::Nothing);
    }
}
