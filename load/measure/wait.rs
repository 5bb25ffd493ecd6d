//! How long one reader waits for a list that it requests again and again over one connection, and
//! how long if the product got a new question just before.

use std::net::SocketAddr;
use std::time::Instant;

use clap::Args;

use super::client::Client;
use super::delay::summary;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The server.
    server: SocketAddr,
    /// What is asked for: a path with its query.
    target: String,
    /// How often.
    #[arg(long, default_value_t = 100)]
    times: u32,
    /// Before each list this product gets a new question, which is not timed.
    #[arg(long, value_name = "PRODUCT")]
    ask: Option<u64>,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut client = Client::connect(options.server)?;
    let mut waits = Vec::new();
    for number in 0..options.times {
        if let Some(product_id) = options.ask {
            // A text of its own in each run: the same one would count as sent again.
            let run = std::process::id();
            let question = format!(
                r#"{{"product_id": {product_id}, "body": "Is this number {number} of {run}?", "name": "Ada", "email": "ada@example.com"}}"#
            );
            client.send("POST", "/qa/questions", &question)?;
        }
        let asked = Instant::now();
        client.get(&options.target)?;
        waits.push(asked.elapsed());
    }
    println!("{}", summary(&mut waits));
    Ok(())
}
