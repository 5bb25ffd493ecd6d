//! Stores the submissions that were added before: a row for each, found by its digest. Nearly all
//! are new, so the first trip looks only for digests that the session has met lately, and the
//! second one inserts the new ones, in plain inserts, which are cheapest. If one was there after
//! all, the key refuses it, and the transaction runs again with a look for every digest. The
//! lifetime of a submission is not decided here.

use std::collections::{HashMap, HashSet};
use std::error::Error;

use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, private::BytesMut, to_sql_checked};
use tokio_postgres::{Client, Row};

use crate::domain::Target;
use crate::domain::{Digest, Timestamp};
use crate::store::postgres::connect::failure::Failure;
use crate::store::postgres::connect::statement::{Naming, Statement};
use crate::store::postgres::decode::{Columns, Milliseconds, bigint};
use crate::store::submission::{Earlier, Sweeping};
use crate::store::{StoreError, Submission, columns};

/// The key that refuses a digest twice.
pub(crate) const KEY: &str = "submissions_pkey";

/// Pages that a step of sweeping looks at: `SWEEP_ROWS`, when they are full. A row takes at least
/// 60 bytes of 8 KiB.
const PAGES_PER_STEP: i64 = 16;

/// Digests that a session remembers: 2 MiB.
const RECENT_MAX_DIGESTS: usize = 64 * 1_024;

/// From here to the commit no other session adds submissions. Readers and sweepers are not blocked.
const KEEP_OTHERS_OUT: &str = "LOCK TABLE submissions IN SHARE ROW EXCLUSIVE MODE";

const FIND: &str = "
    SELECT digest, content, expires_at, question_id, answer_id, review_id
    FROM submissions WHERE digest = ANY ($1::uuid[])";
const DELETE: &str = "DELETE FROM submissions WHERE digest = ANY ($1::uuid[])";
const INSERT: &str = "
    INSERT INTO submissions (expires_at, question_id, answer_id, review_id, digest, content)
    SELECT * FROM unnest($1::timestamptz[], $2::bigint[], $3::bigint[], $4::bigint[], $5::uuid[], $6::uuid[])";
// Page by page, so that no index of times is needed. Rows that other sessions have locked are left
// to the next round: a sweeper does not wait.
const SWEEP: &str = "
    WITH expired AS (
        SELECT ctid AS place FROM submissions
        WHERE ctid >= format('(%s,0)', $1::bigint)::tid AND ctid < format('(%s,0)', $2::bigint)::tid
          AND expires_at <= $3::timestamptz
        FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM submissions WHERE ctid = ANY (ARRAY(SELECT place FROM expired))
    )
    SELECT pg_relation_size('submissions') / current_setting('block_size')::bigint";

/// The statements.
pub(crate) struct Statements {
    find: Statement,
    delete: Statement,
    insert: Statement,
    sweep: Statement,
}

impl Statements {
    pub(crate) async fn prepare(client: &Client, naming: Naming) -> Result<Self, tokio_postgres::Error> {
        const COLUMNS: &[Type] = &[
            Type::TIMESTAMPTZ_ARRAY,
            Type::INT8_ARRAY,
            Type::INT8_ARRAY,
            Type::INT8_ARRAY,
            Type::UUID_ARRAY,
            Type::UUID_ARRAY,
        ];
        const DIGESTS: &[Type] = &[Type::UUID_ARRAY];
        const PAGES: &[Type] = &[Type::INT8, Type::INT8, Type::TIMESTAMPTZ];
        let prepare = |text, types| Statement::prepare(client, naming, text, types);
        let (find, delete, insert, sweep) = tokio::try_join!(
            prepare(FIND, DIGESTS),
            prepare(DELETE, DIGESTS),
            prepare(INSERT, COLUMNS),
            prepare(SWEEP, PAGES),
        )?;
        Ok(Self { find, delete, insert, sweep })
    }

    /// Looks for digests; with `alone`, no other process adds any until the transaction ends.
    pub(crate) async fn find(
        &self,
        client: &Client,
        digests: &[Digest],
        alone: bool,
    ) -> Result<Vec<Row>, Failure> {
        if digests.is_empty() {
            return Ok(Vec::new());
        }
        if alone {
            client.batch_execute(KEEP_OTHERS_OUT).await?;
        }
        Ok(self.find.query(client, &[&digests]).await?)
    }

    /// Deletes what has expired and comes again, and inserts what is new.
    pub(crate) async fn replace(&self, client: &Client, new: &NewSubmissions) -> Result<(), Failure> {
        let delete = async {
            if !new.expired.is_empty() {
                self.delete.query(client, &[&new.expired]).await?;
            }
            Ok::<_, Failure>(())
        };
        let insert = async {
            if !new.rows.is_empty() {
                let expires_at: Vec<_> = new.rows.iter().map(|row| row.expires_at).collect();
                let questions: Vec<_> = new.rows.iter().map(|row| row.question_id).collect();
                let answers: Vec<_> = new.rows.iter().map(|row| row.answer_id).collect();
                let reviews: Vec<_> = new.rows.iter().map(|row| row.review_id).collect();
                let digests: Vec<_> = new.rows.iter().map(|row| row.digest).collect();
                let contents: Vec<_> = new.rows.iter().map(|row| row.content).collect();
                self.insert
                    .query(client, &[&expires_at, &questions, &answers, &reviews, &digests, &contents])
                    .await?;
            }
            Ok::<_, Failure>(())
        };
        tokio::try_join!(biased; delete, insert)?;
        Ok(())
    }

    /// Deletes what has expired on some pages, and tells how many pages there are.
    pub(crate) async fn sweep(&self, client: &Client, from: i64, now: Timestamp) -> Result<i64, Failure> {
        let now = Milliseconds(now.milliseconds());
        let rows = self.sweep.query(client, &[&from, &(from + PAGES_PER_STEP), &now]).await?;
        Ok(rows.first().map_or(Ok(0), |row| row.try_get(0))?)
    }
}

/// What was found of digests.
pub(crate) fn read_earlier(rows: &[Row]) -> Result<HashMap<Digest, Earlier>, StoreError> {
    let read = |row: &Row| {
        let columns = Columns::new(row, "submissions", 3);
        let target = if !columns.is_empty(3) {
            Target::Question(columns.id(3, "question_id")?)
        } else if !columns.is_empty(5) {
            Target::Review(columns.id(5, "review_id")?)
        } else {
            Target::Answer(columns.id(4, "answer_id")?)
        };
        let content = if columns.is_empty(1) { None } else { Some(columns.digest(1, "content")?) };
        let expires_at = columns.time(2, "expires_at")?;
        Ok((columns.digest(0, "digest")?, Earlier { content, expires_at, row: target }))
    };
    rows.iter().map(read).collect()
}

/// Rows to be inserted, and digests that have expired and come again.
#[derive(Debug, Default)]
pub(crate) struct NewSubmissions {
    rows: Vec<NewRow>,
    expired: Vec<Digest>,
    /// The latest moment at which one of them was written.
    pub(crate) written_at: Option<Timestamp>,
}

#[derive(Debug)]
struct NewRow {
    digest: Digest,
    content: Option<Digest>,
    expires_at: Milliseconds,
    question_id: Option<i64>,
    answer_id: Option<i64>,
    review_id: Option<i64>,
}

impl NewSubmissions {
    /// Adds what came to a new row; `was_there` says whether its digest has expired, but is still
    /// there.
    pub(crate) fn add(
        &mut self,
        submission: &Submission,
        row: Target,
        written_at: Timestamp,
        was_there: bool,
    ) {
        let (question_id, answer_id, review_id) = match row {
            Target::Question(question_id) => (Some(bigint(question_id)), None, None),
            Target::Answer(answer_id) => (None, Some(bigint(answer_id)), None),
            Target::Review(review_id) => (None, None, Some(bigint(review_id))),
        };
        self.rows.push(NewRow {
            digest: submission.digest,
            content: submission.content,
            expires_at: Milliseconds(submission.expires_at.milliseconds()),
            question_id,
            answer_id,
            review_id,
        });
        if was_there {
            self.expired.push(submission.digest);
        }
        self.written_at = self.written_at.max(Some(written_at));
    }

    /// Puts them in the order of their digests: two processes that add the same ones do so in the
    /// same order.
    pub(crate) fn sort(&mut self) {
        self.rows.sort_unstable_by_key(|row| row.digest);
        self.expired.sort_unstable();
    }
}

/// Digests that this session has met lately. Most repetitions come soon, so these are looked up
/// before the key refuses them.
#[derive(Debug, Default)]
pub(crate) struct RecentDigests {
    young: HashSet<Digest>,
    old: HashSet<Digest>,
}

impl RecentDigests {
    pub(crate) fn holds(&self, digest: Digest) -> bool {
        self.young.contains(&digest) || self.old.contains(&digest)
    }

    /// Remembers a digest, and forgets the oldest when there are too many.
    pub(crate) fn add(&mut self, digest: Digest) {
        if self.young.len() >= RECENT_MAX_DIGESTS / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(digest);
    }
}

/// When and where the writer sweeps.
#[derive(Debug, Default)]
pub(crate) struct Sweeper {
    pub(crate) sweeping: Sweeping,
    /// The page at which the next step begins.
    pub(crate) page: i64,
}

impl Sweeper {
    /// A step was taken over a table of so many pages.
    pub(crate) fn swept(&mut self, now: Timestamp, pages: i64) {
        self.page += PAGES_PER_STEP;
        let is_round_over = self.page >= pages;
        if is_round_over {
            self.page = 0;
        }
        self.sweeping.swept(now, is_round_over);
    }
}

impl ToSql for Digest {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(self.as_bytes());
        Ok(IsNull::No)
    }

    accepts!(UUID, BYTEA);
    to_sql_checked!();
}

impl<'a> FromSql<'a> for Digest {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(columns::digest(raw)?)
    }

    accepts!(UUID, BYTEA);
}
