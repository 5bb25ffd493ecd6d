//! The hook: a program of the shop's that is asked about a new text once it is written, and that
//! may publish, hold or reject it. Asking is bounded: few at a time, few that wait. A text that
//! nobody was asked about stays where it is: it waits for a person. Deliberately absent: which
//! texts it is asked about (`judge`).

mod addresses;
mod client;
mod lane;
mod opinion;
pub(super) mod signature;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::post::{Post, PostKind};
use crate::domain::{Origin, PhotoUrl, ProductId, State, Target};
use crate::service::lanes::queue::BatchQueue;

pub(in crate::service) use client::HookClient;
pub(in crate::service) use lane::HookLane;

/// Most texts that wait to be asked about.
const MAX_WAITING_TEXTS: usize = 1_024;

/// Threads that ask, each about one text at a time.
pub(in crate::service) const HOOK_THREADS: usize = 8;

/// The fields of a text that the hook is shown. The author's address is none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HookTexts {
    kind: PostKind,
    body: String,
    summary: String,
    name: String,
    photos: Vec<PhotoUrl>,
}

impl HookTexts {
    pub(super) fn of(post: &Post<'_>) -> Self {
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
pub(in crate::service) struct HookCall {
    pub(super) texts: HookTexts,
    pub(super) product_id: Option<ProductId>,
    pub(super) origin: Origin,
    /// The state that the text gets if the hook has no opinion.
    pub(super) if_silent: State,
}

/// A call about a row that is written.
#[derive(Debug)]
pub(in crate::service) struct HookRequest {
    call: Box<HookCall>,
    target: Target,
}

/// The calls that wait.
#[derive(Debug)]
pub(in crate::service) struct HookQueue {
    pub(in crate::service) waiting: Arc<BatchQueue<HookRequest>>,
    pub(in crate::service) is_stopping: Arc<AtomicBool>,
}

impl Default for HookQueue {
    fn default() -> Self {
        Self { waiting: Arc::new(BatchQueue::new(MAX_WAITING_TEXTS)), is_stopping: Arc::default() }
    }
}

impl HookQueue {
    /// Has the hook asked about a row that was just written. When too many wait, the row stays
    /// pending.
    pub(in crate::service) fn ask(&self, call: Option<Box<HookCall>>, target: Target) {
        let Some(call) = call else { return };
        if self.waiting.push(HookRequest { call, target }).is_err() {
            lane::NOT_ASKED.warn("too many texts wait for the hook");
        }
    }

    /// Ends asking: what waits stays pending.
    pub(in crate::service) fn stop(&self) {
        self.is_stopping.store(true, std::sync::atomic::Ordering::Release);
        self.waiting.close();
    }
}
