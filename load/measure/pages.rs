//! Latencies of whole page views at a constant arrival rate, as a shop's front end makes them: the
//! product, its styles, related products with their styles and sums, reviews, their sums and
//! questions, over six connections as browsers open them. A view is due at its time even when
//! earlier ones are not complete, and its latency counts from that time.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;

use super::arrivals::{LEAD, MAX_LATENCY, time_of, within};
use super::client::Client;
use super::random::Random;

/// Connections of a browser to one host.
const CONNECTIONS_PER_VIEWER: usize = 6;
/// Of a thousand views.
const PERMILLES: [usize; 3] = [500, 900, 990];

#[derive(Debug, Args)]
pub(crate) struct Options {
    server: SocketAddr,
    /// Page views a second, at even distances.
    #[arg(long)]
    rate: NonZeroU32,
    /// How long.
    #[arg(long, default_value = "6")]
    seconds: NonZeroU32,
    /// Viewers, who take turns.
    #[arg(long, default_value = "32")]
    viewers: NonZeroU32,
    /// Products are drawn from this one …
    #[arg(long)]
    first: u64,
    /// … to this one.
    #[arg(long)]
    last: u64,
}

/// Prints the percentiles in milliseconds, then the mean number of requests of a view.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    if options.first > options.last {
        bail!("--first must be at most --last");
    }
    let mut viewers = Vec::new();
    for number in 0..options.viewers.get() {
        viewers.push(Viewer::new(options.server, number)?);
    }
    let start = Instant::now() + LEAD;
    let (mut latencies, mut requests) = (Vec::new(), 0);
    thread::scope(|scope| {
        let view = |(number, viewer)| scope.spawn(move || look(options, number, viewer, start));
        let threads: Vec<_> = (0..).zip(viewers).map(view).collect();
        for thread in threads {
            let (some, made) = thread.join().map_err(|_| anyhow!("a viewer's thread panicked"))??;
            latencies.extend(some);
            requests += made;
        }
        anyhow::Ok(())
    })?;
    latencies.sort_unstable();
    let shown = PERMILLES.map(|permille| format!("{:.2}", within(&latencies, permille).as_secs_f64() * 1e3));
    println!("{},{}", shown.join(","), requests / latencies.len().max(1));
    Ok(())
}

/// The views of one viewer: the latency of each, and how many requests they took.
fn look(
    options: &Options,
    number: u32,
    mut viewer: Viewer,
    start: Instant,
) -> anyhow::Result<(Vec<Duration>, usize)> {
    let mut latencies = Vec::new();
    let all = u64::from(options.rate.get()) * u64::from(options.seconds.get());
    for view in (u64::from(number)..all).step_by(options.viewers.get() as usize) {
        let product_id = options.first - 1 + viewer.random.up_to(options.last - options.first + 1);
        let due = start + time_of(view, options.rate);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        viewer.view(product_id)?;
        let latency = due.elapsed();
        if latency > MAX_LATENCY {
            bail!("{} does not bear {} page views a second", options.server, options.rate);
        }
        latencies.push(latency);
    }
    Ok((latencies, viewer.requests))
}

struct Viewer {
    clients: Vec<Client>,
    random: Random,
    requests: usize,
}

impl Viewer {
    fn new(server: SocketAddr, number: u32) -> anyhow::Result<Self> {
        let clients =
            (0..CONNECTIONS_PER_VIEWER).map(|_| Client::connect(server)).collect::<Result<_, _>>()?;
        Ok(Self { clients, random: Random::new(u64::from(number)), requests: 0 })
    }

    /// Fetches all that a page shows.
    fn view(&mut self, product_id: u64) -> anyhow::Result<()> {
        let first = [
            format!("/products/{product_id}/related"),
            format!("/products/{product_id}"),
            format!("/products/{product_id}/styles"),
            format!("/reviews?product_id={product_id}&sort=relevant"),
            format!("/reviews/meta?product_id={product_id}"),
            format!("/qa/questions?product_id={product_id}&page=1&count=4"),
        ];
        let bodies = self.fetch(&first)?;
        let related: Vec<u64> = serde_json::from_str(&bodies[0]).context("related products are no ids")?;
        let cards: Vec<_> = related
            .iter()
            .flat_map(|id| {
                [
                    format!("/products/{id}"),
                    format!("/products/{id}/styles"),
                    format!("/reviews/meta?product_id={id}"),
                ]
            })
            .collect();
        self.fetch(&cards).map(drop)
    }

    /// The bodies of some responses; as many requests are under way as there are connections.
    fn fetch(&mut self, targets: &[String]) -> anyhow::Result<Vec<String>> {
        let mut bodies = Vec::with_capacity(targets.len());
        for some in targets.chunks(CONNECTIONS_PER_VIEWER) {
            for (target, client) in some.iter().zip(&mut self.clients) {
                client.ask(target)?;
            }
            for (target, client) in some.iter().zip(&mut self.clients) {
                bodies.push(client.response().with_context(|| format!("GET {target}"))?);
            }
        }
        self.requests += targets.len();
        Ok(bodies)
    }
}
