//! Whether servers send the same lists: compares the whole question list of random products, and
//! the answer list of each of their questions, byte by byte.

use std::collections::HashSet;
use std::net::SocketAddr;

use anyhow::bail;
use clap::Args;
use serde_json::Value;

use super::client::Client;
use super::random::Random;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Servers; all are compared with the first.
    #[arg(required = true, num_args = 2..)]
    servers: Vec<SocketAddr>,
    /// How many different products.
    #[arg(long, default_value_t = 10_000)]
    samples: u64,
    /// Products are drawn from 1 to this one.
    #[arg(long)]
    products: u64,
    /// The same seed draws the same products.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut clients = Vec::new();
    for &address in &options.servers {
        clients.push(Client::connect(address)?);
    }
    let mut random = Random::new(options.seed);
    let samples = options.samples.min(options.products);
    let mut seen = HashSet::new();
    let (mut lists, mut bytes) = (0_u64, 0);
    while (seen.len() as u64) < samples {
        let product_id = random.up_to(options.products);
        if !seen.insert(product_id) {
            continue;
        }
        let questions = same(&mut clients, &format!("/qa/questions?product_id={product_id}&count=1000"))?;
        lists += 1;
        bytes += questions.len();
        let questions: Value = serde_json::from_str(&questions)?;
        for question in questions["results"].as_array().into_iter().flatten() {
            let answers = format!("/qa/questions/{}/answers?count=1000", question["question_id"]);
            lists += 1;
            bytes += same(&mut clients, &answers)?.len();
        }
    }
    println!("{samples} products, {lists} lists, {bytes} bytes: the same from all {} servers", clients.len());
    Ok(())
}

/// The body that all servers send.
fn same(clients: &mut [Client], target: &str) -> anyhow::Result<String> {
    let mut answers = Vec::with_capacity(clients.len());
    for client in clients {
        answers.push(client.get(target)?);
    }
    if let Some(other) = answers.iter().position(|answer| *answer != answers[0]) {
        bail!("server {} answers {target} differently:\n{}\n{}", other + 1, answers[0], answers[other]);
    }
    Ok(answers.swap_remove(0))
}
