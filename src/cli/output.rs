//! What commands print. Printing never panics and never stops a command: a failure of standard
//! output is kept, and [`check`] tells it. What the words are is up to each command.
//!
//! A reader that has closed its end of a pipe, such as `head`, has what it wants. That is no
//! failure.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write as _};
use std::sync::OnceLock;

/// The first failure of standard output. Nothing is printed after it.
static FAILURE: OnceLock<io::Error> = OnceLock::new();

/// Prints to standard output, at once.
pub(super) fn print(text: Arguments<'_>) {
    if FAILURE.get().is_none() {
        let mut output = io::stdout().lock();
        keep(output.write_fmt(text).and_then(|()| output.flush()));
    }
}

/// Prints to standard error. There is no place left to tell a failure.
pub(super) fn print_error(text: Arguments<'_>) {
    let _ = io::stderr().write_fmt(text);
}

/// Keeps a failure of something else that printed to standard output.
pub(super) fn keep(printed: io::Result<()>) {
    if let Err(error) = printed {
        // Only the first one counts.
        let _ = FAILURE.set(error);
    }
}

/// Fails when something that was printed did not arrive, unless the reader closed the pipe.
pub(super) fn check() -> anyhow::Result<()> {
    match FAILURE.get() {
        Some(error) if error.kind() != ErrorKind::BrokenPipe => {
            anyhow::bail!("cannot write to standard output: {error}")
        }
        _ => Ok(()),
    }
}
