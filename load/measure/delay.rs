//! How long a write to one process takes to show in the lists of another. The time runs from the
//! response to the writer until a reader gets a list that shows the write. The reader asks again
//! and again.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::Value;

use super::client::Client;
use super::random::Random;

/// A write that does not show within this time counts as lost.
const DEADLINE: Duration = Duration::from_secs(10);

/// A page that holds all questions of a product.
const WHOLE_LIST: &str = "page=1&count=1000";

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where writes go.
    writer: SocketAddr,
    /// Where they must show.
    reader: SocketAddr,
    /// How many writes: votes and new questions in turn.
    #[arg(long, default_value_t = 1_000)]
    writes: u32,
    /// Products are drawn from 1 to this one.
    #[arg(long)]
    products: u64,
    /// The same seed draws the same products.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut writer = Client::connect(options.writer)?;
    let mut reader = Client::connect(options.reader)?;
    let mut random = Random::new(options.seed);
    let (mut votes, mut questions) = (Vec::new(), Vec::new());
    while votes.len() + questions.len() < options.writes as usize {
        let list = format!("/qa/questions?product_id={}&{WHOLE_LIST}", random.up_to(options.products));
        if votes.len() <= questions.len() {
            votes.extend(vote(&mut writer, &mut reader, &list)?);
        } else {
            let product_id = random.up_to(options.products);
            questions.push(ask(&mut writer, &mut reader, product_id, questions.len())?);
        }
    }
    println!("{} votes: {}", votes.len(), summary(&mut votes));
    println!("{} new questions: {}", questions.len(), summary(&mut questions));
    let mut all = [votes, questions].concat();
    println!("{} writes: {}", all.len(), summary(&mut all));
    Ok(())
}

/// Votes for the first question of a list; `None` when there is none.
fn vote(writer: &mut Client, reader: &mut Client, list: &str) -> anyhow::Result<Option<Duration>> {
    let before: Value = serde_json::from_str(&reader.get(list)?)?;
    let question = &before["results"][0];
    let (Some(question_id), Some(helpful)) =
        (question["question_id"].as_u64(), question["question_helpfulness"].as_u64())
    else {
        return Ok(None);
    };
    writer.send("PUT", &format!("/qa/questions/{question_id}/helpful"), "")?;
    until(reader, list, |body| {
        let now: Value = serde_json::from_str(body).context("a list that is not JSON")?;
        let shown = now["results"].as_array().into_iter().flatten();
        let mut shown = shown.filter(|row| row["question_id"].as_u64() == Some(question_id));
        Ok(shown.any(|row| row["question_helpfulness"].as_u64() > Some(helpful)))
    })
    .map(Some)
}

/// Asks a new question about a product.
fn ask(writer: &mut Client, reader: &mut Client, product_id: u64, number: usize) -> anyhow::Result<Duration> {
    let list = format!("/qa/questions?product_id={product_id}&{WHOLE_LIST}");
    reader.get(&list)?;
    // A text of its own in each run: the same one would count as sent again.
    let run = std::process::id();
    let question = format!(
        r#"{{"product_id": {product_id}, "body": "Question number {number} of {run}?", "name": "Ada", "email": "ada@example.com"}}"#
    );
    let answer: Value = serde_json::from_str(&writer.send("POST", "/qa/questions", &question)?)?;
    let question_id = answer["question_id"].as_u64().context("an answer without an id")?;
    let shown = format!("\"question_id\":{question_id},");
    until(reader, &list, |body| Ok(body.contains(&shown)))
}

/// Reads a list until it is as wanted. Returns how long that took.
fn until(
    reader: &mut Client,
    list: &str,
    wanted: impl Fn(&str) -> anyhow::Result<bool>,
) -> anyhow::Result<Duration> {
    let started = Instant::now();
    loop {
        let body = reader.get(list)?;
        let waited = started.elapsed();
        if wanted(&body)? {
            return Ok(waited);
        }
        if waited > DEADLINE {
            bail!("a write does not show in {list} after {DEADLINE:?}");
        }
    }
}

/// Median, 99th percentile and maximum, in words.
pub(crate) fn summary(delays: &mut [Duration]) -> String {
    delays.sort_unstable();
    let at = |percent: usize| delays.get(delays.len() * percent / 100).or(delays.last());
    let milliseconds = |percent| at(percent).map_or(0.0, |delay: &Duration| delay.as_secs_f64() * 1_000.0);
    format!(
        "median {:.2} ms, 99 % within {:.2} ms, maximum {:.2} ms",
        milliseconds(50),
        milliseconds(99),
        milliseconds(100)
    )
}
