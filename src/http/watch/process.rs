//! What the operating system knows of this process: memory, processor time, open files.
//! Deliberately absent: guesses where it knows nothing.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rustix::param::{clock_ticks_per_second, page_size};

/// What the process knows of itself, besides the counters.
#[derive(Debug, Clone)]
pub struct ProcessFacts {
    /// The kind of store.
    pub store: &'static str,
    /// When the process started, in seconds since 1970.
    pub started_at_s: f64,
    /// Lines that the log lost so far.
    pub dropped_log_lines: Arc<AtomicU64>,
}

/// Numbers of this process at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct ProcessNumbers {
    pub(crate) resident_bytes: Option<u64>,
    pub(crate) cpu_seconds: Option<f64>,
    pub(crate) open_descriptors: Option<u64>,
    pub(crate) max_descriptors: Option<u64>,
}

impl ProcessNumbers {
    /// Reads the numbers.
    pub(crate) fn read() -> Self {
        Self {
            resident_bytes: resident_bytes(),
            cpu_seconds: cpu_seconds(),
            open_descriptors: fs::read_dir("/proc/self/fd").ok().map(|entries| entries.count() as u64),
            max_descriptors: rustix::process::getrlimit(rustix::process::Resource::Nofile).current,
        }
    }
}

fn resident_bytes() -> Option<u64> {
    let pages: u64 = fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    Some(pages * page_size() as u64)
}

/// Time in the program and for it, in the kernel.
fn cpu_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name, which may hold anything.
    let (_, after_name) = text.rsplit_once(") ")?;
    let mut ticks = after_name.split(' ').skip(11).map(str::parse::<u64>);
    let used = ticks.next()?.ok()? + ticks.next()?.ok()?;
    #[expect(clippy::cast_precision_loss, reason = "2^53 ticks take centuries")]
    Some(used as f64 / clock_ticks_per_second() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells() {
        let numbers = ProcessNumbers::read();
        assert!(numbers.resident_bytes.is_some_and(|bytes| bytes > 1 << 20), "{numbers:?}");
        assert!(numbers.cpu_seconds.is_some_and(|seconds| seconds < 3_600.0), "{numbers:?}");
        assert!(numbers.open_descriptors.is_some_and(|count| count > 2), "{numbers:?}");
    }
}
