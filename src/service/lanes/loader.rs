//! Reading from the store for requests that wait. Each lane is a thread with a session of its own.
//! It takes the requests that wait and reads for all of them at once. Deliberately absent: HTTP,
//! pages.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::log_throttle::LogThrottle;
use super::queue::{Consumer, Taken};
use crate::domain::{ProductId, ProductRows, QuestionId};
use crate::service::ServiceError;
use crate::service::memory::directory::{Directory, Era};
use crate::service::memory::views::{LoadTicket, Views};
use crate::service::statistics::{Counters, Failure, SPANS_TARGET};
use crate::store::{Reader, StoreError};
use crate::view::View;

/// Most requests of a batch. Small enough that two lanes share a burst.
const MAX_REQUESTS_PER_BATCH: usize = 32;

/// How long an idle lane sleeps at most.
const LANE_PATIENCE: Duration = Duration::from_mins(1);

/// The pause between two tries to get a connection again.
const REVIVAL_PAUSE: Duration = Duration::from_millis(100);

/// Takes the product of a question to its caller.
type ProductSender = oneshot::Sender<Result<Option<ProductId>, ServiceError>>;

/// Takes the result of a probe to its caller.
pub(crate) type ProbeSender = oneshot::Sender<Result<(), ServiceError>>;

/// Something to read.
pub(crate) enum LoadRequest {
    /// A product's view.
    View(ViewLoad),
    /// The product of a question.
    ProductOf(QuestionId, ProductSender),
    /// Whether the store can be read and takes writes.
    Probe(ProbeSender),
}

/// The load of a view. Dropped before its end it fails, so that no request waits in vain.
pub(crate) struct ViewLoad {
    ticket: LoadTicket,
    views: Arc<Views>,
}

impl ViewLoad {
    /// The load that a ticket is for.
    pub(crate) fn new(ticket: LoadTicket, views: Arc<Views>) -> Self {
        Self { ticket, views }
    }

    /// Hands the view, or the failure, to all requests that wait for it.
    pub(crate) fn end(self, result: Result<Arc<View>, ServiceError>) {
        self.views.loaded(self.ticket, result);
    }

    fn product_id(&self) -> ProductId {
        self.ticket.product_id
    }
}

impl Drop for ViewLoad {
    fn drop(&mut self) {
        // After the end this does nothing: the ticket is used up.
        self.views.loaded(self.ticket, Err(ServiceError::StoreUnavailable));
    }
}

static NOT_LOADED: LogThrottle = LogThrottle::new();
static NOT_LOOKED_UP: LogThrottle = LogThrottle::new();
static NOT_READY: LogThrottle = LogThrottle::new();

/// One reading thread.
pub(crate) struct Lane {
    pub(crate) queue: Consumer<LoadRequest>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) reader: Box<dyn Reader>,
    pub(crate) counters: Arc<Counters>,
}

impl Lane {
    /// Serves until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let mut batch = Vec::new();
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

    /// A lane without a connection fails faster than the others read, and would take most requests
    /// from them. So it takes none until it has a connection again, while another lane takes them.
    fn leave_it_to_the_others(&mut self) {
        self.queue.set_taking(false);
        while self.queue.is_served() && self.reader.revive().is_err() {
            std::thread::sleep(REVIVAL_PAUSE);
        }
        self.queue.set_taking(true);
    }

    fn carry_out(&mut self, batch: &mut Vec<LoadRequest>) -> Result<(), ServiceError> {
        let mut loads = Vec::with_capacity(batch.len());
        let mut questions = Vec::new();
        let mut probes = Vec::new();
        for request in batch.drain(..) {
            match request {
                LoadRequest::View(load) => loads.push(load),
                LoadRequest::ProductOf(question_id, sender) => questions.push((question_id, sender)),
                LoadRequest::Probe(sender) => probes.push(sender),
            }
        }
        let loaded = self.load_views(loads);
        let looked_up = if questions.is_empty() { Ok(()) } else { self.look_up(questions) };
        let probed = probes.into_iter().try_for_each(|sender| self.probe(sender));
        loaded.and(looked_up).and(probed)
    }

    /// Loads views. A product can be wanted twice, when it changed in between; it is read once for
    /// both.
    fn load_views(&mut self, mut loads: Vec<ViewLoad>) -> Result<(), ServiceError> {
        loads.sort_unstable_by_key(ViewLoad::product_id);
        while !loads.is_empty() {
            let mut product_ids: Vec<ProductId> = loads.iter().map(ViewLoad::product_id).collect();
            product_ids.dedup();
            let era = self.directory.era();
            match self.reader.load_products(&product_ids) {
                Ok(products) => {
                    self.counters.loaded(products.len());
                    self.hand_over(era, &products, loads);
                    return Ok(());
                }
                Err(error) => {
                    self.counters.failed(Failure::Load);
                    let damaged = error.damaged_product().filter(|id| product_ids.contains(id));
                    let error = NOT_LOADED.report("load products", &error);
                    // A damaged product fails alone, the others are asked for again.
                    let (failed, others) = loads
                        .into_iter()
                        .partition::<Vec<_>, _>(|load| damaged.is_none_or(|id| load.product_id() == id));
                    for load in failed {
                        load.end(Err(error));
                    }
                    if damaged.is_none() {
                        return Err(error);
                    }
                    loads = others;
                }
            }
        }
        Ok(())
    }

    fn hand_over(&self, era: Era, products: &[ProductRows], loads: Vec<ViewLoad>) {
        // All are packed before the first is handed over, because a request that waits for it would
        // interrupt the packing.
        let views: Vec<Arc<View>> = products.iter().map(|rows| Arc::new(View::pack(rows))).collect();
        let mut loads = loads.into_iter().peekable();
        for view in views {
            self.directory.remember(era, view.product_id(), &view.question_ids());
            while let Some(load) = loads.next_if(|load| load.product_id() == view.product_id()) {
                load.end(Ok(Arc::clone(&view)));
            }
        }
        for load in loads {
            tracing::error!(product_id = %load.product_id(), "the store left out a product");
        }
    }

    fn probe(&mut self, sender: ProbeSender) -> Result<(), ServiceError> {
        let result = self.reader.probe().map_err(|error| {
            self.counters.failed(Failure::LookUp);
            NOT_READY.report("use the store", &error)
        });
        // The caller may have gone away.
        let _ = sender.send(result);
        result
    }

    fn look_up(&mut self, questions: Vec<(QuestionId, ProductSender)>) -> Result<(), ServiceError> {
        let question_ids: Vec<QuestionId> = questions.iter().map(|(question_id, _)| *question_id).collect();
        let era = self.directory.era();
        let found = self.reader.products_of(&question_ids);
        if questions.len() > 1 && found.as_ref().is_err_and(StoreError::is_damage) {
            // A damaged row must fail its own question alone.
            let each = questions.into_iter().map(|question| self.look_up(vec![question]));
            return each.fold(Ok(()), Result::and);
        }
        let found = found.map_err(|error| {
            self.counters.failed(Failure::LookUp);
            NOT_LOOKED_UP.report("look up questions", &error)
        });
        for (position, (question_id, sender)) in questions.into_iter().enumerate() {
            let result = match &found {
                Ok(found) => found.get(position).copied().ok_or(ServiceError::StoreUnavailable),
                Err(error) => Err(*error),
            };
            if let Ok(Some(product_id)) = result {
                self.directory.remember(era, product_id, &[question_id]);
            }
            // The caller may have gone away.
            let _ = sender.send(result);
        }
        found.map(drop)
    }
}
