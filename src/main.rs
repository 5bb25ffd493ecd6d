//! The `atelier` command: hands the command line over, prints the error. Everything else is in the library.

use std::ffi::OsString;
use std::process::ExitCode;

// Ten million small allocations make up the views; this allocator keeps them tighter and is faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(
    clippy::print_stderr,
    reason = "the error message of a failed command goes to the operator's terminal"
)]
fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    atelier::cli::run(&arguments).unwrap_or_else(|error| {
        eprintln!("atelier: {}", atelier::cli::message(&error));
        atelier::cli::failure(&error)
    })
}
