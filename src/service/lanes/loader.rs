//! Reading from the store for those who wait: each lane is a thread with a session of its own that
//! takes what is asked for and asks the store for all of it at once. Lanes know nothing of HTTP or
//! of pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::log_throttle::LogThrottle;
use super::queue::{BatchQueue, Taken};
use crate::domain::{ProductId, QuestionId};
use crate::service::ServiceError;
use crate::service::memory::directory::Directory;
use crate::service::memory::views::{LoadTicket, Views};
use crate::service::statistics::{Counters, Failure, SPANS_TARGET};
use crate::store::Reader;
use crate::view::View;

/// Products that a lane asks for at once. Small enough that two lanes share a burst.
const MAX_REQUESTS_PER_BATCH: usize = 32;

/// How often an idle lane looks up.
const LANE_PATIENCE: Duration = Duration::from_mins(1);

/// How long a lane without a connection waits before it tries once more to get one.
const REVIVAL_PAUSE: Duration = Duration::from_millis(100);

/// How a request for a question's product gets it.
type ProductSender = oneshot::Sender<Result<Option<ProductId>, ServiceError>>;

/// How the answer to a probe gets back.
type ProbeSender = oneshot::Sender<Result<(), ServiceError>>;

/// Something to read.
pub(crate) enum LoadRequest {
    /// A product's view.
    View(LoadTicket),
    /// Which product a question belongs to.
    ProductOf(QuestionId, ProductSender),
    /// Whether the store can be read and takes writes.
    Probe(ProbeSender),
}

static NOT_LOADED: LogThrottle = LogThrottle::new();
static NOT_LOOKED_UP: LogThrottle = LogThrottle::new();
static NOT_READY: LogThrottle = LogThrottle::new();

/// One reading thread.
pub(crate) struct Lane {
    pub(crate) queue: Arc<BatchQueue<LoadRequest>>,
    pub(crate) views: Arc<Views>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) reader: Box<dyn Reader>,
    /// How many lanes take requests from the queue.
    pub(crate) taking: Arc<AtomicUsize>,
    pub(crate) counters: Arc<Counters>,
}

impl Lane {
    /// Serves until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let mut batch = Vec::new();
        self.taking.fetch_add(1, Ordering::Relaxed);
        loop {
            match self.queue.take(MAX_REQUESTS_PER_BATCH, LANE_PATIENCE, &mut batch) {
                Taken::Closed => return,
                Taken::Nothing => {}
                Taken::Batch => {
                    let (requests, started) = (batch.len(), Instant::now());
                    let span = tracing::info_span!(target: SPANS_TARGET, "read batch", requests);
                    let carried_out = span.in_scope(|| self.carry_out(&mut batch));
                    self.counters.reads.count(requests, started.elapsed());
                    if carried_out.is_err() {
                        self.leave_it_to_the_others();
                    }
                }
            }
        }
    }

    /// A lane that lost its connection and gets no other one fails faster than the others read, and
    /// would take most requests from them. So it takes none until it has one again, as long as
    /// another lane does.
    fn leave_it_to_the_others(&mut self) {
        let mut others = self.taking.fetch_sub(1, Ordering::Relaxed) - 1;
        while others > 0 && !self.queue.is_closed() && self.reader.revive().is_err() {
            std::thread::sleep(REVIVAL_PAUSE);
            others = self.taking.load(Ordering::Relaxed);
        }
        self.taking.fetch_add(1, Ordering::Relaxed);
    }

    fn carry_out(&mut self, batch: &mut Vec<LoadRequest>) -> Result<(), ServiceError> {
        let mut tickets = Vec::with_capacity(batch.len());
        let mut questions = Vec::new();
        let mut probes = Vec::new();
        for request in batch.drain(..) {
            match request {
                LoadRequest::View(ticket) => tickets.push(ticket),
                LoadRequest::ProductOf(question_id, sender) => questions.push((question_id, sender)),
                LoadRequest::Probe(sender) => probes.push(sender),
            }
        }
        let loaded = if tickets.is_empty() { Ok(()) } else { self.load_views(tickets) };
        let looked_up = if questions.is_empty() { Ok(()) } else { self.look_up(questions) };
        let probed = probes.into_iter().try_for_each(|sender| self.probe(sender));
        loaded.and(looked_up).and(probed)
    }

    /// A product can be on two tickets, when it changed between them; it is loaded once for both.
    fn load_views(&mut self, mut tickets: Vec<LoadTicket>) -> Result<(), ServiceError> {
        tickets.sort_unstable_by_key(|ticket| ticket.product_id);
        let mut product_ids: Vec<ProductId> = tickets.iter().map(|ticket| ticket.product_id).collect();
        product_ids.dedup();
        let era = self.directory.era();
        let products = match self.reader.load_products(&product_ids) {
            Ok(products) => products,
            Err(error) => {
                self.counters.failed(Failure::Load);
                let error = NOT_LOADED.report("load products", &error);
                for ticket in tickets {
                    self.views.loaded(ticket, Err(error));
                }
                return Err(error);
            }
        };
        self.counters.loaded(products.len());
        // All are packed before the first is returned: the request that waits for it would
        // interrupt the packing.
        let views: Vec<Arc<View>> = products.iter().map(|rows| Arc::new(View::pack(rows))).collect();
        let mut tickets = tickets.into_iter().peekable();
        for view in views {
            self.directory.remember(era, view.product_id(), &view.question_ids());
            while let Some(ticket) = tickets.next_if(|ticket| ticket.product_id == view.product_id()) {
                self.views.loaded(ticket, Ok(Arc::clone(&view)));
            }
        }
        for ticket in tickets {
            tracing::error!(product_id = %ticket.product_id, "the store left out a product");
            self.views.loaded(ticket, Err(ServiceError::StoreUnavailable));
        }
        Ok(())
    }

    fn probe(&mut self, sender: ProbeSender) -> Result<(), ServiceError> {
        let answer = self.reader.probe().map_err(|error| {
            self.counters.failed(Failure::LookUp);
            NOT_READY.report("use the store", &error)
        });
        // The caller may have gone away.
        let _ = sender.send(answer);
        answer
    }

    fn look_up(&mut self, questions: Vec<(QuestionId, ProductSender)>) -> Result<(), ServiceError> {
        let question_ids: Vec<QuestionId> = questions.iter().map(|(question_id, _)| *question_id).collect();
        let era = self.directory.era();
        let found = self.reader.products_of(&question_ids).map_err(|error| {
            self.counters.failed(Failure::LookUp);
            NOT_LOOKED_UP.report("look up questions", &error)
        });
        for (position, (question_id, sender)) in questions.into_iter().enumerate() {
            let answer = match &found {
                Ok(found) => found.get(position).copied().ok_or(ServiceError::StoreUnavailable),
                Err(error) => Err(*error),
            };
            if let Ok(Some(product_id)) = answer {
                self.directory.remember(era, product_id, &[question_id]);
            }
            // A request that was given up needs no answer.
            let _ = sender.send(answer);
        }
        found.map(drop)
    }
}
