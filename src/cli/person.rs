//! `atelier person`: shows, exports or erases all that a store has under one e-mail address.
//! Deliberately absent: how rows are found and erased, which the store does.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::counted::{CountedDump, counted};
use crate::config::StoreOption;
use crate::domain::{AnswerId, Id as _, Timestamp, visible};
use crate::store::{ERASED_BODY, ERASED_NAME, PersonRows, Store};

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
    /// The questions and answers stay, so that threads can be followed. What would be erased is
    /// what `show` lists. Servers that are running notice it. Backups and exports made before still
    /// have it.
    Erase(Whose),
}

#[derive(Debug, Clone, Args)]
struct Whose {
    /// The address, with its capitals as they were given
    #[arg(value_name = "EMAIL")]
    email: String,

    #[command(flatten)]
    store: StoreOption,
}

/// Finds the rows, then shows, exports or erases them.
pub(super) fn run(args: &PersonArgs) -> anyhow::Result<()> {
    let (Action::Show(whose) | Action::Export(whose) | Action::Erase(whose)) = &args.action;
    let address = &whose.store.store;
    let store = address.open_existing().with_context(|| format!("cannot open {address}"))?;
    let started = Instant::now();
    let person = find(&store, &whose.email).with_context(|| format!("cannot read {address}"))?;
    for spelling in &person.other_spellings {
        eprintln!("note: there are rows under {} as well; they are not among these", visible(spelling));
    }
    match args.action {
        Action::Show(_) => {
            print!("{}", shown(&person));
            println!("{} found in {:.1} s", counted(person.counts()), started.elapsed().as_secs_f64());
        }
        Action::Export(_) => {
            println!("{}", serde_json::to_string_pretty(&Exported::new(&whose.email, &person))?);
        }
        Action::Erase(_) => {
            let erased = store.erase(&person).with_context(|| format!("cannot erase in {address}"))?;
            println!("{} erased in {:.1} s", counted(erased), started.elapsed().as_secs_f64());
            println!("In their place: {ERASED_NAME:?} and {ERASED_BODY:?}");
        }
    }
    Ok(())
}

fn find(store: &Arc<dyn Store>, email: &str) -> anyhow::Result<PersonRows> {
    let mut dump = CountedDump::start(store.as_ref(), "Reading")?;
    let person = PersonRows::find(&mut dump, email)?;
    dump.progress.clear();
    Ok(person)
}

/// The rows as they are listed for people, each with a newline.
fn shown(person: &PersonRows) -> String {
    let mut lines = Vec::new();
    let texts = &person.questions.texts;
    for row in &person.questions.rows {
        lines.push(format!(
            "Question {} about product {}, {}",
            row.question_id,
            row.product_id,
            details(row.written_at, texts.get(row.name), row.helpful, row.reported),
        ));
        lines.extend(texts.get(row.body).lines().map(indented));
    }
    let mut photos = photos(person);
    let texts = &person.answers.texts;
    for row in &person.answers.rows {
        lines.push(format!(
            "Answer {} to question {} about product {}, {}",
            row.answer_id,
            row.question_id,
            row.product_id,
            details(row.written_at, texts.get(row.name), row.helpful, row.reported),
        ));
        lines.extend(texts.get(row.body).lines().map(indented));
        for photo in photos.remove(&row.answer_id).unwrap_or_default() {
            lines.push(format!("    Photo {}: {}", photo.photo_id, visible(photo.url)));
        }
    }
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// The details that questions and answers have in common.
fn details(written_at: Timestamp, name: &str, helpful: u32, reported: bool) -> String {
    let hidden = if reported { ", hidden" } else { "" };
    format!("{written_at}, by {}, {helpful} votes{hidden}", visible(name))
}

fn indented(line: &str) -> String {
    format!("    {}", visible(line))
}

/// Photos by their answer.
type Photos<'a> = HashMap<AnswerId, Vec<ExportedPhoto<'a>>>;

fn photos(person: &PersonRows) -> Photos<'_> {
    let mut photos = Photos::new();
    for row in &person.photos.rows {
        let photo = ExportedPhoto { photo_id: row.photo_id.get(), url: person.photos.texts.get(row.url) };
        photos.entry(row.answer_id).or_default().push(photo);
    }
    photos
}

/// A person's data as JSON.
#[derive(Serialize)]
struct Exported<'a> {
    email: &'a str,
    questions: Vec<ExportedQuestion<'a>>,
    answers: Vec<ExportedAnswer<'a>>,
}

#[derive(Serialize)]
struct ExportedQuestion<'a> {
    question_id: u64,
    product_id: u64,
    date: String,
    name: &'a str,
    email: &'a str,
    body: &'a str,
    helpful: u32,
    reported: bool,
}

#[derive(Serialize)]
struct ExportedAnswer<'a> {
    answer_id: u64,
    question_id: u64,
    product_id: u64,
    date: String,
    name: &'a str,
    email: &'a str,
    body: &'a str,
    helpful: u32,
    reported: bool,
    photos: Vec<ExportedPhoto<'a>>,
}

#[derive(Serialize)]
struct ExportedPhoto<'a> {
    photo_id: u64,
    url: &'a str,
}

impl<'a> Exported<'a> {
    fn new(email: &'a str, person: &'a PersonRows) -> Self {
        let texts = &person.questions.texts;
        let questions = person.questions.rows.iter().map(|row| ExportedQuestion {
            question_id: row.question_id.get(),
            product_id: row.product_id.get(),
            date: row.written_at.to_string(),
            name: texts.get(row.name),
            email: texts.get(row.email),
            body: texts.get(row.body),
            helpful: row.helpful,
            reported: row.reported,
        });
        let mut photos = photos(person);
        let texts = &person.answers.texts;
        let answers = person.answers.rows.iter().map(|row| ExportedAnswer {
            answer_id: row.answer_id.get(),
            question_id: row.question_id.get(),
            product_id: row.product_id.get(),
            date: row.written_at.to_string(),
            name: texts.get(row.name),
            email: texts.get(row.email),
            body: texts.get(row.body),
            helpful: row.helpful,
            reported: row.reported,
            photos: photos.remove(&row.answer_id).unwrap_or_default(),
        });
        Self { email: email.trim(), questions: questions.collect(), answers: answers.collect() }
    }
}
