//! The measurements of `scripts/bench` that no load generator has: how long a write to one process
//! takes to show in the lists of another, how long a list takes, whether stores give the same lists
//! byte by byte, how long a server takes to start, and latencies of lists and page views at an
//! arrival rate. It also draws the charts. Never shipped.

#![expect(clippy::print_stdout, reason = "figures are the program's result")]

mod arrivals;
mod chart;
mod client;
mod compare;
mod delay;
mod pages;
mod queue;
mod random;
mod start;
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
    /// Percentiles of latencies of whole page views, in milliseconds, and requests of a view.
    Pages(pages::Options),
    /// How long a moderator waits for a page of the queue when much waits.
    Queue(queue::Options),
    /// How long one reader waits for a list.
    Wait(wait::Options),
    /// How long a server takes from its start to its first response.
    Start(start::Options),
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
        Command::Pages(options) => pages::run(&options),
        Command::Queue(options) => queue::run(&options),
        Command::Wait(options) => wait::run(&options),
        Command::Start(options) => start::run(&options),
        Command::Trickle(options) => trickle::run(&options),
        Command::Chart(options) => chart::run(&options),
    }
}
