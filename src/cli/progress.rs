//! How long work is shown to whoever waits for it: a bar on a terminal, a plain line now and then in a
//! log. Always on stderr, so that stdout stays free for results.

use std::fmt::Write;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressState, ProgressStyle};

/// Time between two plain lines.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// The progress of one piece of work.
pub(super) struct Progress {
    shown: Shown,
}

enum Shown {
    Bar(ProgressBar),
    Lines(Lines),
}

struct Lines {
    label: &'static str,
    unit: &'static str,
    total: u64,
    done: u64,
    started: Instant,
    last_line: Instant,
}

impl Progress {
    /// Starts to show work on `total` things, called `unit` in the plural.
    pub(super) fn new(label: &'static str, total: u64, unit: &'static str) -> Self {
        let shown = if std::io::stderr().is_terminal() {
            Shown::Bar(bar(label, total, unit))
        } else {
            let now = Instant::now();
            Shown::Lines(Lines { label, unit, total, done: 0, started: now, last_line: now })
        };
        Self { shown }
    }

    /// Tells that `done` of the total are done.
    pub(super) fn advance_to(&mut self, done: u64) {
        match &mut self.shown {
            Shown::Bar(bar) => bar.set_position(done),
            Shown::Lines(lines) => {
                lines.done = done;
                if lines.last_line.elapsed() >= LINE_INTERVAL {
                    lines.last_line = Instant::now();
                    lines.print();
                }
            }
        }
    }

    /// Ends it: a bar makes room for the result, a log gets its last line.
    pub(super) fn finish(self) {
        match self.shown {
            Shown::Bar(bar) => bar.finish_and_clear(),
            Shown::Lines(lines) => lines.print(),
        }
    }
}

impl Lines {
    fn print(&self) {
        let milliseconds = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let per_second = self.done.saturating_mul(1_000) / milliseconds;
        eprintln!(
            "{}: {} of {} {}, {} per second, {} s",
            self.label,
            HumanCount(self.done),
            HumanCount(self.total),
            self.unit,
            HumanCount(per_second),
            milliseconds / 1_000,
        );
    }
}

fn bar(label: &'static str, total: u64, unit: &'static str) -> ProgressBar {
    let template = format!("{label} {{wide_bar}} {{human_pos}}/{{human_len}} {unit}, {{rate}}, {{eta}} left");
    let style = ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("rate", |state: &ProgressState, output: &mut dyn Write| {
            // A bar that cannot be drawn is no reason to stop the work.
            let _ = write!(output, "{:.0}/s", state.per_sec());
        });
    ProgressBar::new(total).with_style(style)
}
