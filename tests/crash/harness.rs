//! What the crash tests share beside the program itself: the files of a shop, and what a store holds as one
//! number.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use atelier::domain::ProductRows;
use atelier::store::StoreAddress;

use crate::program::run;

/// Generates the CSV files of a shop and returns their folder.
pub(crate) fn generate(folder: &Path, products: u32, seed: u32) -> String {
    let out = folder.join(format!("csv-{products}-{seed}")).display().to_string();
    run(&["generate", "--products", &products.to_string(), "--seed", &seed.to_string(), "--out", &out], None);
    out
}

/// All public rows of a store as one number: equal rows, equal number, on whatever store.
pub(crate) fn fingerprint(store: &str) -> u64 {
    let store = store.parse::<StoreAddress>().expect("an address").open_existing().expect("the store opens");
    let mut reader = store.reader().expect("a reader");
    let mut hasher = DefaultHasher::new();
    let mut after = None;
    loop {
        let products = reader.scan_products(after, 500).expect("the products are read");
        let Some(last) = products.last() else { return hasher.finish() };
        after = Some(last.product_id);
        for product in &products {
            rows(product).hash(&mut hasher);
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
