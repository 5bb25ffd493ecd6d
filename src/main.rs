//! The `atelier` program: passes the command line to the library, which does all the rest.

use std::ffi::OsString;
use std::process::ExitCode;

// A store in memory has ten million small allocations. This allocator packs them tighter and is
// faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    atelier::cli::run(&arguments)
}
