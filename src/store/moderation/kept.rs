//! What moderation has kept of a row: a row of `moderation_items`. Reads it, makes one where there
//! is none yet, and writes it back. What becomes of it is decided by those who call.

use super::findings;
use super::rows::{FoundRow, Rows};
use super::sql::{Cells, NamedCells, Sql, Value};
use super::{QueueClass, kind_number};
use crate::domain::{
    Actor, AnswerId, AuthorRole, Digest, Finding, Id as _, ProductId, QuestionId, ReviewId, State, Target,
    Timestamp,
};
use crate::store::{StoreError, columns};

/// The columns that [`Kept::read`] reads, in its order.
pub(super) const COLUMNS: &str = "row_id, kind, product_id, state, revision, class, since, reports, \
     is_approved, findings, author, is_identified, role, is_verified_buyer, claimed_kind, claimed_by, \
     claimed_until, decision_id, featured_at, erased_at";

const TABLE: &str = "moderation_items";

/// What moderation has kept of a row, or would keep.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "they are columns, and each stands for itself")]
pub(super) struct Kept {
    /// The row.
    pub(super) target: Target,
    /// Its product.
    pub(super) product_id: ProductId,
    /// Its state, once the row itself was looked at.
    pub(super) state: State,
    /// Grows with every decision.
    pub(super) revision: u64,
    /// Why it waits, if it does.
    pub(super) class: Option<QueueClass>,
    /// Since when it waits; otherwise its last change.
    pub(super) since: Timestamp,
    /// Reports since the last decision of a person.
    pub(super) reports: u64,
    /// Whether a person said that it may be public.
    pub(super) is_approved: bool,
    /// Who wrote it.
    pub(super) author: Option<Digest>,
    /// Whether that is an identity.
    pub(super) is_identified: bool,
    /// What the author is to the shop.
    pub(super) role: AuthorRole,
    /// Whether the author bought the product.
    pub(super) is_verified_buyer: bool,
    /// Who looks at it, and until when.
    pub(super) claimed: Option<(Actor, Timestamp)>,
    /// The last decision.
    pub(super) decision_id: Option<u64>,
    /// Since when it is pinned.
    pub(super) featured_at: Option<Timestamp>,
    /// When its texts were erased.
    pub(super) erased_at: Option<Timestamp>,
    /// What rules noticed, as it is kept.
    findings: String,
    /// Whether there is no such row in the table yet.
    is_new: bool,
}

impl Kept {
    /// What is kept of a row that was found. Where nothing is, what there would be.
    pub(super) fn load<R: Rows>(rows: &mut R, target: Target, found: FoundRow) -> Result<Self, R::Error> {
        let kept = Self::find(rows, target)?;
        Ok(kept.unwrap_or_else(|| Self::new(target, found.product_id)).agreeing(found))
    }

    /// What is kept of a row, also when the row itself says something else.
    pub(super) fn find<S: Sql>(sql: &mut S, target: Target) -> Result<Option<Self>, S::Error> {
        let query = format!("SELECT {COLUMNS} FROM moderation_items WHERE row_id = $1 AND kind = $2");
        let rows = sql.query(&query, &key(target))?;
        Ok(rows.first().map(Self::read).transpose()?)
    }

    /// What there would be of a row of which nothing is kept.
    pub(super) fn new(target: Target, product_id: ProductId) -> Self {
        Self {
            target,
            product_id,
            state: State::Published,
            revision: 0,
            class: None,
            since: Timestamp::nearest(0),
            reports: 0,
            is_approved: false,
            author: None,
            is_identified: false,
            role: AuthorRole::default(),
            is_verified_buyer: false,
            claimed: None,
            decision_id: None,
            featured_at: None,
            erased_at: None,
            findings: "[]".to_owned(),
            is_new: true,
        }
    }

    /// The same with the state that the row itself has, which is right.
    pub(super) fn agreeing(mut self, found: FoundRow) -> Self {
        self.state = match (found.is_public, self.state) {
            (true, _) => State::Published,
            (false, State::Published) => State::Hidden,
            (false, state) => state,
        };
        self
    }

    /// Reads [`COLUMNS`].
    pub(super) fn read(cells: &Cells) -> Result<Self, StoreError> {
        let row = NamedCells::new(cells, TABLE, 0);
        let id = row.number(0, "row_id", |id| Ok(id.cast_unsigned()))?;
        let claimed = match (row.optional_text(14, "claimed_kind")?, row.optional_text(15, "claimed_by")?) {
            (None, _) => None,
            (Some(kind), name) => {
                let actor = Actor::of(kind, name);
                let actor =
                    actor.ok_or_else(|| row.damaged("claimed_kind", format!("{kind:?} is nobody")))?;
                Some((actor, row.number(16, "claimed_until", columns::time)?))
            }
        };
        Ok(Self {
            target: row.number(1, "kind", |kind| target(kind, id))?,
            product_id: row.number(2, "product_id", columns::id)?,
            state: row.number(3, "state", state)?,
            revision: row.number(4, "revision", columns::number)?,
            class: row.optional_number(5, "class", class)?,
            since: row.number(6, "since", columns::time)?,
            reports: row.number(7, "reports", columns::number)?,
            is_approved: row.number(8, "is_approved", columns::flag)?,
            findings: row.text(9, "findings", |text| Some(text.to_owned()))?,
            author: row.optional_digest(10, "author")?,
            is_identified: row.number(11, "is_identified", columns::flag)?,
            role: row.number(12, "role", role)?,
            is_verified_buyer: row.number(13, "is_verified_buyer", columns::flag)?,
            claimed,
            decision_id: row.optional_number(17, "decision_id", columns::number)?,
            featured_at: row.optional_number(18, "featured_at", columns::time)?,
            erased_at: row.optional_number(19, "erased_at", columns::time)?,
            is_new: false,
        })
    }

    /// What rules noticed.
    pub(super) fn findings(&self) -> Result<Vec<Finding>, StoreError> {
        findings::read_findings(&self.findings)
            .map_err(|problem| super::sql::damaged(TABLE, row_id(self.target), "findings", problem))
    }

    /// Whether somebody else has claimed it at this time.
    pub(super) fn claimed_by_other(&self, actor: &Actor, now: Timestamp) -> Option<(Actor, Timestamp)> {
        self.claimed.clone().filter(|(other, until)| other != actor && *until > now)
    }

    /// Whether nothing is kept of it yet.
    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Writes what may change of it.
    pub(super) fn save<S: Sql>(&mut self, sql: &mut S) -> Result<(), S::Error> {
        const UPDATE: &str = "UPDATE moderation_items
            SET state = $4, revision = $5, class = $6, since = $7, reports = $8, is_approved = $9,
                claimed_kind = $10, claimed_by = $11, claimed_until = $12, decision_id = $13, featured_at = $14
            WHERE product_id = $1 AND kind = $2 AND row_id = $3";
        const INSERT: &str = "INSERT INTO moderation_items
            (product_id, kind, row_id, state, revision, class, since, reports, is_approved, claimed_kind,
             claimed_by, claimed_until, decision_id, featured_at, findings, is_identified, role, is_verified_buyer)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '[]', 0, 0, 0)";
        let claimed = self.claimed.as_ref();
        let values = [
            Value::id(self.product_id),
            i64::from(kind_number(self.target)).into(),
            row_id(self.target).into(),
            Value::count(self.state.number()),
            Value::count(self.revision),
            Value::Integer(self.class.map(|class| class as i64)),
            Value::time(self.since),
            Value::count(self.reports),
            Value::flag(self.is_approved),
            Value::Text(claimed.map(|(actor, _)| actor.kind())),
            Value::Text(claimed.and_then(|(actor, _)| actor.name())),
            Value::Integer(claimed.map(|(_, until)| until.milliseconds())),
            Value::Integer(self.decision_id.map(u64::cast_signed)),
            Value::Integer(self.featured_at.map(Timestamp::milliseconds)),
        ];
        sql.query(if self.is_new { INSERT } else { UPDATE }, &values)?;
        self.is_new = false;
        Ok(())
    }
}

/// The key of a row in tables of moderation: its number, then its kind.
pub(super) fn key(target: Target) -> [Value<'static>; 2] {
    [row_id(target).into(), i64::from(kind_number(target)).into()]
}

/// The id of a row as a number.
pub(super) fn row_id(target: Target) -> i64 {
    target.row_id().cast_signed()
}

/// The row of a kind and an id, as tables of moderation have them.
pub(super) fn target(kind: i64, id: u64) -> Result<Target, String> {
    let target = match kind {
        0 => QuestionId::new(id).map(Target::Question),
        1 => AnswerId::new(id).map(Target::Answer),
        2 => ReviewId::new(id).map(Target::Review),
        _ => return Err(format!("{kind} is no kind")),
    };
    target.map_err(|_| format!("{id} is not an id"))
}

/// The state of a number.
pub(super) fn state(number: i64) -> Result<State, String> {
    let state = u64::try_from(number).ok().and_then(State::of_number);
    state.ok_or_else(|| format!("{number} is not a state"))
}

/// The class of a number.
pub(super) fn class(number: i64) -> Result<QueueClass, String> {
    let class = QueueClass::ALL.into_iter().find(|class| *class as i64 == number);
    class.ok_or_else(|| format!("{number} is not a class"))
}

fn role(number: i64) -> Result<AuthorRole, String> {
    let role = usize::try_from(number).ok().and_then(|number| AuthorRole::ALL.get(number).copied());
    role.ok_or_else(|| format!("{number} is not a role"))
}
