//! Checks all rows for damage: rows without parents, duplicate ids, values that no list can show,
//! sequences behind the largest id. Keys prevent some of it, unless an operator dropped them. It
//! reads one snapshot and changes nothing.

use tokio_postgres::Client;

use super::connect::failure::Failure;
use super::connect::session::{Session, Unprepared};
use crate::domain::{Kind, MAX_ID};
use crate::store::{Counts, Finding, MAX_FINDINGS_PER_KIND, StoreError};

/// Statements that list the rows that break a rule, as one text each.
const RULES: [&str; 14] = [
    "SELECT 'questions: the id ' || question_id || ' is there ' || count(*) || ' times'
     FROM questions GROUP BY question_id HAVING count(*) > 1",
    "SELECT 'answers: the id ' || answer_id || ' is there ' || count(*) || ' times'
     FROM answers GROUP BY answer_id HAVING count(*) > 1",
    "SELECT 'answers: answer ' || a.answer_id || ' names question ' || a.question_id || ', which is not there'
     FROM answers a LEFT JOIN questions q ON q.question_id = a.question_id WHERE q.question_id IS NULL",
    "SELECT 'answers: answer ' || a.answer_id || ' is not in the product of its question ' || a.question_id
     FROM answers a JOIN questions q ON q.question_id = a.question_id WHERE q.product_id <> a.product_id",
    "SELECT 'photos: photo ' || p.photo_id || ' names answer ' || p.answer_id || ', which is not there'
     FROM photos p LEFT JOIN answers a ON a.answer_id = p.answer_id WHERE a.answer_id IS NULL",
    "SELECT 'photos: photo ' || p.photo_id || ' is not in the product of its answer ' || p.answer_id
     FROM photos p JOIN answers a ON a.answer_id = p.answer_id WHERE a.product_id <> p.product_id",
    "SELECT 'photos: the id ' || photo_id || ' is there ' || count(*) || ' times'
     FROM photos GROUP BY photo_id HAVING count(*) > 1",
    "SELECT 'questions: question ' || question_id || ' has impossible counters' FROM questions
     WHERE helpful NOT BETWEEN 0 AND 4294967295",
    "SELECT 'answers: answer ' || answer_id || ' has impossible counters' FROM answers
     WHERE helpful NOT BETWEEN 0 AND 4294967295",
    "SELECT 'question_ids: the last id is ' || s.last_value || ', but there is one of ' || m.id
     FROM question_ids s, (SELECT max(question_id) AS id FROM questions) m WHERE m.id > s.last_value",
    "SELECT 'answer_ids: the last id is ' || s.last_value || ', but there is one of ' || m.id
     FROM answer_ids s, (SELECT max(answer_id) AS id FROM answers) m WHERE m.id > s.last_value",
    "SELECT 'photo_ids: the last id is ' || s.last_value || ', but there is one of ' || m.id
     FROM photo_ids s, (SELECT max(photo_id) AS id FROM photos) m WHERE m.id > s.last_value",
    "SELECT 'submissions: ' || s.digest || ' came to a row that is not there' FROM submissions s
     WHERE NOT EXISTS (SELECT FROM questions q WHERE q.question_id = s.question_id)
       AND NOT EXISTS (SELECT FROM answers a WHERE a.answer_id = s.answer_id)",
    // The largest id is 2^53 - 1; a million less is suspicious as well.
    "SELECT name || ': the last id is ' || last_value || ', few or no new ids can follow'
     FROM (SELECT 'question_ids' AS name, last_value FROM question_ids
           UNION ALL SELECT 'answer_ids', last_value FROM answer_ids
           UNION ALL SELECT 'photo_ids', last_value FROM photo_ids) AS s
     WHERE last_value > 9007199253740991",
];

/// The statement that lists the rows whose ids or times cannot be read.
fn value_rule(table: &str, row: &str, ids: &[&str], time: Option<&str>) -> String {
    let ids = ids
        .iter()
        .map(|id| format!("WHEN {id} NOT BETWEEN 1 AND {MAX_ID} THEN '{id}: ' || {id} || ' is not an id' "));
    let times = time.into_iter().map(|time| {
        format!(
            "WHEN {time} < '0001-01-01 00:00+00' OR {time} >= '10000-01-01 00:00+00'
             THEN '{time}: ' || {time} || ' is not in the years 1 to 9999' "
        )
    });
    let cases: String = ids.chain(times).collect();
    format!(
        "SELECT '{table}: {row} ' || id || ', column ' || problem
         FROM (SELECT {row} AS id, CASE {cases} END AS problem FROM {table}) AS rows WHERE problem IS NOT NULL"
    )
}

const SETTINGS: &str = "
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL work_mem = '256MB'; SET LOCAL plan_cache_mode = auto";

/// Applies all rules.
pub(super) fn check(
    session: &mut Session<Unprepared>,
    report: &mut dyn FnMut(Finding),
) -> Result<Counts, StoreError> {
    let counts = session.ask_patiently(async |client, _| {
        client.batch_execute(SETTINGS).await?;
        let values = [
            value_rule("questions", "question_id", &["product_id", "question_id"], Some("written_at")),
            value_rule(
                "answers",
                "answer_id",
                &["product_id", "answer_id", "question_id"],
                Some("written_at"),
            ),
            value_rule("photos", "photo_id", &["product_id", "photo_id", "answer_id"], None),
            value_rule("submissions", "digest", &[], Some("expires_at")),
        ];
        for rule in RULES.into_iter().chain(values.iter().map(String::as_str)) {
            let sql = format!("{rule} LIMIT {MAX_FINDINGS_PER_KIND}");
            for row in client.query(&sql, &[]).await? {
                report(Finding(row.try_get(0)?));
            }
        }
        let counts = counts(client).await?;
        client.batch_execute("COMMIT").await?;
        Ok(counts)
    });
    counts.map_err(Failure::before_commit)
}

/// Counts all rows.
pub(super) async fn counts(client: &Client) -> Result<Counts, Failure> {
    let columns: Vec<_> =
        Kind::all().map(|kind| format!("(SELECT count(*) FROM {})", kind.definition().table)).collect();
    let row = client.query_one(&format!("SELECT {}", columns.join(", ")), &[]).await?;
    let mut counts = Counts::default();
    for (index, kind) in Kind::all().enumerate() {
        counts.add(kind, row.try_get::<_, i64>(index)?.unsigned_abs());
    }
    Ok(counts)
}
