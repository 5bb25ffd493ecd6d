//! A bounded queue whose consumers take everything that waits. Requests that arrive while a batch
//! is in flight form the next batch, so there is no timer. What a batch does is up to its consumer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::service::ServiceError;
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
    consumers: usize,
    /// Consumers that take requests at the moment.
    taking: usize,
    closed: bool,
}

/// Takes requests from a queue. When the last one is dropped, the queue is closed and what waits in
/// it is dropped.
#[derive(Debug)]
pub(crate) struct Consumer<T> {
    queue: Arc<BatchQueue<T>>,
    is_taking: bool,
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
        let state = State { waiting: VecDeque::new(), sleepers: 0, consumers: 0, taking: 0, closed: false };
        Self { state: Mutex::new(state), arrived: Condvar::new(), max_waiting, refused: AtomicU64::new(0) }
    }

    /// Adds a request, or gives it back with the reason when the queue is full or closed.
    pub(crate) fn push(&self, request: T) -> Result<(), (T, ServiceError)> {
        let mut state = self.state.lock();
        if state.closed {
            return Err((request, ServiceError::StoreUnavailable));
        }
        if state.waiting.len() >= self.max_waiting {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err((request, ServiceError::Overloaded));
        }
        state.waiting.push_back(request);
        let wake = state.sleepers > 0;
        drop(state);
        if wake {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// The numbers of waiting requests, of those that may wait, and of refused ones so far.
    pub(crate) fn state(&self) -> QueueState {
        let waiting = self.state.lock().waiting.len();
        (waiting, self.max_waiting, self.refused.load(Ordering::Relaxed))
    }

    /// Closes the queue. Requests that wait are still carried out.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.arrived.notify_all();
    }
}

impl<T> Consumer<T> {
    /// A consumer that takes requests.
    pub(crate) fn new(queue: &Arc<BatchQueue<T>>) -> Self {
        let mut state = queue.state.lock();
        state.consumers += 1;
        state.taking += 1;
        Self { queue: Arc::clone(queue), is_taking: true }
    }

    /// Moves the waiting requests, oldest first and at most `max`, into `batch`, which must be
    /// empty. Waits up to `patience` for the first one.
    pub(crate) fn take(&self, max: usize, patience: Duration, batch: &mut Vec<T>) -> Taken {
        debug_assert!(batch.is_empty(), "a batch is carried out before the next is taken");
        let mut state = self.queue.state.lock();
        if state.waiting.is_empty() && !state.closed {
            state.sleepers += 1;
            self.queue.arrived.wait_while_for(
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

    /// Notes whether this one takes requests.
    pub(crate) fn set_taking(&mut self, is_taking: bool) {
        let mut state = self.queue.state.lock();
        state.taking = state.taking - usize::from(self.is_taking) + usize::from(is_taking);
        self.is_taking = is_taking;
    }

    /// Whether the queue is open and some consumer takes requests.
    pub(crate) fn is_served(&self) -> bool {
        let state = self.queue.state.lock();
        state.taking > 0 && !state.closed
    }
}

impl<T> Drop for Consumer<T> {
    fn drop(&mut self) {
        self.set_taking(false);
        let mut state = self.queue.state.lock();
        state.consumers -= 1;
        if state.consumers == 0 {
            state.closed = true;
            let abandoned = std::mem::take(&mut state.waiting);
            // Dropping a request may take other locks.
            drop(state);
            drop(abandoned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn queue() -> (Arc<BatchQueue<u32>>, Consumer<u32>) {
        let queue = Arc::new(BatchQueue::new(3));
        let consumer = Consumer::new(&queue);
        (queue, consumer)
    }

    #[test]
    fn takes_all_that_waits_up_to_the_limit() {
        let (queue, consumer) = queue();
        assert_eq!(
            (1..=4).map(|number| queue.push(number)).collect::<Vec<_>>(),
            [Ok(()), Ok(()), Ok(()), Err((4, ServiceError::Overloaded))]
        );
        let mut batch = Vec::new();
        assert_eq!(consumer.take(2, PATIENCE, &mut batch), Taken::Batch);
        assert_eq!(std::mem::take(&mut batch), [1, 2]);
        assert_eq!(consumer.take(2, PATIENCE, &mut batch), Taken::Batch);
        assert_eq!(batch, [3]);
    }

    #[test]
    fn a_closed_queue_is_emptied_first() {
        let (queue, consumer) = queue();
        assert_eq!(queue.push(1), Ok(()));
        queue.close();
        assert_eq!(queue.push(2), Err((2, ServiceError::StoreUnavailable)));
        let mut batch = Vec::new();
        assert_eq!(consumer.take(9, PATIENCE, &mut batch), Taken::Batch);
        batch.clear();
        assert_eq!(consumer.take(9, PATIENCE, &mut batch), Taken::Closed);
    }

    #[test]
    fn when_the_last_consumer_is_gone_nothing_waits_any_more() {
        let queue = Arc::new(BatchQueue::new(3));
        let (mut first, second) = (Consumer::new(&queue), Consumer::new(&queue));
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        first.set_taking(false);
        assert!(first.is_served());
        drop(second);
        assert!(!first.is_served(), "the only one left takes nothing");
        queue.push(sender.clone()).map_err(|(_, error)| error).expect("there is a consumer");
        drop(first);
        let refused = queue.push(sender).map_err(|(_, error)| error);
        assert_eq!(refused, Err(ServiceError::StoreUnavailable));
        assert!(receiver.recv().is_err(), "the request that waited is dropped");
    }

    #[test]
    fn a_sleeping_consumer_is_woken() {
        let (queue, consumer) = queue();
        std::thread::scope(|scope| {
            let taken = scope.spawn(|| {
                let mut batch = Vec::new();
                (consumer.take(9, PATIENCE, &mut batch), batch)
            });
            assert_eq!(queue.push(7), Ok(()));
            assert_eq!(taken.join().expect("the consumer ends"), (Taken::Batch, vec![7]));
        });
        assert_eq!(consumer.take(9, Duration::ZERO, &mut Vec::new()), Taken::Nothing);
    }
}
