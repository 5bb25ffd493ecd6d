//! Reading the whole file for what must not be: broken pages, rows without their parents, counters behind the
//! largest id. It changes nothing.

use rusqlite::Connection;

use super::counts;
use super::failure::Failure;
use crate::store::{Counts, Finding, MAX_FINDINGS_PER_KIND, StoreError};

/// A rule, and the statement that lists the rows that break it as one text each.
struct Rule {
    sql: &'static str,
}

const RULES: [Rule; 8] = [
    Rule {
        sql: "SELECT 'answers: answer ' || a.answer_id || ' names question ' || a.question_id || ', which is not there'
              FROM answers a LEFT JOIN questions q ON q.question_id = a.question_id WHERE q.place IS NULL",
    },
    Rule {
        sql: "SELECT 'answers: answer ' || a.answer_id || ' is not beside its question ' || a.question_id
              FROM answers a JOIN questions q ON q.question_id = a.question_id WHERE q.place >> 24 <> a.place >> 24",
    },
    Rule {
        sql: "SELECT 'photos: photo ' || p.photo_id || ' names answer ' || p.answer_id || ', which is not there'
              FROM photos p LEFT JOIN answers a ON a.answer_id = p.answer_id WHERE a.place IS NULL",
    },
    Rule {
        sql: "SELECT 'photos: photo ' || p.photo_id || ' is not beside its answer ' || p.answer_id
              FROM photos p JOIN answers a ON a.answer_id = p.answer_id WHERE a.place >> 24 <> p.place >> 24",
    },
    Rule {
        sql: "SELECT 'marks: place ' || m.place || ' has counters but no row' FROM marks m
              WHERE NOT EXISTS (SELECT 1 FROM questions q WHERE q.place = m.place AND m.place % 2 = 0)
                AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.place = m.place AND m.place % 2 = 1)",
    },
    Rule {
        sql: "SELECT 'marks: place ' || place || ' has impossible counters' FROM marks
              WHERE typeof(helpful) <> 'integer' OR helpful NOT BETWEEN 0 AND 4294967295 OR reported NOT IN (0, 1)",
    },
    Rule {
        sql: "SELECT 'last_ids: the last ' || l.kind || ' id is ' || l.id || ', but there is one of ' || m.id
              FROM last_ids l JOIN (
                  SELECT 'question' AS kind, max(question_id) AS id FROM questions
                  UNION ALL SELECT 'answer', max(answer_id) FROM answers
                  UNION ALL SELECT 'photo', max(photo_id) FROM photos) m ON m.kind = l.kind
              WHERE m.id > l.id",
    },
    Rule {
        sql: "SELECT 'questions: place ' || q.place || ' has a product number without a product'
              FROM questions q LEFT JOIN far_products f ON f.product_number = q.place >> 24
              WHERE q.place >= 274877906944 << 24 AND f.product_id IS NULL",
    },
];

/// Applies all rules.
pub(super) fn check(connection: &Connection, report: &mut dyn FnMut(Finding)) -> Result<Counts, StoreError> {
    let integrity = format!("PRAGMA integrity_check({MAX_FINDINGS_PER_KIND})");
    for line in texts(connection, &integrity)? {
        if line != "ok" {
            report(Finding(format!("file: {line}")));
        }
    }
    for rule in RULES {
        for line in texts(connection, &format!("{} LIMIT {MAX_FINDINGS_PER_KIND}", rule.sql))? {
            report(Finding(line));
        }
    }
    counts(connection)
}

fn texts(connection: &Connection, sql: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare(sql).reading()?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).reading()?;
    rows.collect::<Result<_, _>>().reading()
}
