//! `atelier person`: shows, exports or erases all that a store has under one e-mail address, or of
//! a subject of the shop's tokens. Deliberately absent: how rows are found and erased, which the
//! store does.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::counted::{CountedDump, counted, counted_as};
use crate::config::StoreOption;
use crate::domain::{Holds, Id as _, Kind, visible};
use crate::store::{ERASED_BODY, ERASED_NAME, PersonRemark, PersonRows, RecordRow, Store, photographed};

/// The options of `person`.
#[derive(Debug, Clone, Args)]
pub(super) struct PersonArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// List it, for people
    Show(Whose),
    /// Write it as JSON to standard output
    Export(Whose),
    /// Replace names and texts by neutral ones, empty the addresses, remove the photos
    ///
    /// The questions, answers and reviews stay, so that threads can be followed and ratings count.
    /// What would be erased is what `show` lists. Servers that are running notice it. Backups and
    /// exports made before still have it.
    Erase(Whose),
}

/// An address, a subject, or both.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true)]
struct Names {
    /// The address, with its capitals as they were given
    #[arg(value_name = "EMAIL")]
    email: Option<String>,

    /// The person's `sub` in the shop's tokens, next to the address or instead of it
    #[arg(long, value_name = "SUB")]
    subject: Option<String>,
}

#[derive(Debug, Clone, Args)]
struct Whose {
    #[command(flatten)]
    names: Names,

    #[command(flatten)]
    store: StoreOption,
}

/// Finds the rows, then shows, exports or erases them.
pub(super) fn run(args: &PersonArgs) -> anyhow::Result<()> {
    let (Action::Show(whose) | Action::Export(whose) | Action::Erase(whose)) = &args.action;
    let address = &whose.store.store;
    let store = address.open_existing().with_context(|| format!("cannot open {address}"))?;
    let started = Instant::now();
    let person = find(&store, whose).with_context(|| format!("cannot read {address}"))?;
    for spelling in &person.other_spellings {
        eprintln!("note: there are rows under {} as well; they are not among these", visible(spelling));
    }
    match args.action {
        Action::Show(_) => {
            print!("{}", shown(&person));
            if whose.names.subject.is_some() {
                print!("{}", remarks_shown(&person));
                let count = |rows: usize, name| counted_as(rows as u64, name);
                let (votes, reports) =
                    (count(person.votes.len(), "vote"), count(person.reports.len(), "report"));
                println!("{votes}, {reports}, {}", count(person.appeals.len(), "appeal"));
            }
            println!("{} found in {:.1} s", counted(person.counts()), started.elapsed().as_secs_f64());
        }
        Action::Export(_) => {
            println!("{}", serde_json::to_string_pretty(&Exported::new(whose, &person))?);
        }
        Action::Erase(_) => {
            let erased = store.erase(&person).with_context(|| format!("cannot erase in {address}"))?;
            println!("{} erased in {:.1} s", counted(erased), started.elapsed().as_secs_f64());
            println!("In their place: {ERASED_NAME:?} and {ERASED_BODY:?}");
        }
    }
    Ok(())
}

fn find(store: &Arc<dyn Store>, whose: &Whose) -> anyhow::Result<PersonRows> {
    let mut dump = CountedDump::start(store.as_ref(), "Reading")?;
    let person =
        PersonRows::find_either(&mut dump, whose.names.email.as_deref(), whose.names.subject.as_deref())?;
    dump.progress.clear();
    Ok(person)
}

/// The rows as they are listed for people, each with a newline.
fn shown(person: &PersonRows) -> String {
    let mut lines = Vec::new();
    let mut photos = photos(person);
    for kind in authored() {
        for row in person.of(kind).map(|row| Row { kind, row }) {
            lines.push(row.heading());
            for text in ["summary", "body"].into_iter().filter_map(|name| row.text(name)) {
                lines.extend(text.lines().map(indented));
            }
            for photo in photos.remove(&(kind, row.id())).unwrap_or_default() {
                lines.push(format!("    Photo {}: {}", photo.photo_id, visible(photo.url)));
            }
        }
    }
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// The subject's reports and appeals as they are listed for people, each with a newline.
fn remarks_shown(person: &PersonRows) -> String {
    let mut lines = Vec::new();
    for (what, remarks) in [("Report", &person.reports), ("Appeal", &person.appeals)] {
        for remark in remarks {
            let (kind, id) = (noun(remark.row.0), remark.row.1);
            let reason = remark.reason.as_deref().map(|reason| format!(", {}", visible(reason)));
            lines.push(format!("{what} about {kind} {id}{}", reason.unwrap_or_default()));
            lines.extend(remark.note.iter().flat_map(|note| note.lines()).map(indented));
        }
    }
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// The word for a kind by the number that moderation has for it.
fn noun(number: u64) -> &'static str {
    match number {
        0 => "question",
        1 => "answer",
        _ => "review",
    }
}

fn indented(line: &str) -> String {
    format!("    {}", visible(line))
}

/// The kinds of rows that have authors.
fn authored() -> impl Iterator<Item = Kind> {
    Kind::all().filter(|kind| kind.email_column().is_some())
}

/// A row that has an author.
#[derive(Clone, Copy)]
struct Row<'a> {
    kind: Kind,
    row: RecordRow<'a>,
}

impl<'a> Row<'a> {
    fn id(self) -> u64 {
        self.kind.id_column().map_or(0, |column| self.row.value(column))
    }

    /// The text of a column that only some kinds have; `None` when it is missing or empty as well.
    fn text(self, name: &str) -> Option<&'a str> {
        let place = self.kind.definition().columns.iter().position(|column| column.name == name)?;
        self.row.optional_text(place).filter(|text| !text.is_empty())
    }

    /// Such as `Answer 2 to question 1 about product 5, 2018-10-18T00:00:00.000Z, by Ann, 3 votes`.
    fn heading(self) -> String {
        let definition = self.kind.definition();
        let (first, rest) = definition.noun.split_at(1);
        let named = format!("{}{rest} {}", first.to_ascii_uppercase(), self.id());
        let product = format!(" about product {}", self.row.product_id());
        let (mut parent, mut before, mut after) = (String::new(), String::new(), String::new());
        for (index, column) in definition.columns.iter().enumerate() {
            let value = self.row.value(index);
            match (column.holds, definition.parent) {
                (Holds::Parent, Some(kind)) => parent = format!(" to {} {value}", kind.definition().noun),
                (Holds::Stars, _) => before = format!(", {}", counted_as(value, "star")),
                (Holds::Time, _) => before = format!("{before}, {}", self.row.time(index)),
                (Holds::Count, _) => after.insert_str(0, &format!(", {}", counted_as(value, "vote"))),
                (Holds::Hidden, _) if value != 0 => after += ", hidden",
                _ => {}
            }
        }
        let name = visible(self.text("name").unwrap_or_default());
        [named, parent, product, before, format!(", by {name}"), after].concat()
    }
}

/// Photos by the row that they belong to.
type Photos<'a> = HashMap<(Kind, u64), Vec<ExportedPhoto<'a>>>;

fn photos(person: &PersonRows) -> Photos<'_> {
    let mut photos = Photos::new();
    for kind in Kind::all() {
        let Some((parent, column)) = photographed(kind) else { continue };
        let place = |holds| kind.column_that_holds(holds).expect("a photo has an id and an address");
        let (id, url) = (place(Holds::OwnId), place(Holds::PhotoUrl));
        for row in person.of(kind) {
            let photo = ExportedPhoto { photo_id: row.value(id), url: row.text(url) };
            photos.entry((parent, row.value(column))).or_default().push(photo);
        }
    }
    photos
}

/// A person's data as JSON.
#[derive(serde::Serialize)]
struct Exported<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    subject: Option<ExportedSubject<'a>>,
    questions: Vec<ExportedRow<'a>>,
    answers: Vec<ExportedRow<'a>>,
    reviews: Vec<ExportedRow<'a>>,
}

/// What is known of a subject beyond their rows.
#[derive(serde::Serialize)]
struct ExportedSubject<'a> {
    subject: &'a str,
    votes: Vec<ExportedTarget>,
    reports: Vec<ExportedRemark<'a>>,
    appeals: Vec<ExportedRemark<'a>>,
}

#[derive(serde::Serialize)]
struct ExportedTarget {
    kind: &'static str,
    id: u64,
}

/// What a subject said about a row.
#[derive(serde::Serialize)]
struct ExportedRemark<'a> {
    #[serde(flatten)]
    row: ExportedTarget,
    /// Appeals have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    note: Option<&'a str>,
}

fn target((number, id): (u64, u64)) -> ExportedTarget {
    ExportedTarget { kind: noun(number), id }
}

fn exported_remarks(remarks: &[PersonRemark]) -> Vec<ExportedRemark<'_>> {
    let exported = remarks.iter().map(|PersonRemark { row, reason, note }| ExportedRemark {
        row: target(*row),
        reason: reason.as_deref(),
        note: note.as_deref(),
    });
    exported.collect()
}

/// A row with a field for each of its columns.
struct ExportedRow<'a> {
    row: Row<'a>,
    /// `None` where rows of its kind have none.
    photos: Option<Vec<ExportedPhoto<'a>>>,
}

#[derive(serde::Serialize)]
struct ExportedPhoto<'a> {
    photo_id: u64,
    url: &'a str,
}

impl<'a> Exported<'a> {
    fn new(whose: &'a Whose, person: &'a PersonRows) -> Self {
        let mut photos = photos(person);
        let mut rows = |kind: Kind| {
            let has_photos = Kind::all().filter_map(photographed).any(|(parent, _)| parent == kind);
            let rows = person.of(kind).map(|row| Row { kind, row });
            let exported = rows.map(|row| {
                let photos = has_photos.then(|| photos.remove(&(kind, row.id())).unwrap_or_default());
                ExportedRow { row, photos }
            });
            exported.collect()
        };
        let (questions, answers, reviews) = (rows(Kind::Question), rows(Kind::Answer), rows(Kind::Review));
        let subject = whose.names.subject.as_deref().map(|subject| ExportedSubject {
            subject,
            votes: person.votes.iter().copied().map(target).collect(),
            reports: exported_remarks(&person.reports),
            appeals: exported_remarks(&person.appeals),
        });
        Self { email: whose.names.email.as_deref().map(str::trim), subject, questions, answers, reviews }
    }
}

impl Serialize for ExportedRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Row { kind, row } = self.row;
        let mut fields = serializer.serialize_map(None)?;
        for (index, column) in kind.definition().columns.iter().enumerate() {
            let (name, value) = (column.name, row.value(index));
            match column.holds {
                Holds::Time => fields.serialize_entry("date", &row.time(index).to_string())?,
                Holds::Hidden => fields.serialize_entry("reported", &(value != 0))?,
                Holds::Flag => fields.serialize_entry(name, &(value != 0))?,
                Holds::Text | Holds::OptionalText | Holds::PhotoUrl => {
                    fields.serialize_entry(name, &row.optional_text(index))?;
                }
                Holds::Parent => {
                    fields.serialize_entry(name, &value)?;
                    fields.serialize_entry("product_id", &row.product_id().get())?;
                }
                _ => fields.serialize_entry(name, &value)?,
            }
        }
        if let Some(photos) = &self.photos {
            fields.serialize_entry("photos", photos)?;
        }
        fields.end()
    }
}
