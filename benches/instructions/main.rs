//! Counts the processor instructions of each operation, which hardly depend on other load of the
//! machine. `scripts/bench-instructions` runs this under callgrind and compares the counts with
//! those in `benches/instructions.txt`.

#[path = "../operations/mod.rs"]
mod operations;
mod requests;

use std::fmt::Write as _;

use mimalloc::MiMalloc;
use operations::Operation;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Runs every operation. Writes its name and its number of items to the file of the first argument,
/// in order. Without a file nothing is counted.
#[expect(clippy::print_stdout, reason = "a message for people who run all benchmarks")]
fn main() {
    // Cargo adds options.
    let Some(list) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
        println!("Instructions are counted by scripts/bench-instructions.");
        return;
    };
    let mut lines = String::new();
    let all = [&requests::REQUESTS[..], &operations::VIEWS, &operations::FILES, &operations::BATCHES];
    for &(name, prepare) in all.into_iter().flatten() {
        let mut operation = prepare();
        for _ in 0..operation.round {
            (operation.call)();
        }
        measured(&mut operation);
        writeln!(lines, "{} {name}", operation.items * operation.round).expect("a text takes a line");
    }
    std::fs::write(list, lines).expect("the list can be written");
}

/// Callgrind counts from the begin of this function to its end, and finds it by its name.
#[inline(never)]
fn measured(operation: &mut Operation) {
    for _ in 0..operation.round {
        (operation.call)();
    }
}
