//! What the crash tests share besides the program itself: the files of a shop, clients that write
//! while something else goes on, and what a store holds as one number.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::UnwindSafe;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use atelier::domain::{ProductId, ProductRows};
use atelier::store::StoreAddress;

use crate::support::ledger::{Ledger, Writer};
use crate::support::program::{Server, run, until};
use crate::support::{catalogue_lines, review_lines};

/// Clients of [`write`].
pub(crate) const CLIENTS: u64 = 4;

/// Products that are read at once.
const PRODUCTS_AT_ONCE: usize = 500;

/// Generates the CSV files of a shop and returns their folder.
pub(crate) fn generate(folder: &Path, products: u32, seed: u32) -> String {
    let out = folder.join(format!("csv-{products}-{seed}")).display().to_string();
    run(&["generate", "--products", &products.to_string(), "--seed", &seed.to_string(), "--out", &out], None);
    out
}

/// Lets clients write while `go_on` returns true. It gets the number of writes of a client.
pub(crate) fn write(
    server: &Server,
    known: &Ledger,
    name: &str,
    go_on: impl Fn(u64) -> bool + Sync,
    meanwhile: impl FnOnce(),
) -> Ledger {
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| Writer::new(server.client(), number + 1, format!("{name} {number}"), known))
        .collect();
    std::thread::scope(|scope| {
        let go_on = &go_on;
        let threads: Vec<_> = clients
            .into_iter()
            .map(|mut client| {
                scope.spawn(move || {
                    let mut written = 0;
                    while go_on(written) {
                        assert!(client.write(), "the server answers");
                        written += 1;
                    }
                    client.ledger
                })
            })
            .collect();
        meanwhile();
        threads.into_iter().fold(Ledger::default(), |mut all, thread| {
            all.add(thread.join().expect("no client panics"));
            all
        })
    })
}

/// Writes for as long as `meanwhile` runs. Also returns the number of writes.
pub(crate) fn write_meanwhile(
    server: &Server,
    known: &Ledger,
    something: impl FnOnce() + UnwindSafe,
) -> (Ledger, u64) {
    let (written, ended) = (AtomicU64::new(0), AtomicBool::new(false));
    let go_on = |_| {
        written.fetch_add(1, Ordering::Relaxed);
        !ended.load(Ordering::Relaxed)
    };
    let mut written_meanwhile = 0;
    let ledger = write(server, known, "during", go_on, || {
        until("the first writes", || written.load(Ordering::Relaxed) > CLIENTS);
        let before = written.load(Ordering::Relaxed);
        // Also when it fails, so that the clients end.
        let done = std::panic::catch_unwind(something);
        written_meanwhile = written.load(Ordering::Relaxed) - before;
        ended.store(true, Ordering::Relaxed);
        done.expect("it succeeds");
    });
    (ledger, written_meanwhile)
}

/// All public rows of a store as one number: equal rows give equal numbers, on every store.
pub(crate) fn fingerprint(store: &str) -> u64 {
    let store = store.parse::<StoreAddress>().expect("an address").open_existing().expect("the store opens");
    let mut reader = store.reader().expect("a reader");
    let mut hasher = DefaultHasher::new();
    scan(|after| {
        let products = reader.scan_products(after, PRODUCTS_AT_ONCE).expect("the products are read");
        for product in &products {
            rows(product).hash(&mut hasher);
        }
        products.last().map(|product| product.product_id)
    });
    scan(|after| {
        let products = reader.scan_reviews(after, PRODUCTS_AT_ONCE).expect("the reviews are read");
        for product in &products {
            (product.product_id, review_lines(product)).hash(&mut hasher);
        }
        products.last().map(|product| product.product_id)
    });
    scan(|after| {
        let products = reader.scan_catalogue(after, PRODUCTS_AT_ONCE).expect("the catalogue is read");
        for product in &products {
            (product.product_id, catalogue_lines(product)).hash(&mut hasher);
        }
        products.last().map(|product| product.product_id)
    });
    hasher.finish()
}

/// Calls `next` with the last product of the call before, until there is none.
fn scan(mut next: impl FnMut(Option<ProductId>) -> Option<ProductId>) {
    let mut after = None;
    loop {
        after = next(after);
        if after.is_none() {
            return;
        }
    }
}

/// A product's rows, in order.
fn rows(product: &ProductRows) -> BTreeSet<String> {
    let text = |span| product.texts.get(span);
    let questions = product.questions.iter().map(|row| {
        let (body, name) = (text(row.body), text(row.name));
        format!("Q{} {} {} {name} {body}", row.question_id, row.written_at, row.helpful)
    });
    let answers = product.answers.iter().map(|row| {
        let (body, name) = (text(row.body), text(row.name));
        let (answer_id, question_id) = (row.answer_id, row.question_id);
        format!("A{answer_id} {question_id} {} {} {name} {body}", row.written_at, row.helpful)
    });
    let photos =
        product.photos.iter().map(|row| format!("P{} {} {}", row.photo_id, row.answer_id, text(row.url)));
    let product = std::iter::once(product.product_id.to_string());
    product.chain(questions).chain(answers).chain(photos).collect()
}
