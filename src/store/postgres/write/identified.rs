//! Votes of identified shoppers, in the first round trip. Each has at most one vote for a row, and
//! none for their own. One statement for each kind of row locks the rows by id before anything
//! else, so that two processes that vote for the same rows do not wait for each other; anonymous
//! votes for rows of that kind travel with it. Of several commands of one shopper for one row the
//! last one is sent, and the outcomes of all follow from what it did.

use std::collections::HashMap;

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::rows::Votes;
use crate::domain::{Digest, Id, ProductId, Target};
use crate::store::postgres::connect::failure::Failure;
use crate::store::postgres::connect::statement::{Naming, Statement};
use crate::store::postgres::decode::{Columns, bigint};
use crate::store::{Command, Outcome, StoreError};

/// The statement of a kind: its table, the column of its ids, and its number. A vote is 1 and one
/// that is taken back -1; anonymous ones have no voter, and 0 only locks the row. What comes back
/// begins with what it says: 0 the row is there, 1 and is the voter's own, 2 the vote was given or
/// taken back, 3 the row has these votes now.
macro_rules! cast {
    ($table:literal, $id:literal, $kind:literal) => {
        concat!(
            "WITH found AS MATERIALIZED (
                 SELECT r.product_id, v.id, v.voter, v.votes, r.helpful - r.withdrawn AS shown
                 FROM (SELECT id, voter, votes
                       FROM unnest($1::bigint[], $2::bytea[], $3::bigint[]) AS v (id, voter, votes)
                       ORDER BY id, voter) v
                 JOIN ",
            $table,
            " r ON r.",
            $id,
            " = v.id
                 FOR NO KEY UPDATE OF r
             ), wanted AS MATERIALIZED (
                 SELECT f.*, EXISTS (
                     SELECT FROM moderation_items i
                     WHERE i.product_id = f.product_id AND i.kind = ",
            $kind,
            " AND i.row_id = f.id
                       AND i.author = f.voter) AS is_own
                 FROM found f
             ), given AS (
                 INSERT INTO identified_votes (product_id, kind, row_id, voter)
                 SELECT product_id, ",
            $kind,
            ", id, voter FROM wanted
                 WHERE voter IS NOT NULL AND votes > 0 AND NOT is_own
                 ON CONFLICT DO NOTHING
                 RETURNING product_id, row_id, voter
             ), taken AS (
                 DELETE FROM identified_votes t USING wanted w
                 WHERE w.votes < 0 AND NOT w.is_own AND t.product_id = w.product_id
                   AND t.kind = ",
            $kind,
            " AND t.row_id = w.id AND t.voter = w.voter
                 RETURNING t.product_id, t.row_id, t.voter
             ), counted AS (
                 SELECT product_id, id, sum(given)::bigint AS given, sum(taken)::bigint AS taken
                 FROM (
                     SELECT product_id, id, votes AS given, 0 AS taken FROM found
                     WHERE voter IS NULL AND votes > 0
                     UNION ALL SELECT product_id, row_id, 1, 0 FROM given
                     UNION ALL SELECT product_id, row_id, 0, 1 FROM taken
                 ) AS c
                 GROUP BY product_id, id
             ), changed AS (
                 UPDATE ",
            $table,
            " r
                 SET helpful = least(r.helpful + c.given, 4294967295),
                     withdrawn = least(r.withdrawn + c.taken, r.helpful + c.given, 4294967295)
                 FROM counted c WHERE r.product_id = c.product_id AND r.",
            $id,
            " = c.id
                 RETURNING r.product_id, r.",
            $id,
            " AS id, r.helpful - r.withdrawn AS shown
             )
             SELECT CASE WHEN is_own THEN 1 ELSE 0 END::bigint, product_id, id, voter, shown FROM wanted
             UNION ALL SELECT 2, product_id, row_id, voter, NULL FROM given
             UNION ALL SELECT 2, product_id, row_id, voter, NULL FROM taken
             UNION ALL SELECT 3, product_id, id, NULL, shown FROM changed"
        )
    };
}

const QUESTIONS: &str = cast!("questions", "question_id", "0");
const ANSWERS: &str = cast!("answers", "answer_id", "1");
const REVIEWS: &str = cast!("reviews", "review_id", "2");

const TYPES: [Type; 3] = [Type::INT8_ARRAY, Type::BYTEA_ARRAY, Type::INT8_ARRAY];

/// Votes of identified shoppers and all others for rows of the same kinds.
#[derive(Debug, Default)]
pub(crate) struct PlannedCasts {
    questions: Casts,
    answers: Casts,
    reviews: Casts,
}

/// Three parallel lists, by id and voter.
#[derive(Debug, Default)]
struct Casts {
    ids: Vec<i64>,
    voters: Vec<Option<Digest>>,
    votes: Vec<i64>,
}

impl Casts {
    /// Takes the anonymous votes over, unless there are none of shoppers.
    fn new(mut casts: Vec<(i64, Option<Digest>, i64)>, anonymous: &mut Votes) -> Self {
        if casts.is_empty() {
            return Self::default();
        }
        let Votes { ids, votes } = std::mem::take(anonymous);
        casts.extend(ids.into_iter().zip(votes).map(|(id, votes)| (id, None, votes)));
        casts.sort_unstable();
        let mut columns = Self::default();
        for (id, voter, votes) in casts {
            columns.ids.push(id);
            columns.voters.push(voter);
            columns.votes.push(votes);
        }
        columns
    }
}

/// The votes of identified shoppers of a batch, if there are any. Anonymous ones for rows of the
/// same kind move there.
pub(super) fn plan_casts(
    commands: &[Command],
    anonymous: (&mut Votes, &mut Votes, &mut Votes),
) -> Option<Box<PlannedCasts>> {
    let mut last: HashMap<(Target, Digest), bool> = HashMap::new();
    for command in commands {
        if let Command::VoteAs { target, voter, takes_back } = command {
            last.insert((*target, *voter), *takes_back);
        }
    }
    if last.is_empty() {
        return None;
    }
    let (mut questions, mut answers, mut reviews) = (Vec::new(), Vec::new(), Vec::new());
    for ((target, voter), takes_back) in last {
        let (casts, id) = match target {
            Target::Question(id) => (&mut questions, bigint(id)),
            Target::Answer(id) => (&mut answers, bigint(id)),
            Target::Review(id) => (&mut reviews, bigint(id)),
        };
        casts.push((id, Some(voter), if takes_back { -1 } else { 1 }));
    }
    Some(Box::new(PlannedCasts {
        questions: Casts::new(questions, anonymous.0),
        answers: Casts::new(answers, anonymous.1),
        reviews: Casts::new(reviews, anonymous.2),
    }))
}

/// The statements.
pub(crate) struct Statements {
    questions: Statement,
    answers: Statement,
    reviews: Statement,
}

impl Statements {
    pub(crate) async fn prepare(client: &Client, naming: Naming) -> Result<Self, tokio_postgres::Error> {
        let (questions, answers, reviews) = tokio::try_join!(
            Statement::prepare(client, naming, QUESTIONS, &TYPES),
            Statement::prepare(client, naming, ANSWERS, &TYPES),
            Statement::prepare(client, naming, REVIEWS, &TYPES),
        )?;
        Ok(Self { questions, answers, reviews })
    }

    /// Votes, and takes votes back, for questions and answers.
    pub(crate) async fn cast_on_entries(
        &self,
        client: &Client,
        planned: Option<&PlannedCasts>,
    ) -> Result<(Vec<Row>, Vec<Row>), Failure> {
        let Some(PlannedCasts { questions, answers, .. }) = planned else { return Ok(Default::default()) };
        Box::pin(async {
            tokio::try_join!(
                biased;
                send(&self.questions, client, questions),
                send(&self.answers, client, answers),
            )
        })
        .await
    }

    /// Votes, and takes votes back, for reviews.
    pub(crate) async fn cast_on_reviews(
        &self,
        client: &Client,
        planned: Option<&PlannedCasts>,
    ) -> Result<Vec<Row>, Failure> {
        match planned {
            Some(PlannedCasts { reviews, .. }) => Box::pin(send(&self.reviews, client, reviews)).await,
            None => Ok(Vec::new()),
        }
    }
}

async fn send(statement: &Statement, client: &Client, casts: &Casts) -> Result<Vec<Row>, Failure> {
    let Casts { ids, voters, votes } = casts;
    statement.query_if(!ids.is_empty(), client, [ids, voters, votes]).await
}

/// What was found of the rows that shoppers voted for.
#[derive(Debug, Default)]
pub(crate) struct FoundCasts {
    /// What became of each shopper's last command for a row that is there.
    last: HashMap<(Target, Digest), Last>,
}

#[derive(Debug, Clone, Copy)]
enum Last {
    /// The row is the voter's own.
    OnOwnRow,
    /// Whether it did something.
    Changed(bool),
}

/// Reads the rows of a statement.
pub(super) fn read_casts<I: Id>(
    rows: &[Row],
    table: &'static str,
    target: fn(I) -> Target,
    found: &mut Option<FoundCasts>,
    voted: &mut HashMap<Target, (ProductId, u32)>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let casts = found.get_or_insert_default();
    for row in rows {
        let columns = Columns::new(row, table, 2);
        let (product_id, target): (ProductId, _) =
            (columns.id(1, "product_id")?, target(columns.id(2, "id")?));
        let voter = columns.optional(3, |index| columns.digest(index, "voter"))?;
        match (columns.sum(0, "about")?, voter) {
            (about @ (0 | 1), voter) => {
                // Perhaps it is not changed, and then it is only here.
                voted.entry(target).or_insert((product_id, columns.count(4, "helpful")?));
                if let Some(voter) = voter {
                    let is_own = about == 1;
                    let state = if is_own { Last::OnOwnRow } else { Last::Changed(false) };
                    casts.last.entry((target, voter)).or_insert(state);
                }
            }
            (2, Some(voter)) => {
                casts.last.insert((target, voter), Last::Changed(true));
            }
            _ => {
                voted.insert(target, (product_id, columns.count(4, "helpful")?));
            }
        }
    }
    Ok(())
}

/// Gives the commands of shoppers their outcomes, in order.
pub(super) struct CastOutcomes {
    casts: FoundCasts,
    /// Whether each shopper's vote counts after the commands so far.
    counts_now: HashMap<(Target, Digest), bool>,
}

impl CastOutcomes {
    /// Goes backwards from what the last command of each shopper for each row did.
    pub(super) fn new(commands: &[Command], casts: FoundCasts) -> Self {
        let mut counts_now = HashMap::new();
        for command in commands.iter().rev() {
            if let Command::VoteAs { target, voter, takes_back } = command
                && let Some(Last::Changed(changed)) = casts.last.get(&(*target, *voter))
            {
                counts_now.entry((*target, *voter)).or_insert(*takes_back == *changed);
            }
        }
        Self { casts, counts_now }
    }

    /// The outcome of the next command.
    pub(super) fn next(
        &mut self,
        target: Target,
        voter: Digest,
        takes_back: bool,
        voted: &HashMap<Target, (ProductId, u32)>,
    ) -> Option<Outcome> {
        let &(product_id, helpful) = voted.get(&target)?;
        if let Last::OnOwnRow = self.casts.last.get(&(target, voter))? {
            return Some(Outcome::OwnRow);
        }
        let counts = self.counts_now.get_mut(&(target, voter))?;
        if *counts != takes_back {
            return Some(Outcome::VotedBefore { product_id });
        }
        *counts = !takes_back;
        Some(if takes_back {
            Outcome::TakenBack { product_id }
        } else {
            Outcome::Voted { product_id, helpful }
        })
    }
}
