//! The `atelier` command: reads the command line, runs one command, prints the error. Everything else is in
//! the library.

use std::process::ExitCode;

use atelier::cli::Cli;
use clap::Parser;

// Ten million small allocations make up the views; this allocator keeps them tighter and is faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::print_stderr, reason = "the last word of a failed command goes to the operator's terminal")]
fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("atelier: {error:#}");
            ExitCode::FAILURE
        }
    }
}
