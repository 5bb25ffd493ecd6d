//! Showing how far work is, always on stderr: a bar on a terminal, a plain line now and then in a
//! log. Deliberately absent: results, which go to stdout.

use std::io::IsTerminal as _;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{DecimalBytes, HumanCount, ProgressBar, ProgressState, ProgressStyle};

/// Time between two plain lines.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// Time between two steps of a spinner.
const SPINNER_INTERVAL: Duration = Duration::from_millis(100);

/// The progress of one piece of work.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    label: &'static str,
    amount: Amount,
    started: Instant,
    last_line: Instant,
}

impl Progress {
    /// Starts to show work on `total` things, called `unit` in the plural.
    pub(super) fn new(label: &'static str, total: u64, unit: &'static str) -> Self {
        Self::start(label, Amount { unit: Some(unit), total, done: 0 })
    }

    /// Starts to show work on `total` bytes; 0 when nobody knows how many they are.
    pub(super) fn of_bytes(label: &'static str, total: u64) -> Self {
        Self::start(label, Amount { unit: None, total, done: 0 })
    }

    fn start(label: &'static str, amount: Amount) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| amount.bar(label));
        let now = Instant::now();
        Self { bar, label, amount, started: now, last_line: now }
    }

    /// Shows that `done` of the total are done.
    pub(super) fn advance_to(&mut self, done: u64) {
        self.amount.done = done;
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        } else if self.last_line.elapsed() >= LINE_INTERVAL {
            self.last_line = Instant::now();
            self.print();
        }
    }

    /// Ends it: a bar makes room for the result, a log gets its last line.
    pub(super) fn finish(self) {
        match &self.bar {
            Some(bar) => bar.finish_and_clear(),
            None => self.print(),
        }
    }

    /// Ends it without a last line in a log.
    pub(super) fn clear(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn print(&self) {
        let elapsed = self.started.elapsed();
        eprintln!("{}: {}, {} s", self.label, self.amount.shown(elapsed), elapsed.as_secs());
    }
}

/// Runs work that does not say how far it is, and shows for how long it has been going on. The work
/// prints through the function that it is given, so that its lines and the spinner do not mix.
pub(super) fn waiting<T>(label: &'static str, work: impl FnOnce(&dyn Fn(&dyn Fn())) -> T) -> T {
    // Hidden unless stderr is a terminal.
    let spinner = ProgressBar::new_spinner().with_message(label);
    let interval = if spinner.is_hidden() { LINE_INTERVAL } else { SPINNER_INTERVAL };
    let (done, ended) = channel::<()>();
    let started = Instant::now();
    thread::scope(|scope| {
        let shown = spinner.clone();
        scope.spawn(move || {
            while ended.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                if shown.is_hidden() {
                    eprintln!("{label}: {} s", started.elapsed().as_secs());
                }
                shown.set_message(format!("{label}: {} s", started.elapsed().as_secs()));
                shown.tick();
            }
        });
        let result = work(&|print| spinner.suspend(print));
        drop(done);
        result
    })
}

/// How much is done.
#[derive(Debug, Clone, Copy)]
struct Amount {
    /// What is counted, in the plural; `None` for bytes.
    unit: Option<&'static str>,
    /// 0 when it is unknown.
    total: u64,
    done: u64,
}

impl Amount {
    /// Such as `5.20 MB of 11.56 MB, 50.38 MB/s` or `1,234 of 5,678 rows, 9,876 rows/s`. The rate
    /// is the mean since the start.
    fn shown(self, elapsed: Duration) -> String {
        let milliseconds = elapsed.as_millis().max(1);
        let rate = u64::try_from(u128::from(self.done) * 1_000 / milliseconds).unwrap_or(u64::MAX);
        let number = |number| match self.unit {
            Some(_) => HumanCount(number).to_string(),
            None => DecimalBytes(number).to_string(),
        };
        let of_total = if self.total == 0 { String::new() } else { format!(" of {}", number(self.total)) };
        let unit = self.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
        format!("{}{of_total}{unit}, {}{unit}/s", number(self.done), number(rate))
    }

    fn bar(self, label: &str) -> ProgressBar {
        let template = match self.total {
            0 => format!("{label} {{spinner}} {{amount}}"),
            _ => format!("{label} {{wide_bar}} {{amount}}, {{eta}} left"),
        };
        let style = ProgressStyle::with_template(&template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key("amount", move |state: &ProgressState, output: &mut dyn std::fmt::Write| {
                // A bar that cannot be drawn is no reason to stop the work.
                let _ = output.write_str(&Self { done: state.pos(), ..self }.shown(state.elapsed()));
            });
        let bar = if self.total == 0 { ProgressBar::no_length() } else { ProgressBar::new(self.total) };
        bar.with_style(style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_in_units_that_people_read() {
        let bytes = Amount { unit: None, total: 11_563_989, done: 5_200_000 };
        assert_eq!(bytes.shown(Duration::from_millis(200)), "5.20 MB of 11.56 MB, 26.00 MB/s");
        assert_eq!(Amount { total: 0, ..bytes }.shown(Duration::from_secs(1)), "5.20 MB, 5.20 MB/s");
        let rows = Amount { unit: Some("rows"), total: 5_678, done: 1_234 };
        assert_eq!(rows.shown(Duration::from_secs(2)), "1,234 of 5,678 rows, 617 rows/s");
        // The very first moment is no reason for a rate of gigabytes.
        assert_eq!(Amount { done: 4_096, ..bytes }.shown(Duration::ZERO), "4.10 kB of 11.56 MB, 4.10 MB/s");
    }
}
