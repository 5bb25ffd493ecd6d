//! The service's settings with their defaults. Where the values come from is not known here.

use std::time::Duration;

use super::policy::HookSecret;
use crate::domain::{MAX_PAGE_SIZE, SubmissionLimits};

/// Limits and sizes of a [`Service`](super::Service).
#[derive(Debug, Clone)]
pub struct ServiceSettings {
    /// Most bytes of cached questions and answers; 0 caches none.
    pub questions_max_bytes: u64,
    /// Most bytes of cached reviews; 0 caches none.
    pub reviews_max_bytes: u64,
    /// Most bytes of cached products of the catalogue; 0 caches none.
    pub catalogue_max_bytes: u64,
    /// What every product of the catalogue says in `campus`.
    pub campus: String,
    /// A cached product that is older is loaded again, changed or not; zero disables this. The
    /// resolution is 100 ms.
    pub max_view_age: Duration,
    /// How long cached lists are still served while the process receives no changes from the store.
    /// With zero they are not served.
    pub stale_grace: Duration,
    /// Threads that read from the store.
    pub readers: usize,
    /// Most requests that wait for a reader; one more is refused.
    pub max_waiting_reads: usize,
    /// Most writes that wait; one more is refused.
    pub max_waiting_writes: usize,
    /// How long a request waits for the store.
    pub store_wait: Duration,
    /// Largest page of either list.
    pub max_page_size: u32,
    /// Most answers shown with a question in the questions list.
    pub max_nested_answers: usize,
    /// How long the same text by the same author in the same place counts as a repetition; zero
    /// disables this.
    pub duplicate_window: Duration,
    /// Limits of what shoppers send.
    pub submission: SubmissionLimits,
    /// What becomes of new texts, votes and reports.
    pub moderation: ModerationSettings,
}

impl Default for ServiceSettings {
    fn default() -> Self {
        Self {
            questions_max_bytes: 4 << 30,
            reviews_max_bytes: 3 << 30,
            catalogue_max_bytes: 2 << 30,
            campus: "hr-rfp".to_owned(),
            max_view_age: Duration::ZERO,
            stale_grace: Duration::ZERO,
            readers: 2,
            max_waiting_reads: 16_384,
            max_waiting_writes: 16_384,
            store_wait: Duration::from_secs(5),
            max_page_size: MAX_PAGE_SIZE,
            max_nested_answers: 1_000,
            duplicate_window: Duration::ZERO,
            submission: SubmissionLimits::default(),
            moderation: ModerationSettings::default(),
        }
    }
}

/// Which new texts wait for a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Policy {
    /// None, and lists of words are not looked at.
    #[default]
    None,
    /// Those with a word of the list `hold`; those with one of `refuse` are refused.
    Words,
    /// The same, and those of an author of whom no person has approved anything yet, or of whom
    /// something was rejected in the last 90 days.
    First,
    /// All.
    All,
}

/// What becomes of a text about which something was noticed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signal {
    /// Nothing; nobody looks.
    #[default]
    Off,
    /// Moderators are told, should they see it.
    Flag,
    /// It waits for a person.
    Hold,
}

/// What is noticed about texts, each with what becomes of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signals {
    /// The text has a link.
    pub links: Signal,
    /// The name has an address of a page or of a person, or a telephone number.
    pub contacts_in_names: Signal,
    /// The same text came for two other products within 24 hours.
    pub repeated_texts: Signal,
    /// The client has sent five texts within the ten minutes before.
    pub busy_clients: Signal,
    /// A field was filled in that people do not see, or the form was filled in faster than people
    /// write.
    pub form_traps: Signal,
    /// Most of its letters are capitals.
    pub capitals: Signal,
    /// The author's address is at one of `listed_mail_domains`.
    pub mail_domains: Signal,
    /// Domains in lower case, which stand for those below them as well.
    pub listed_mail_domains: Vec<String>,
}

/// A program of the shop's that is asked about new texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookSettings {
    /// Its address, `https://` or, where private addresses are allowed, `http://`.
    pub url: String,
    /// What requests are signed with.
    pub secret: HookSecret,
    /// How long it may take, the connection included.
    pub timeout: Duration,
    /// What becomes of a text when it does not answer, or not as it should.
    pub on_failure: HookFailure,
    /// Whether it may be at an address of this machine or of a private network.
    pub private_addresses: bool,
}

/// What becomes of a text that the hook says nothing about, because it failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HookFailure {
    /// It waits for a person.
    #[default]
    Hold,
    /// It is published, unless the policy holds it.
    Publish,
}

/// Whose votes count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VotePolicy {
    /// Everybody's, every time; those with an identity once.
    #[default]
    Open,
    /// One of each client, known by its identity or its address.
    OneAClient,
    /// Those with an identity alone.
    Identified,
}

/// What becomes of new texts, votes and reports. The default changes nothing of the old contract.
#[derive(Debug, Clone)]
pub struct ModerationSettings {
    /// Which new questions wait.
    pub questions: Policy,
    /// Which new answers wait.
    pub answers: Policy,
    /// Which new reviews wait.
    pub reviews: Policy,
    /// What is noticed about new texts.
    pub signals: Signals,
    /// Who is asked about new texts.
    pub hook: Option<HookSettings>,
    /// How many reports hide a public row.
    pub report_threshold: u32,
    /// Whose votes count.
    pub votes: VotePolicy,
    /// How long a rejected row's texts are kept after its last decision.
    pub rejected_kept: Duration,
    /// How long the digest of a reporter's address is kept.
    pub reporters_kept: Duration,
}

impl Default for ModerationSettings {
    fn default() -> Self {
        const DAY: Duration = Duration::from_hours(24);
        Self {
            questions: Policy::None,
            answers: Policy::None,
            reviews: Policy::None,
            signals: Signals::default(),
            hook: None,
            report_threshold: 1,
            votes: VotePolicy::Open,
            rejected_kept: 180 * DAY,
            reporters_kept: 30 * DAY,
        }
    }
}
