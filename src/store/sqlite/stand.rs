//! How rows stand with moderation: finding one by its id, showing and hiding it, reading and
//! emptying its texts. Votes are in `write::marks`.

use rusqlite::Connection;

use super::decode::Columns;
use super::failure::Failure;
use super::place::ProductNumber;
use super::statement::execute;
use super::sums::change_sums;
use crate::domain::{Id as _, State, Target};
use crate::store::moderation::ItemTexts;
use crate::store::moderation::rows::{EMPTIED_BODY, FoundRow, ReadRow};
use crate::store::{ERASED_NAME, StoreError};

/// What all three kinds of rows have in common.
struct Table {
    name: &'static str,
    id: &'static str,
    marks: &'static str,
    /// The column that hides a row, in both tables.
    hides: &'static str,
    photos: Option<(&'static str, &'static str)>,
}

const QUESTIONS: Table =
    Table { name: "questions", id: "question_id", marks: "marks", hides: "reported", photos: None };
const ANSWERS: Table = Table {
    name: "answers",
    id: "answer_id",
    marks: "marks",
    hides: "reported",
    photos: Some(("photos", "answer_id")),
};
const REVIEWS: Table = Table {
    name: "reviews",
    id: "review_id",
    marks: "review_marks",
    hides: "state",
    photos: Some(("review_photos", "review_id")),
};

/// The table of a row, and the row's id.
fn table_of(target: Target) -> (Table, i64) {
    match target {
        Target::Question(id) => (QUESTIONS, id.get().cast_signed()),
        Target::Answer(id) => (ANSWERS, id.get().cast_signed()),
        Target::Review(id) => (REVIEWS, id.get().cast_signed()),
    }
}

impl Table {
    /// Selects the place of a row, whether it is hidden, and more columns, by its id.
    fn select(&self, more: &str) -> String {
        let Self { name, id, marks, hides, .. } = self;
        format!(
            "SELECT t.place, coalesce(m.{hides}, t.{hides}){more}
             FROM {name} t LEFT JOIN {marks} m ON m.place = t.place WHERE t.{id} = ?1"
        )
    }

    fn found(&self, connection: &Connection, columns: Columns<'_>) -> Result<FoundRow, StoreError> {
        let is_hidden = match self.hides {
            "state" => columns.is_hidden_state(1, "state")?,
            _ => columns.flag(1, self.hides)?,
        };
        let product_id = ProductNumber::of(columns.place()).product_id(connection)?;
        Ok(FoundRow { product_id, is_public: !is_hidden })
    }
}

/// The place of a row, and how it stands.
pub(super) fn find(connection: &Connection, target: Target) -> Result<Option<(i64, FoundRow)>, StoreError> {
    let (table, id) = table_of(target);
    let mut statement = connection.prepare_cached(&table.select("")).reading()?;
    let mut rows = statement.query([id]).reading()?;
    let Some(row) = rows.next().reading()? else { return Ok(None) };
    let columns = Columns::new(row, table.name)?;
    Ok(Some((columns.place(), table.found(connection, columns)?)))
}

/// Gives a row another state. The first time, its own counters are copied.
pub(super) fn set_state(
    connection: &Connection,
    target: Target,
    place: i64,
    found: FoundRow,
    state: State,
) -> Result<(), StoreError> {
    let (Table { name, .. }, _) = table_of(target);
    let is_shown = state == State::Published;
    let changed = if let Target::Review(review_id) = target {
        if is_shown != found.is_public {
            change_sums(connection, ProductNumber::of(place), review_id, is_shown)?;
        }
        execute(
            connection,
            "INSERT INTO review_marks (place, helpful, withdrawn, state, revision)
             SELECT place, helpful, 0, ?2, 1 FROM reviews WHERE place = ?1
             ON CONFLICT (place) DO UPDATE SET state = ?2, revision = revision + 1",
            (place, state.number().cast_signed()),
        )?
    } else {
        let sql = format!(
            "INSERT INTO marks (place, helpful, reported) SELECT place, helpful, ?2 FROM {name} WHERE place = ?1
             ON CONFLICT (place) DO UPDATE SET reported = ?2"
        );
        execute(connection, &sql, (place, !is_shown))?
    };
    if changed == 0 {
        return Err(StoreError::Damaged {
            table: name,
            row: place,
            column: "place",
            problem: "an index names the row, but it is not there".to_owned(),
            product_id: None,
        });
    }
    Ok(())
}

/// Reads a row with its texts.
pub(super) fn read(connection: &Connection, target: Target) -> Result<Option<ReadRow>, StoreError> {
    let (table, id) = table_of(target);
    let more = match target {
        Target::Question(_) => "",
        Target::Answer(_) => ", t.question_id",
        Target::Review(_) => ", t.rating, t.summary",
    };
    let sql = table.select(&format!(", t.body, t.name, t.written_at{more}"));
    let mut statement = connection.prepare_cached(&sql).reading()?;
    let mut rows = statement.query([id]).reading()?;
    let Some(row) = rows.next().reading()? else { return Ok(None) };
    let columns = Columns::new(row, table.name)?;
    let found = table.found(connection, columns)?;
    let mut texts = ItemTexts {
        body: columns.text(2, "body")?.to_owned(),
        name: columns.text(3, "name")?.to_owned(),
        written_at: Some(columns.time(4, "written_at")?),
        photos: photos(connection, &table, columns.place(), id)?,
        ..ItemTexts::default()
    };
    match target {
        Target::Question(_) => {}
        Target::Answer(_) => texts.question = question(connection, columns.integer(5, "question_id")?)?,
        Target::Review(_) => {
            texts.rating = Some(columns.stars(5, "rating")?.get());
            texts.summary = Some(columns.text(6, "summary")?.to_owned());
        }
    }
    Ok(Some(ReadRow { found, texts }))
}

/// The question of an answer.
fn question(connection: &Connection, question_id: i64) -> Result<Option<(u64, String)>, StoreError> {
    let sql = "SELECT place, body FROM questions WHERE question_id = ?1";
    let mut statement = connection.prepare_cached(sql).reading()?;
    let mut rows = statement.query([question_id]).reading()?;
    let Some(row) = rows.next().reading()? else { return Ok(None) };
    let body = Columns::new(row, "questions")?.text(1, "body")?.to_owned();
    Ok(Some((question_id.cast_unsigned(), body)))
}

/// The addresses of a row's photos.
fn photos(connection: &Connection, table: &Table, place: i64, id: i64) -> Result<Vec<String>, StoreError> {
    let Some((photos, parent)) = table.photos else { return Ok(Vec::new()) };
    let (first, last) = ProductNumber::of(place).places();
    let sql = format!(
        "SELECT place, url FROM {photos} WHERE place BETWEEN ?1 AND ?2 AND {parent} = ?3 ORDER BY place"
    );
    let mut statement = connection.prepare_cached(&sql).reading()?;
    let mut rows = statement.query([first, last, id]).reading()?;
    let mut urls = Vec::new();
    while let Some(row) = rows.next().reading()? {
        urls.push(Columns::new(row, photos)?.text(1, "url")?.to_owned());
    }
    Ok(urls)
}

/// Empties the texts of a row and removes its photos.
pub(super) fn empty(connection: &Connection, target: Target, place: i64) -> Result<(), StoreError> {
    let (Table { name, photos, .. }, id) = table_of(target);
    let more = if matches!(target, Target::Review(_)) { ", summary = '', response = NULL" } else { "" };
    let sql = format!("UPDATE {name} SET name = ?2, email = '', body = ?3{more} WHERE place = ?1");
    execute(connection, &sql, (place, ERASED_NAME, EMPTIED_BODY))?;
    if let Some((photos, parent)) = photos {
        let (first, last) = ProductNumber::of(place).places();
        let sql = format!("DELETE FROM {photos} WHERE place BETWEEN ?1 AND ?2 AND {parent} = ?3");
        execute(connection, &sql, [first, last, id])?;
    }
    Ok(())
}
