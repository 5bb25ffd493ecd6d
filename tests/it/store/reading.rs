//! Reading: single products, the products of questions, and the scan over all of them, on every
//! kind of store.

use atelier::domain::Target;
use atelier::domain::{Id, ProductRows, QuestionId};
use atelier::store::{Reader, StoreAddress, StoreError};

use super::harness::{TestStore, answer, ask, lines, product_id, question, question_id, reply, vote};
use super::stock::{Load, small_shop};
use crate::support::cluster::Cluster;
use crate::support::on_every_store;

on_every_store!(
    products_come_in_the_order_asked_for,
    a_product_without_rows_is_empty_and_no_error,
    ids_up_to_the_last_one_keep_products_apart,
    hidden_rows_and_their_children_are_not_read,
    votes_and_reports_since_the_load_are_read,
    a_question_knows_its_product_hidden_or_not,
    a_scan_resumes_where_it_stopped_with_any_limit,
    a_scan_returns_each_product_once_in_any_order_of_loading,
    a_scan_reads_what_single_loads_read,
    a_scan_of_an_empty_store_ends_at_once,
    a_reader_sees_what_was_committed_after_it_was_opened,
    a_damaged_row_fails_for_its_product_alone_and_names_it,
);

/// Products around the first id (2^38) that is not its own number in the file, and the largest ids.
const FAR: [u64; 5] = [(1 << 38) - 1, 1 << 38, (1 << 38) + 1, 1 << 45, (1 << 53) - 1];

fn load(reader: &mut dyn Reader, products: &[u64]) -> Vec<ProductRows> {
    let product_ids: Vec<_> = products.iter().map(|product| product_id(*product)).collect();
    reader.load_products(&product_ids).expect("the products are read")
}

fn products_come_in_the_order_asked_for(store: &TestStore) {
    let shop = small_shop().into(store);
    let asked = [1 << 38, 9, 5, (1 << 53) - 1, 7];
    let products = load(store.reader().as_mut(), &asked);
    assert_eq!(products.iter().map(|rows| rows.product_id.get()).collect::<Vec<_>>(), asked);
    for rows in &products {
        assert_eq!(lines(rows), shop.lines(rows.product_id.get()));
    }
    assert_eq!(
        lines(&products[2]),
        [
            "Q1 \"Question 1?\" Asker 2020-09-13T12:26:41.000Z +3",
            "Q2 \"Question 2?\" Asker 2020-09-13T12:26:42.000Z +0",
            "A1 to Q1 \"Answer 1.\" Answerer 2020-09-13T12:26:41.000Z +2",
            "P1 of A1 https://example.com/1.jpg",
            "P2 of A1 https://example.com/2.jpg",
        ]
    );
}

fn a_product_without_rows_is_empty_and_no_error(store: &TestStore) {
    small_shop().into(store);
    let unknown = [1, 6, (1 << 38) + 1, (1 << 53) - 2];
    for rows in load(store.reader().as_mut(), &unknown) {
        assert_eq!(rows, ProductRows::new(rows.product_id));
    }
    assert_eq!(load(store.reader().as_mut(), &[]), []);
}

fn ids_up_to_the_last_one_keep_products_apart(store: &TestStore) {
    let mut shop = Load::default();
    for (number, product) in (1..).zip(FAR) {
        shop = shop.question(number, product).answer(number, number).photo(number, number);
    }
    let shop = shop.into(store);
    for (number, product) in (1..).zip(FAR) {
        store.commit(&[reply(number, "late", &[]), vote(question(number), 1), vote(answer(number), 2)]);
        let mut expected = shop.lines(product);
        expected[0] = expected[0].replace("+0", "+1");
        expected[1] = expected[1].replace("+0", "+2");
        expected.insert(2, format!("A{} to Q{number} \"late\" Bob 2020-09-13T12:26:40.000Z +0", 5 + number));
        assert_eq!(store.lines(product), expected);
    }
    store.commit(&[ask((1 << 53) - 2, "new and far")]);
    assert_eq!(store.lines((1 << 53) - 2), ["Q6 \"new and far\" Ada 2020-09-13T12:26:40.000Z +0"]);
}

fn hidden_rows_and_their_children_are_not_read(store: &TestStore) {
    small_shop().into(store);
    assert_eq!(store.lines(7), [""; 0]);
    let product_5 = store.lines(5).join("\n");
    for hidden in ["Q3", "A2", "A3", "P3"] {
        assert!(!product_5.contains(hidden), "{hidden} in {product_5}");
    }
}

fn votes_and_reports_since_the_load_are_read(store: &TestStore) {
    small_shop().into(store);
    store.commit(&[vote(question(1), 4), vote(answer(1), 5)]);
    store.report(&[question(2)]);
    assert_eq!(
        store.lines(5)[..2],
        [
            "Q1 \"Question 1?\" Asker 2020-09-13T12:26:41.000Z +7",
            "A1 to Q1 \"Answer 1.\" Answerer 2020-09-13T12:26:41.000Z +7",
        ]
    );
}

fn a_question_knows_its_product_hidden_or_not(store: &TestStore) {
    small_shop().into(store);
    let question_ids: Vec<QuestionId> = [6, 77, 3, 1, 5, 4, (1 << 53) - 1, 1].map(question_id).to_vec();
    let found = store.reader().products_of(&question_ids).expect("the questions are looked up");
    let found: Vec<Option<u64>> = found.into_iter().map(|product| product.map(Id::get)).collect();
    assert_eq!(found, [Some((1 << 53) - 1), None, Some(5), Some(5), Some(1 << 38), Some(7), None, Some(5)]);
}

/// A shop of products with one to three questions; every third product has hidden rows only.
fn long_shop() -> Load {
    let mut shop = Load::default();
    let near = (1..=40).map(|number| number * 3);
    for (number, product) in (1..).zip(near.chain(FAR)) {
        for question in number * 10..number * 10 + 1 + number % 3 {
            shop = shop.question(question, product);
            if number % 3 == 0 {
                shop = shop.hidden_question();
            }
            shop = shop.answer(question, question).photo(question, question);
        }
    }
    shop
}

/// Scans to the end in chunks.
fn scan_all(store: &TestStore, limit: usize) -> Vec<ProductRows> {
    store.scan_all(limit, |reader, after| reader.scan_products(after, limit), |rows| rows.product_id)
}

fn a_scan_resumes_where_it_stopped_with_any_limit(store: &TestStore) {
    let shop = long_shop().into(store);
    for limit in [1, 2, 7, 44, 45, 46, 1_000] {
        let products: Vec<u64> = scan_all(store, limit).iter().map(|rows| rows.product_id.get()).collect();
        assert_eq!(products, shop.products(), "chunks of {limit}");
    }
}

fn a_scan_returns_each_product_once_in_any_order_of_loading(store: &TestStore) {
    let shop =
        (1..).zip(FAR).fold(Load::default(), |load, (number, product)| load.question(6 - number, product));
    let shop = shop.into(store);
    for product in [1 << 50, 3, 1 << 39, (1 << 38) - 2, 1 << 42] {
        store.commit(&[ask(product, "Where am I?")]);
    }
    let mut expected = [shop.products(), vec![1 << 50, 3, 1 << 39, (1 << 38) - 2, 1 << 42]].concat();
    expected.sort_unstable();
    for limit in [1, 3, 10, 11] {
        let mut products: Vec<u64> =
            scan_all(store, limit).iter().map(|rows| rows.product_id.get()).collect();
        products.sort_unstable();
        assert_eq!(products, expected, "chunks of {limit}");
    }
}

fn a_scan_reads_what_single_loads_read(store: &TestStore) {
    let shop = long_shop().into(store);
    store.commit(&[
        vote(question(10), 9),
        vote(Target::Answer(Id::new(10).expect("in range")), 8),
        ask(4, "new"),
        reply(50, "new", &["https://example.com/new.jpg"]),
    ]);
    store.report(&[question(21), answer(40)]);
    let scanned = scan_all(store, 10);
    assert_eq!(scanned.len(), shop.products().len() + 1);
    let mut reader = store.reader();
    for rows in &scanned {
        let loaded = reader.load_products(&[rows.product_id]).expect("the product is read");
        assert_eq!(lines(rows), lines(&loaded[0]), "product {}", rows.product_id);
    }
}

fn a_scan_of_an_empty_store_ends_at_once(store: &TestStore) {
    let mut reader = store.reader();
    assert_eq!(reader.scan_products(None, 10).expect("nothing is read"), []);
    assert_eq!(reader.scan_products(Some(product_id(5)), 10).expect("nothing is read"), []);
}

fn a_reader_sees_what_was_committed_after_it_was_opened(store: &TestStore) {
    let mut reader = store.reader();
    assert_eq!(lines(&load(reader.as_mut(), &[5])[0]), [""; 0]);
    store.commit(&[ask(5, "Hello?")]);
    assert_eq!(lines(&load(reader.as_mut(), &[5])[0]), ["Q1 \"Hello?\" Ada 2020-09-13T12:26:40.000Z +0"]);
}

/// Runs a statement by hand.
pub(crate) fn by_hand(store: &TestStore, sqlite: &str, postgres: &str) {
    match store.address() {
        StoreAddress::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).expect("the file opens");
            connection.execute_batch(sqlite).expect("the statement runs");
        }
        StoreAddress::Postgres(address) => {
            let address = address.to_string();
            let name = address.split('?').next().and_then(|start| start.rsplit_once('/')).expect("a name").1;
            Cluster::shared().sql(name, postgres);
        }
    }
}

fn a_damaged_row_fails_for_its_product_alone_and_names_it(store: &TestStore) {
    (1..=9).fold(Load::default(), |load, id| load.question(id, id)).into(store);
    by_hand(
        store,
        "UPDATE questions SET written_at = 1 << 60 WHERE question_id = 4",
        "UPDATE questions SET written_at = 'infinity' WHERE question_id = 4",
    );
    let mut reader = store.reader();
    let all: Vec<_> = (1..=9).map(product_id).collect();
    let damaged = reader.load_products(&all).expect_err("one row is damaged");
    assert_eq!(damaged.damaged_product(), Some(product_id(4)), "{damaged}");
    let StoreError::Damaged { table: "questions", column: "written_at", .. } = damaged else {
        panic!("{damaged:?}")
    };
    let others: Vec<_> = all.iter().copied().filter(|id| *id != product_id(4)).collect();
    assert_eq!(reader.load_products(&others).expect("the others are whole").len(), 8);

    assert_eq!(reader.scan_products(None, 3).expect("these are whole").len(), 3);
    reader.scan_products(None, 9).expect_err("one row is damaged");
    let damaged = reader.scan_products(Some(product_id(3)), 1).expect_err("it is damaged");
    assert_eq!(damaged.damaged_product(), Some(product_id(4)), "{damaged}");
    assert_eq!(reader.scan_products(damaged.damaged_product(), 9).expect("these are whole").len(), 5);
}
