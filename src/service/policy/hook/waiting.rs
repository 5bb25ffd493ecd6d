//! Texts that wait until the hook is asked about them. Deliberately absent: asking (`lane`).

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::domain::{Origin, PhotoUrl, ProductId, State, Target};
use crate::service::lanes::log_throttle::LogThrottle;
use crate::service::lanes::queue::BatchQueue;
use crate::service::policy::post::{Post, PostKind};

/// Most texts that wait to be asked about.
const MAX_WAITING_TEXTS: usize = 1_024;

/// Failures, logged once a second at most.
pub(super) struct HookLog(LogThrottle);

impl HookLog {
    pub(super) const fn new() -> Self {
        Self(LogThrottle::new())
    }

    pub(super) fn warn(&self, problem: &str) {
        if let Some(times) = self.0.is_due() {
            tracing::warn!(problem, times, "the hook said nothing about a text");
        }
    }
}

static NOT_ASKED: HookLog = HookLog::new();

/// The fields of a text that the hook is shown. The author's address is none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HookTexts {
    pub(super) kind: PostKind,
    pub(super) body: String,
    pub(super) summary: String,
    pub(super) name: String,
    pub(super) photos: Vec<PhotoUrl>,
}

impl HookTexts {
    pub(crate) fn of(post: &Post<'_>) -> Self {
        Self {
            kind: post.kind,
            body: post.body.to_owned(),
            summary: post.summary.to_owned(),
            name: post.name.to_owned(),
            photos: post.photos.to_vec(),
        }
    }
}

/// What the hook is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HookCall {
    pub(crate) texts: HookTexts,
    pub(crate) product_id: Option<ProductId>,
    pub(crate) origin: Origin,
    /// The state that the text gets if the hook has no opinion.
    pub(crate) if_silent: State,
}

/// A call about a row that is written.
#[derive(Debug)]
pub(crate) struct HookRequest {
    pub(super) call: Box<HookCall>,
    pub(super) target: Target,
}

/// The calls that wait.
#[derive(Debug)]
pub(crate) struct HookQueue {
    pub(crate) waiting: Arc<BatchQueue<HookRequest>>,
    pub(crate) is_stopping: Arc<AtomicBool>,
}

impl Default for HookQueue {
    fn default() -> Self {
        Self { waiting: Arc::new(BatchQueue::new(MAX_WAITING_TEXTS)), is_stopping: Arc::default() }
    }
}

impl HookQueue {
    /// Has the hook asked about a row that was just written. When too many wait, the row stays
    /// pending.
    pub(crate) fn ask(&self, call: Option<Box<HookCall>>, target: Target) {
        let Some(call) = call else { return };
        if self.waiting.push(HookRequest { call, target }).is_err() {
            NOT_ASKED.warn("too many texts wait for the hook");
        }
    }

    /// Ends asking: what waits stays pending.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, std::sync::atomic::Ordering::Release);
        self.waiting.close();
    }
}
