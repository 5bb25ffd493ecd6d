//! Reading from the store for requests that wait. Each lane is a thread with a session of its own.
//! It takes the requests that wait and reads for all of them at once. Deliberately absent: HTTP,
//! pages.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::log_throttle::LogThrottle;
use super::queue::{Consumer, Taken};
use crate::domain::{ProductId, QuestionId};
use crate::service::ServiceError;
use crate::service::memory::Memory;
use crate::service::memory::directory::Era;
use crate::service::memory::record::Record;
use crate::service::memory::views::{LoadTicket, ViewSender, Views};
use crate::service::statistics::{Counters, Failure, SPANS_TARGET};
use crate::store::moderation::{ModerationAnswer, ModerationQuery};
use crate::store::{Reader, StoreError};
use crate::view::{Catalogue, Reviews, View};

/// Most requests of a batch. Small enough that two lanes share a burst.
const MAX_REQUESTS_PER_BATCH: usize = 32;

/// How long an idle lane sleeps at most.
const LANE_PATIENCE: Duration = Duration::from_mins(1);

/// The pause between two tries to get a connection again.
const REVIVAL_PAUSE: Duration = Duration::from_millis(100);

/// Takes the product of a question to its caller.
type ProductSender = oneshot::Sender<Result<Option<ProductId>, ServiceError>>;

/// Takes ids of the catalogue to their caller.
type IdsSender = oneshot::Sender<Result<Vec<ProductId>, ServiceError>>;

/// Takes the answer of moderation to its caller.
type ModerationSender = oneshot::Sender<Result<ModerationAnswer, ServiceError>>;

/// Takes the result of a probe to its caller.
pub(crate) type ProbeSender = oneshot::Sender<Result<(), ServiceError>>;

/// Something to read.
pub(crate) enum LoadRequest {
    /// A product's questions and answers.
    Questions(ViewLoad<View>),
    /// A product's reviews.
    Reviews(ViewLoad<Reviews>),
    /// A product of the catalogue.
    Catalogue(ViewLoad<Catalogue>),
    /// The product of a question.
    ProductOf(QuestionId, ProductSender),
    /// The ids of the catalogue's next products, at most so many.
    ProductIds(Option<ProductId>, usize, IdsSender),
    /// A question of moderation.
    Moderation(Box<ModerationQuery>, ModerationSender),
    /// Whether the store can be read and takes writes.
    Probe(ProbeSender),
}

impl LoadRequest {
    /// Ends it without a try.
    pub(crate) fn fail(self, error: ServiceError) {
        match self {
            Self::Questions(load) => load.end(Err(error)),
            Self::Reviews(load) => load.end(Err(error)),
            Self::Catalogue(load) => load.end(Err(error)),
            // The callers may have gone away.
            Self::ProductOf(_, sender) => drop(sender.send(Err(error))),
            Self::ProductIds(_, _, sender) => drop(sender.send(Err(error))),
            Self::Moderation(_, sender) => drop(sender.send(Err(error))),
            Self::Probe(sender) => drop(sender.send(Err(error))),
        }
    }
}

impl From<ViewLoad<View>> for LoadRequest {
    fn from(load: ViewLoad<View>) -> Self {
        Self::Questions(load)
    }
}

impl From<ViewLoad<Reviews>> for LoadRequest {
    fn from(load: ViewLoad<Reviews>) -> Self {
        Self::Reviews(load)
    }
}

impl From<ViewLoad<Catalogue>> for LoadRequest {
    fn from(load: ViewLoad<Catalogue>) -> Self {
        Self::Catalogue(load)
    }
}

/// The load of a view. Dropped before its end it fails, so that no request waits in vain.
pub(crate) struct ViewLoad<R: Record> {
    goal: Goal<R>,
    views: Arc<Views<R>>,
}

/// What becomes of a loaded view.
enum Goal<R: Record> {
    /// It is kept, and all requests that wait for it get it.
    Keep(LoadTicket),
    /// Nothing is kept: one request gets what it needs.
    Show(ProductId, R::Part, Option<ViewSender<R>>),
}

impl<R: Record> ViewLoad<R> {
    /// The load that a ticket is for.
    pub(crate) fn new(ticket: LoadTicket, views: Arc<Views<R>>) -> Self {
        Self { goal: Goal::Keep(ticket), views }
    }

    /// The load of what one request needs.
    pub(crate) fn of_part(
        product_id: ProductId,
        part: R::Part,
        sender: ViewSender<R>,
        views: Arc<Views<R>>,
    ) -> Self {
        Self { goal: Goal::Show(product_id, part, Some(sender)), views }
    }

    /// Hands the view, or the failure, to all requests that wait for it.
    pub(crate) fn end(mut self, result: Result<Arc<R>, ServiceError>) {
        self.hand_over(result);
    }

    fn hand_over(&mut self, result: Result<Arc<R>, ServiceError>) {
        match &mut self.goal {
            Goal::Keep(ticket) => self.views.loaded(*ticket, result),
            // The request may have been dropped.
            Goal::Show(_, _, sender) => drop(sender.take().map(|sender| sender.send(result))),
        }
    }

    fn product_id(&self) -> ProductId {
        match self.goal {
            Goal::Keep(ticket) => ticket.product_id,
            Goal::Show(product_id, ..) => product_id,
        }
    }

    /// The part that is needed; `None` for all of the record.
    fn part(&self) -> Option<R::Part> {
        match self.goal {
            Goal::Keep(_) => None,
            Goal::Show(_, part, _) => Some(part),
        }
    }
}

impl<R: Record> Drop for ViewLoad<R> {
    fn drop(&mut self) {
        // After the end this does nothing: the ticket or the sender is used up.
        self.hand_over(Err(ServiceError::StoreUnavailable));
    }
}

static NOT_LOADED: LogThrottle = LogThrottle::new();
static NOT_LOOKED_UP: LogThrottle = LogThrottle::new();
static NOT_LISTED: LogThrottle = LogThrottle::new();
static NOT_ANSWERED: LogThrottle = LogThrottle::new();
static NOT_READY: LogThrottle = LogThrottle::new();

/// One reading thread.
pub(crate) struct Lane {
    pub(crate) queue: Consumer<LoadRequest>,
    pub(crate) memory: Memory,
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

    /// Reads each kind of rows once for all requests of a batch.
    fn carry_out(&mut self, batch: &mut Vec<LoadRequest>) -> Result<(), ServiceError> {
        let mut questions = Vec::with_capacity(batch.len());
        let (mut reviews, mut catalogue) = (Vec::new(), Vec::new());
        let mut looked_up = Vec::new();
        let (mut lists, mut asked, mut probes) = (Vec::new(), Vec::new(), Vec::new());
        for request in batch.drain(..) {
            match request {
                LoadRequest::Questions(load) => questions.push(load),
                LoadRequest::Reviews(load) => reviews.push(load),
                LoadRequest::Catalogue(load) => catalogue.push(load),
                LoadRequest::ProductOf(question_id, sender) => looked_up.push((question_id, sender)),
                LoadRequest::ProductIds(after, limit, sender) => lists.push((after, limit, sender)),
                LoadRequest::Moderation(query, sender) => asked.push((query, sender)),
                LoadRequest::Probe(sender) => probes.push(sender),
            }
        }
        let mut result = self.load_views(questions);
        result = result.and(self.load_views(catalogue));
        result = result.and(self.load_views(reviews));
        if !looked_up.is_empty() {
            result = result.and(self.look_up(looked_up));
        }
        for (after, limit, sender) in lists {
            result = result.and(self.list(after, limit, sender));
        }
        for (query, sender) in asked {
            result = result.and(self.answer(&query, sender));
        }
        probes.into_iter().fold(result, |result, sender| result.and(self.probe(sender)))
    }

    /// Loads views: those that need the same part at once.
    fn load_views<R: Record>(&mut self, mut loads: Vec<ViewLoad<R>>) -> Result<(), ServiceError> {
        loads.sort_unstable_by_key(|load| (load.part(), load.product_id()));
        let mut result = Ok(());
        while let Some(part) = loads.first().map(ViewLoad::part) {
            let others = loads.split_off(loads.partition_point(|load| load.part() == part));
            result = result.and(self.load_same(part, loads));
            loads = others;
        }
        result
    }

    /// Loads views, or one part of them. A product can be wanted twice, when it changed in between;
    /// it is read once for both.
    fn load_same<R: Record>(
        &mut self,
        part: Option<R::Part>,
        mut loads: Vec<ViewLoad<R>>,
    ) -> Result<(), ServiceError> {
        while let Some(first) = loads.first() {
            let views = Arc::clone(&first.views);
            let mut product_ids: Vec<ProductId> = loads.iter().map(ViewLoad::product_id).collect();
            product_ids.dedup();
            let era = self.memory.directory.era();
            let reader = self.reader.as_mut();
            let loaded = match part {
                None => R::load(reader, &product_ids),
                Some(part) => R::load_part(reader, &product_ids, part),
            };
            match loaded {
                Ok(products) => {
                    views.count_loads(products.len());
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
                        load.end(Err(error.clone()));
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

    fn hand_over<R: Record>(&self, era: Era, products: &[R::Rows], loads: Vec<ViewLoad<R>>) {
        // All are packed before the first is handed over, because a request that waits for it would
        // interrupt the packing.
        let pack = |rows| Arc::new(R::pack(rows, &self.memory.pool));
        let views: Vec<Arc<R>> = products.iter().map(pack).collect();
        let mut loads = loads.into_iter().peekable();
        for view in views {
            view.remember(&self.memory.directory, era);
            while let Some(load) = loads.next_if(|load| load.product_id() == view.product_id()) {
                load.end(Ok(Arc::clone(&view)));
            }
        }
        for load in loads {
            tracing::error!(product_id = %load.product_id(), "the store left out a product");
        }
    }

    fn list(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
        sender: IdsSender,
    ) -> Result<(), ServiceError> {
        let ids = self.reader.product_ids(after, limit).map_err(|error| {
            self.counters.failed(Failure::Load);
            NOT_LISTED.report("list products", &error)
        });
        let result = ids.as_ref().map(drop).map_err(ServiceError::clone);
        // The caller may have gone away.
        let _ = sender.send(ids);
        result
    }

    fn answer(&mut self, query: &ModerationQuery, sender: ModerationSender) -> Result<(), ServiceError> {
        let answer = self.reader.moderation(query).map_err(|error| {
            self.counters.failed(Failure::Load);
            NOT_ANSWERED.report("ask for what moderation keeps", &error)
        });
        let result = answer.as_ref().map(drop).map_err(ServiceError::clone);
        // The caller may have gone away.
        let _ = sender.send(answer);
        result
    }

    fn probe(&mut self, sender: ProbeSender) -> Result<(), ServiceError> {
        let result = self.reader.probe().map_err(|error| {
            self.counters.failed(Failure::LookUp);
            NOT_READY.report("use the store", &error)
        });
        // The caller may have gone away.
        let _ = sender.send(result.clone());
        result
    }

    fn look_up(&mut self, questions: Vec<(QuestionId, ProductSender)>) -> Result<(), ServiceError> {
        let question_ids: Vec<QuestionId> = questions.iter().map(|(question_id, _)| *question_id).collect();
        let era = self.memory.directory.era();
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
                Err(error) => Err(error.clone()),
            };
            if let Ok(Some(product_id)) = result {
                self.memory.directory.remember(era, product_id, &[question_id]);
            }
            // The caller may have gone away.
            let _ = sender.send(result.clone());
        }
        found.map(drop)
    }
}
