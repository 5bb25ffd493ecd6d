//! What `scripts/bench` measures with a client of its own, because no load generator does: how long
//! a write to one process takes to show in another's lists, how long a list takes, whether stores
//! answer alike, byte by byte, and latencies at an arrival rate; and its charts. Never shipped.

#![expect(clippy::print_stdout, reason = "figures are the program's result")]

mod arrivals;
mod chart;
mod client;
mod compare;
mod delay;
mod random;
mod trickle;
mod wait;

use clap::Parser;

#[derive(Debug, Parser)]
enum Command {
    /// How long a write to one process takes to show in another's lists.
    Delay(delay::Options),
    /// Whether servers answer alike for random products.
    Compare(compare::Options),
    /// Percentiles of latencies at a constant arrival rate, in milliseconds.
    Arrivals(arrivals::Options),
    /// How long one reader waits for a list.
    Wait(wait::Options),
    /// Many clients that send their requests a byte at a time.
    Trickle(trickle::Options),
    /// A chart of figures, as SVG on standard output.
    Chart(chart::Options),
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Delay(options) => delay::run(&options),
        Command::Compare(options) => compare::run(&options),
        Command::Arrivals(options) => arrivals::run(&options),
        Command::Wait(options) => wait::run(&options),
        Command::Trickle(options) => trickle::run(&options),
        Command::Chart(options) => chart::run(&options),
    }
}
