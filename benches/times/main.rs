//! How long operations take and what they allocate on the calling thread, measured by divan:
//! `cargo bench --bench times`. These figures change with other load of the machine. Those of
//! `instructions` hardly do.

#[path = "../operations/mod.rs"]
mod operations;
mod words;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use mimalloc::MiMalloc;
use operations::Named;

// The program's allocator, counted.
#[global_allocator]
static ALLOCATOR: AllocProfiler<MiMalloc> = AllocProfiler::new(MiMalloc);

fn main() {
    divan::main();
}

// As many calls to a sample as there are products, so that all samples have the same work.
#[divan::bench(args = names(operations::VIEWS), sample_size = 1_024)]
fn view(bencher: Bencher<'_, '_>, name: &str) {
    measure(bencher, name, &operations::VIEWS);
}

#[divan::bench(args = names(operations::BATCHES), sample_size = 32)]
fn batch(bencher: Bencher<'_, '_>, name: &str) {
    measure(bencher, name, &operations::BATCHES);
}

#[divan::bench(args = names(operations::FILES), sample_size = 1)]
fn import(bencher: Bencher<'_, '_>, name: &str) {
    measure(bencher, name, &operations::FILES);
}

#[divan::bench(args = names(words::WORDS), sample_size = 64)]
fn lists_of_words(bencher: Bencher<'_, '_>, name: &str) {
    measure(bencher, name, &words::WORDS);
}

fn names<const N: usize>(operations: [Named; N]) -> [&'static str; N] {
    operations.map(|(name, _)| name)
}

fn measure(bencher: Bencher<'_, '_>, name: &str, operations: &[Named]) {
    let (_, prepare) = operations.iter().find(|(known, _)| *known == name).expect("one of them");
    let mut operation = prepare();
    for _ in 0..operation.round {
        (operation.call)();
    }
    bencher.counter(ItemsCount::new(operation.items)).bench_local(operation.call);
}
