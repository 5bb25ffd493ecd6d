//! The order of the checks that a new text goes through. The first verdict wins, and what else is
//! noticed is kept for moderators. Limits and duplicates come before (`submissions`).

use super::author::{Traces, look_at_author, look_at_client, look_at_policy, look_at_repeats};
use super::findings::Findings;
use super::hook::{HookCall, HookTexts};
use super::judged::Judged;
use super::post::{Post, PostKind};
use super::signals::{look_at_form, look_at_texts};
use super::words::{Severity, WordMatch};
use crate::domain::{AuthorRole, Finding, Origin, ProductId, Reason, Sender, State};
use crate::service::error::Refusal;
use crate::service::settings::{ModerationSettings, Policy, Signal};
use crate::service::{Service, ServiceError};
use crate::store::{Command, Submission};

/// What the policy does with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is published.
    Published,
    /// It waits.
    Pending,
    /// It is refused.
    Refused,
}

/// A word of a list in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundWord {
    /// The field: `body`, `summary` or `name`.
    pub field: &'static str,
    /// The word.
    pub word: WordMatch,
}

/// What the policy would do with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What it would do.
    pub verdict: Verdict,
    /// Why, and what else was noticed.
    pub findings: Vec<Finding>,
    /// The entries of the lists, by which words are found.
    pub words: Vec<FoundWord>,
    /// Whether the hook would be asked. It is not asked on trial, and the verdict is the one
    /// without its opinion.
    pub asks_hook: bool,
}

/// A text with everything that was found out about it.
struct Case<'c> {
    post: Post<'c>,
    sender: &'c Sender,
    findings: Findings,
    words: Vec<FoundWord>,
    traces: Traces,
    /// Whether the checks are over: nothing else can hold the text.
    is_of_seller: bool,
    asks_hook: bool,
    /// Whether it waits if the hook has no opinion.
    waits: bool,
}

impl ModerationSettings {
    fn policy_for(&self, kind: PostKind) -> Policy {
        match kind {
            PostKind::Question => self.questions,
            PostKind::Answer => self.answers,
            PostKind::Review => self.reviews,
        }
    }

    /// Whether anything is looked at.
    pub(crate) fn looks_at(&self, kind: PostKind) -> bool {
        let signals = &self.signals;
        self.policy_for(kind) != Policy::None
            || self.hook.is_some()
            || [
                signals.links,
                signals.contacts_in_names,
                signals.repeated_texts,
                signals.busy_clients,
                signals.form_traps,
                signals.capitals,
                signals.mail_domains,
            ]
            .iter()
            .any(|signal| *signal != Signal::Off)
    }
}

impl Service {
    /// What is kept of a new text beyond the text, its state among it, and whom to ask about it
    /// once it is written.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] when it has a refused word, unless `submission` came before, and
    /// those of the store when it had to be asked.
    pub(crate) async fn judge(
        &self,
        post: Post<'_>,
        sender: &Sender,
        submission: Option<&Submission>,
    ) -> Result<Judged, ServiceError> {
        let is_nobody = sender.identity.is_none() && sender.seller_key.is_none();
        if is_nobody && !self.settings.moderation.looks_at(post.kind) {
            return Ok(Judged::default());
        }
        // On the heap, so that requests without it stay small.
        Box::pin(self.judge_closely(post, sender, submission)).await
    }

    /// What the policy would do with a text. Nothing is written, and the hook is not asked.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`].
    pub async fn try_text(&self, post: Post<'_>, sender: &Sender) -> Result<Tried, ServiceError> {
        let product_id = self.product_of_post(&post).await?;
        let case = self.examine(post, sender, product_id).await?;
        let verdict = match (case.refusal(), case.waits) {
            (Some(_), _) => Verdict::Refused,
            (None, true) => Verdict::Pending,
            (None, false) => Verdict::Published,
        };
        let Case { findings, words, asks_hook, .. } = case;
        Ok(Tried { verdict, findings: findings.into_vec(), words, asks_hook })
    }

    async fn judge_closely(
        &self,
        post: Post<'_>,
        sender: &Sender,
        submission: Option<&Submission>,
    ) -> Result<Judged, ServiceError> {
        let needs_product = self.settings.moderation.signals.repeated_texts != Signal::Off
            || sender.identity.as_ref().is_some_and(|identity| !identity.bought.is_empty());
        let product_id = if needs_product { self.product_of_post(&post).await? } else { post.product_id };
        let mut case = self.examine(post, sender, product_id).await?;
        if let Some(refusal) = case.refusal() {
            // What came before was taken then, and its id is the response again.
            if !self.came_before(submission).await? {
                return Err(ServiceError::Refused(Box::new(refusal)));
            }
            case.waits = true;
        }
        Ok(case.into_judged(product_id))
    }

    /// All checks, in order.
    async fn examine<'c>(
        &self,
        post: Post<'c>,
        sender: &'c Sender,
        product_id: Option<ProductId>,
    ) -> Result<Case<'c>, ServiceError> {
        let settings = &self.settings.moderation;
        let policy = settings.policy_for(post.kind);
        let mut case = Case::new(post, sender);
        if case.is_of_seller {
            if sender.identity.is_some() {
                case.traces.author = Some(self.author_digest(sender, post.email).await?);
            }
            return Ok(case);
        }
        if policy != Policy::None {
            let lists = self.words().await?;
            case.look_for_words(|text| lists.find(text).matches);
            if case.refusal().is_some() {
                return Ok(case);
            }
        }
        case.traces = self.traces(&post, policy, sender).await?;
        let history = self.history_of(&case.traces, policy, product_id).await?;
        let findings = &mut case.findings;
        look_at_texts(&post, &settings.signals, findings);
        look_at_repeats(&history, settings, findings);
        look_at_form(sender.form, settings.signals.form_traps, findings);
        look_at_client(&history, settings, findings);
        look_at_author(&history, policy, findings);
        // From here on a verdict before is one.
        if findings.hold_it() {
            case.waits = true;
            return Ok(case);
        }
        case.asks_hook = settings.hook.is_some();
        if case.asks_hook {
            findings.hold(Reason::Hook);
        }
        let mut last = Findings::default();
        look_at_policy(&history, policy, &mut last);
        case.waits = last.hold_it();
        last.into_vec().into_iter().for_each(|finding| findings.add(finding));
        Ok(case)
    }

    async fn product_of_post(&self, post: &Post<'_>) -> Result<Option<ProductId>, ServiceError> {
        match (post.product_id, post.question_id) {
            (None, Some(question_id)) => self.product_of(question_id).await,
            (product_id, _) => Ok(product_id),
        }
    }

    async fn came_before(&self, submission: Option<&Submission>) -> Result<bool, ServiceError> {
        let Some(submission) = submission else { return Ok(false) };
        let recall = Command::Recall { submission: *submission, now: self.clock.now() };
        match self.write(recall).await {
            Ok(_) | Err(ServiceError::KeyTaken) => Ok(true),
            Err(ServiceError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl<'c> Case<'c> {
    fn new(post: Post<'c>, sender: &'c Sender) -> Self {
        let has_sellers_token =
            sender.identity.as_ref().is_some_and(|identity| identity.role == AuthorRole::Seller);
        Self {
            post,
            sender,
            findings: Findings::default(),
            words: Vec::new(),
            traces: Traces::default(),
            is_of_seller: sender.seller_key.is_some() || has_sellers_token,
            asks_hook: false,
            waits: false,
        }
    }

    fn look_for_words(&mut self, find: impl Fn(&str) -> Vec<WordMatch>) {
        for (field, text) in self.post.texts() {
            for word in find(text) {
                let (reason, holds) = match word.severity {
                    Severity::Refuse => (Reason::WordRefused, false),
                    Severity::Hold => (Reason::WordHeld, true),
                };
                let (matched, at) = (Some(word.matched.clone()), Some((word.from, word.to)));
                self.findings.add(Finding { reason, field: Some(field), matched, at, holds });
                self.words.push(FoundWord { field, word });
            }
        }
    }

    /// The word because of which it is refused.
    fn refusal(&self) -> Option<Refusal> {
        let refused = self.words.iter().find(|found| found.word.severity == Severity::Refuse)?;
        let FoundWord { field, word } = refused;
        Some(Refusal { field, matched: word.matched.clone(), from: word.from, to: word.to })
    }

    fn into_judged(self, product_id: Option<ProductId>) -> Judged {
        let is_pending = self.waits || self.asks_hook;
        let Traces { author, client, text } = self.traces;
        let is_known = author.is_some() || client.is_some() || text.is_some() || self.is_of_seller;
        if !is_known && !is_pending && self.findings.is_empty() {
            return Judged::default();
        }
        let identity = self.sender.identity.as_ref();
        let bought = identity.map_or(&[][..], |identity| &identity.bought);
        let role = match identity {
            _ if self.is_of_seller => AuthorRole::Seller,
            Some(identity) => identity.role,
            None => AuthorRole::Shopper,
        };
        let origin = Origin {
            state: if is_pending { State::Pending } else { State::Published },
            author,
            is_identified: identity.is_some(),
            role,
            is_verified_buyer: product_id.is_some_and(|product_id| bought.contains(&product_id)),
            client,
            text,
            findings: self.findings.into_vec(),
        };
        let hook = self.asks_hook.then(|| {
            let texts = HookTexts::of(&self.post);
            let if_silent = if self.waits { State::Pending } else { State::Published };
            Box::new(HookCall { texts, product_id, origin: origin.clone(), if_silent })
        });
        Judged { origin: Some(Box::new(origin)), hook }
    }
}
