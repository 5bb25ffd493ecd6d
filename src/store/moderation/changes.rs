//! What moderation changes, and what became of it. How it is carried out is not known here.

use super::terms::{Scope, WordList};
use crate::domain::{Actor, Digest, ProductId, Reason, State, Target, Timestamp};
use crate::store::ProductChange;

/// A change that moderation makes. Each is carried out in full or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moderation {
    /// Shoppers report a row.
    Report(Report),
    /// The same decision for several rows.
    Decide(Decide),
    /// Takes a decision back, if it is still the row's last one: the state before it comes back,
    /// and what the row waited for: its place in the queue, its reports, its appeal. To take back
    /// that reports hid a row is to approve it.
    Undo {
        /// The decision.
        decision_id: u64,
        /// Who takes it back.
        actor: Actor,
        /// When.
        now: Timestamp,
    },
    /// Tells others that somebody is looking at a row. Any change of its state ends it.
    Claim {
        /// The row.
        target: Target,
        /// Who looks.
        actor: Actor,
        /// When it ends by itself.
        until: Timestamp,
        /// When it begins.
        now: Timestamp,
    },
    /// Ends a claim.
    Unclaim {
        /// The row.
        target: Target,
        /// Who looked.
        actor: Actor,
    },
    /// Pins a row to the top of its list, or no longer.
    Feature {
        /// The row.
        target: Target,
        /// Since when; `None` to unpin it.
        since: Option<Timestamp>,
    },
    /// The author asks for another look at the row's last decision, once for each decision.
    Appeal {
        /// The row.
        target: Target,
        /// Who asks; must be the author.
        author: Digest,
        /// What the author says, at most 500 characters.
        note: String,
        /// When.
        now: Timestamp,
    },
    /// Replaces a list of words.
    SetWords {
        /// Which list.
        list: WordList,
        /// Its text, an entry a line.
        text: String,
        /// The revision that is replaced; `None` for any.
        expected: Option<u64>,
    },
    /// Makes a key.
    AddKey {
        /// Its name, which no other key that is in force has.
        name: String,
        /// The SHA-256 of the key.
        digest: [u8; 32],
        /// What it allows.
        scopes: Vec<Scope>,
        /// From when on it is not valid.
        expires_at: Option<Timestamp>,
        /// When.
        now: Timestamp,
    },
    /// Makes a key invalid from now on.
    RevokeKey {
        /// The key's name.
        name: String,
        /// When.
        now: Timestamp,
    },
    /// Returns the secret of this name, and keeps `proposed` as it if there is none.
    Secret {
        /// What it is for.
        name: &'static str,
        /// 32 random bytes.
        proposed: [u8; 32],
    },
    /// Erases what has been rejected for long: texts, names, addresses and photos. The ids stay.
    /// Also forgets the reporters of old reports. At most `limit` rows at a time.
    Retain {
        /// Rows whose last decision is older than this are erased.
        rejected_before: Timestamp,
        /// Reports older than this lose the digest of their reporter's address.
        reported_before: Timestamp,
        /// Most rows.
        limit: usize,
        /// When.
        now: Timestamp,
    },
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The row.
    pub target: Target,
    /// Who reports: the same digest counts once until a person decides. Without one, every report
    /// counts.
    pub reporter: Option<Digest>,
    /// Whether `reporter` is that of a client's address, which is forgotten after a while.
    pub is_of_address: bool,
    /// Why.
    pub reason: Option<Reason>,
    /// In the reporter's words, at most 500 characters.
    pub note: Option<String>,
    /// How many it takes to hide a public row, at least one. After a person's approval it takes
    /// three times as many. A seller's answer is never hidden by reports.
    pub threshold: u32,
    /// When.
    pub now: Timestamp,
}

/// A decision for several rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decide {
    /// The rows, at most 100, each with the revision that the moderator saw; `None` for any.
    pub items: Vec<(Target, Option<u64>)>,
    /// The state that they get.
    pub to: State,
    /// Why.
    pub reason: Reason,
    /// In the moderator's words, at most 500 characters.
    pub note: Option<String>,
    /// The law, for [`Reason::Illegal`].
    pub legal_ground: Option<String>,
    /// Who decides.
    pub actor: Actor,
    /// When.
    pub now: Timestamp,
    /// Only says what would become of it.
    pub dry_run: bool,
    /// By what a repeated request is recognized: it gets the first one's outcomes.
    pub request: Option<Digest>,
}

/// What became of a [`Moderation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moderated {
    /// There is no such row, decision or key.
    NotFound,
    /// The report is counted, or was before.
    Reported {
        /// The row's product.
        product_id: ProductId,
        /// Whether it hid the row.
        is_hidden: bool,
    },
    /// What became of each row, in order.
    Decided(Vec<Decided>),
    /// The decision is taken back.
    Undone(Done),
    /// The decision is not the row's last one any more. The row's present state and revision.
    Superseded(State, u64),
    /// Somebody else has claimed it: who, and until when.
    ClaimedBy(Actor, Timestamp),
    /// The row is somebody else's.
    NotTheAuthor,
    /// There is no decision to appeal against.
    NothingToAppeal,
    /// The decision was appealed against before.
    AppealedBefore,
    /// The list has another revision now: this one.
    WordsChanged(u64),
    /// The new revision of the list.
    WordsSet(u64),
    /// The name is taken by a key in force.
    NameTaken,
    /// The secret.
    Secret([u8; 32]),
    /// So many rows were erased.
    Retained(usize),
    /// It is done, and there is nothing more to say.
    Done,
}

impl Moderated {
    /// What this outcome of a change means for public lists: rows that came or went.
    pub fn changes(&self, moderation: &Moderation) -> Vec<ProductChange> {
        match (self, moderation) {
            (&Self::Reported { product_id, is_hidden: true }, Moderation::Report(report)) => {
                vec![ProductChange::any_row_of(product_id, report.target)]
            }
            (Self::Undone(done), _) => done.change().into_iter().collect(),
            (Self::Decided(decided), Moderation::Decide(decide)) if !decide.dry_run => {
                let done = decided.iter().filter_map(|decided| match decided {
                    Decided::Done(done) => Some(done),
                    Decided::Unchanged { .. } | Decided::Conflict { .. } | Decided::Unknown => None,
                });
                done.filter_map(Done::change).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// What became of one row of a [`Decide`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It has the new state.
    Done(Done),
    /// It had the state before; nothing was written.
    Unchanged {
        /// Its revision.
        revision: u64,
    },
    /// Another decision came first, or this state does not lead to the new one.
    Conflict {
        /// Its present state.
        state: State,
        /// Its present revision.
        revision: u64,
    },
    /// There is no such row.
    Unknown,
}

/// A decision that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Its id; 0 in a dry run.
    pub decision_id: u64,
    /// The row.
    pub target: Target,
    /// The row's product.
    pub product_id: ProductId,
    /// The state before.
    pub from: State,
    /// The state now.
    pub to: State,
    /// The row's revision now.
    pub revision: u64,
}

impl Done {
    /// The row came or went, unless it was as public before as it is now.
    fn change(&self) -> Option<ProductChange> {
        let changes = (self.from == State::Published) != (self.to == State::Published);
        changes.then(|| ProductChange::any_row_of(self.product_id, self.target))
    }
}
