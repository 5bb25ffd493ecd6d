//! Latencies of question lists at a constant arrival rate. A request is due at its time even when
//! earlier ones are not answered yet, and its latency counts from that time. So the wait behind a
//! slow response counts too (no coordinated omission). It costs a tenth of the processor time of
//! k6. The caller raises the rates.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use clap::Args;

use super::client::Client;
use super::random::Random;

/// A request with a longer latency ends the run: the server cannot keep up with the rate.
pub(crate) const MAX_LATENCY: Duration = Duration::from_secs(10);
/// Threads are waiting for their first request by then.
pub(crate) const LEAD: Duration = Duration::from_millis(200);
/// Of a thousand requests.
const PERMILLES: [usize; 4] = [500, 900, 990, 999];

#[derive(Debug, Args)]
pub(crate) struct Options {
    server: SocketAddr,
    /// Requests a second, at even distances.
    #[arg(long)]
    rate: NonZeroU32,
    /// How long.
    #[arg(long, default_value = "6")]
    seconds: NonZeroU32,
    /// Connections, which take turns.
    #[arg(long, default_value = "64")]
    connections: NonZeroU32,
    /// Products are drawn from this one …
    #[arg(long)]
    first: u64,
    /// … to this one.
    #[arg(long)]
    last: u64,
}

/// Prints the percentiles in milliseconds, separated by commas.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    if options.first > options.last {
        bail!("--first must be at most --last");
    }
    // Otherwise the system wakes a thread up to 50 µs late, which would count as latency of the
    // server. Where this cannot be set, it does.
    let _ = std::fs::write("/proc/self/timerslack_ns", "1");
    let mut clients = Vec::new();
    for _ in 0..options.connections.get() {
        clients.push(Client::connect(options.server)?);
    }
    let start = Instant::now() + LEAD;
    let mut latencies = Vec::new();
    thread::scope(|scope| {
        let connection = |(number, client)| scope.spawn(move || ask(options, number, client, start));
        let threads: Vec<_> = (0..).zip(clients).map(connection).collect();
        for thread in threads {
            latencies.extend(thread.join().map_err(|_| anyhow!("a connection's thread panicked"))??);
        }
        anyhow::Ok(())
    })?;
    latencies.sort_unstable();
    let shown = PERMILLES.map(|permille| format!("{:.3}", within(&latencies, permille).as_secs_f64() * 1e3));
    println!("{}", shown.join(","));
    Ok(())
}

/// The requests of one connection, and the latency of each.
fn ask(options: &Options, number: u32, mut client: Client, start: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut random = Random::new(u64::from(number));
    let mut latencies = Vec::new();
    let all = u64::from(options.rate.get()) * u64::from(options.seconds.get());
    for request in (u64::from(number)..all).step_by(options.connections.get() as usize) {
        let product_id = options.first - 1 + random.up_to(options.last - options.first + 1);
        let due = start + time_of(request, options.rate);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        client.get(&format!("/qa/questions?product_id={product_id}&page=1&count=5"))?;
        let latency = due.elapsed();
        if latency > MAX_LATENCY {
            bail!("{} does not bear {} requests a second", options.server, options.rate);
        }
        latencies.push(latency);
    }
    Ok(latencies)
}

/// When a request is due, from the start.
pub(crate) fn time_of(request: u64, rate: NonZeroU32) -> Duration {
    let rate = u64::from(rate.get());
    Duration::from_secs(request / rate) + Duration::from_nanos(request % rate * 1_000_000_000 / rate)
}

/// The latency that so many of a thousand do not exceed. The latencies must be sorted.
pub(crate) fn within(sorted: &[Duration], permille: usize) -> Duration {
    let rank = (sorted.len() * permille).div_ceil(1_000);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_due_at_even_distances() {
        let rate = NonZeroU32::new(4).expect("not zero");
        let times = [0, 1, 4, 7].map(|request| time_of(request, rate).as_millis());
        assert_eq!(times, [0, 250, 1_000, 1_750]);
    }

    #[test]
    fn a_percentile_is_one_of_the_latencies() {
        let latencies: Vec<_> = (1..=1_000).map(Duration::from_millis).collect();
        let found = PERMILLES.map(|permille| within(&latencies, permille).as_millis());
        assert_eq!(found, [500, 900, 990, 999]);
        assert_eq!(within(&latencies[..1], 999).as_millis(), 1);
    }
}
