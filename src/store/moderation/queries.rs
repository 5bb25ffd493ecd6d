//! What moderators ask, and the answers. How they are found is not known here.

use super::terms::{Scope, WordList};
use crate::domain::{Actor, AuthorRole, Digest, Finding, ProductId, Reason, State, Target, Timestamp};

/// A question to moderation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModerationQuery {
    /// A page of the queue.
    Queue(QueueQuery),
    /// Rows by state and by reason.
    Counts,
    /// One row with its history.
    Item(Target),
    /// A page of the log of decisions, the newest first.
    Decisions {
        /// Those of one row alone.
        target: Option<Target>,
        /// Those before this id alone.
        before: Option<u64>,
        /// At most so many.
        limit: usize,
    },
    /// One decision.
    Decision(u64),
    /// A list of words.
    Words(WordList),
    /// The revisions of all lists of words, to see whether one changed.
    WordRevisions,
    /// The key with this SHA-256, in force or not.
    Key([u8; 32]),
    /// All keys.
    Keys,
    /// What is known of an author's earlier rows.
    Author(AuthorQuery),
    /// Who wrote a row, if that is known, with its product; none when there is no such row.
    AuthorOf(Target),
}

/// Which part of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueQuery {
    /// Rows in this state alone.
    pub state: Option<State>,
    /// Questions (0), answers (1) or reviews (2) alone.
    pub kind: Option<u8>,
    /// Rows that wait for this reason alone, or were reported for it.
    pub reason: Option<Reason>,
    /// Rows of one product alone.
    pub product_id: Option<ProductId>,
    /// Rows of one author alone.
    pub author: Option<Digest>,
    /// Claimed rows alone, or only those that nobody has claimed.
    pub claimed: Option<bool>,
    /// Rows that wait since then or later.
    pub since: Option<Timestamp>,
    /// Rows that wait since before then.
    pub until: Option<Timestamp>,
    /// Rows whose text has this, in capitals or not.
    pub text: Option<String>,
    /// Their order.
    pub sort: QueueSort,
    /// Those behind this place alone.
    pub after: Option<QueuePlace>,
    /// At most so many.
    pub limit: usize,
    /// The time of the request, which ends claims.
    pub now: Timestamp,
}

/// The order of the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum QueueSort {
    /// Reported and still public, then appeals, then pending, then hidden by reports; within each
    /// the oldest first.
    #[default]
    Priority,
    /// The oldest first.
    Oldest,
    /// The newest first.
    Newest,
}

/// A place in the queue's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuePlace {
    /// The class of the row behind which it is; 0 where classes do not count.
    pub class: u8,
    /// Since when that row waits.
    pub since: Timestamp,
    /// That row.
    pub target: Target,
}

/// What is asked of an author's earlier rows. Times are where looking back ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorQuery {
    /// The author.
    pub author: Option<Digest>,
    /// The digest of the new row's text.
    pub text: Option<Digest>,
    /// The client.
    pub client: Option<Digest>,
    /// The new row's product.
    pub product_id: ProductId,
    /// The time of the request.
    pub now: Timestamp,
}

/// The answer to a [`ModerationQuery`].
#[derive(Debug, Clone, PartialEq)]
pub enum ModerationAnswer {
    /// There is no such thing.
    NotFound,
    /// A page of the queue.
    Queue {
        /// The rows.
        items: Vec<Item>,
        /// Where the next page begins, if there is one.
        next: Option<QueuePlace>,
        /// Whether looking ended early, because too many rows did not match. The next page goes on.
        is_partial: bool,
    },
    /// The counts.
    Counts(ModerationCounts),
    /// A row with its decisions, the newest first.
    Item(Box<Item>, Vec<Decision>),
    /// A page of decisions.
    Decisions(Vec<Decision>),
    /// A list of words.
    Words {
        /// An entry a line.
        text: String,
        /// Grows with every change; 0 when the list was never set.
        revision: u64,
    },
    /// The revisions of the lists, in the order of [`WordList::ALL`].
    WordRevisions([u64; 3]),
    /// Keys.
    Keys(Vec<Key>),
    /// What is known of an author.
    Author(AuthorHistory),
    /// The author and the product of a row.
    AuthorOf {
        /// The author, if known.
        author: Option<Digest>,
        /// The row's product.
        product_id: ProductId,
    },
}

/// A row as moderators see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The row.
    pub target: Target,
    /// Its product.
    pub product_id: ProductId,
    /// Its state.
    pub state: State,
    /// Grows with every change of the state; 0 for a row that moderation never changed.
    pub revision: u64,
    /// Why it is in the queue, if it is: its class.
    pub class: Option<QueueClass>,
    /// Since when it waits; for others, when it changed last.
    pub since: Timestamp,
    /// Its texts.
    pub texts: ItemTexts,
    /// Who wrote it, if known.
    pub author: Option<Digest>,
    /// What the author is to the shop.
    pub role: AuthorRole,
    /// Whether the author bought the product.
    pub is_verified_buyer: bool,
    /// How many of the author's rows that moderation knows are public, and how many were rejected
    /// or hidden.
    pub author_rows: AuthorCounts,
    /// What rules noticed.
    pub findings: Vec<Finding>,
    /// The reports since the last decision of a person, at most 20.
    pub reports: Vec<ReportSeen>,
    /// How many such reports there are.
    pub report_count: u64,
    /// What the author says against the last decision.
    pub appeal: Option<String>,
    /// Who is looking at it, and until when.
    pub claimed: Option<(Actor, Timestamp)>,
    /// The last decision.
    pub last_decision: Option<u64>,
    /// Since when it is pinned.
    pub featured: Option<Timestamp>,
    /// Whether its texts were erased.
    pub is_erased: bool,
}

/// Why a row is in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueClass {
    /// Reported, and still public.
    Reported,
    /// Its author asks for another look.
    Appealed,
    /// It was never public.
    Pending,
    /// Reports hid it, and no person has looked at it yet.
    HiddenByReports,
}

impl QueueClass {
    /// All classes, by their numbers.
    pub const ALL: [Self; 4] = [Self::Reported, Self::Appealed, Self::Pending, Self::HiddenByReports];

    /// Its name in answers and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Appealed => "appealed",
            Self::Pending => "pending",
            Self::HiddenByReports => "hidden_by_reports",
        }
    }

    /// Whether a row in this state may wait for this.
    pub(super) fn fits(self, state: State) -> bool {
        match self {
            Self::Reported => state == State::Published,
            Self::Appealed => matches!(state, State::Rejected | State::Hidden),
            Self::Pending => state == State::Pending,
            Self::HiddenByReports => state == State::Hidden,
        }
    }
}

/// The texts of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemTexts {
    /// The text.
    pub body: String,
    /// The heading, of a review.
    pub summary: Option<String>,
    /// The stars, of a review.
    pub rating: Option<u8>,
    /// The author's name.
    pub name: String,
    /// When it was written.
    pub written_at: Option<Timestamp>,
    /// The addresses of its photos.
    pub photos: Vec<String>,
    /// The question of an answer, with its text.
    pub question: Option<(u64, String)>,
}

/// The author's latest 200 rows that moderation knows: those that waited, were reported or decided
/// about, or came with an identity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuthorCounts {
    /// Public ones.
    pub published: u64,
    /// Waiting ones.
    pub pending: u64,
    /// Rejected ones.
    pub rejected: u64,
    /// Hidden ones.
    pub hidden: u64,
}

/// A report as moderators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSeen {
    /// Why.
    pub reason: Option<Reason>,
    /// In the reporter's words.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its id; ids ascend.
    pub decision_id: u64,
    /// When.
    pub at: Timestamp,
    /// The row.
    pub target: Target,
    /// Its product.
    pub product_id: ProductId,
    /// Who decided.
    pub actor: Actor,
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// Why.
    pub reason: Reason,
    /// In the moderator's words; `None` also when it was erased.
    pub note: Option<String>,
    /// The law.
    pub legal_ground: Option<String>,
    /// The decision that this one takes back.
    pub undoes: Option<u64>,
    /// The row's revision after it.
    pub revision: u64,
}

/// How much waits, and what was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModerationCounts {
    /// Rows in the queue, by class, in the order of [`QueueClass::ALL`].
    pub queue: [ClassCount; 4],
    /// Rows that moderation knows of, by state, in the order of [`State::ALL`].
    pub by_state: [u64; 4],
    /// Waiting rows by the reason of their first finding or report.
    pub by_reason: Vec<(Reason, u64)>,
}

/// How much waits of a class of the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClassCount {
    /// How many rows.
    pub rows: u64,
    /// Since when the oldest one waits.
    pub oldest: Option<Timestamp>,
}

impl ModerationCounts {
    /// Since when the oldest row of all classes waits.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.queue.iter().filter_map(|class| class.oldest).min()
    }
}

/// A key, without the key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is not valid.
    pub expires_at: Option<Timestamp>,
    /// When it was made invalid.
    pub revoked_at: Option<Timestamp>,
}

impl Key {
    /// Whether it is valid at this time.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

/// What is known of an author's, a client's and a text's earlier rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuthorHistory {
    /// Approvals by a person.
    pub approvals: u64,
    /// Rejections in the last 90 days.
    pub rejections_90_days: u64,
    /// Decided rows in the last 30 days, and how many of them were rejected.
    pub decided_30_days: u64,
    /// Rejected rows in the last 30 days.
    pub rejected_30_days: u64,
    /// Other products that got the same text in the last 24 hours.
    pub same_text_products: u64,
    /// Rows of the client in the last ten minutes.
    pub client_rows: u64,
}
