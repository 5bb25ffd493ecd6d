//! Reading reviews: single products, and the scan over all that have reviews or characteristics.

use atelier::domain::{Id, ReviewRows, ReviewsPart, Target};
use atelier::store::{Reader, StoreError};

use super::stock::{Reviews, review, review_id, small_shop, write};
use crate::store::harness::{TestStore, product_id, vote};
use crate::store::reading::by_hand;
use crate::support::{on_every_store, review_lines as lines};

on_every_store!(
    products_come_in_the_order_asked_for,
    a_part_has_its_own_rows_alone,
    a_product_without_rows_is_empty_and_no_error,
    ids_up_to_the_last_one_keep_products_apart,
    hidden_reviews_and_their_photos_are_not_read,
    only_published_reviews_are_read,
    votes_that_were_taken_back_are_not_shown,
    votes_and_reports_since_the_load_are_read,
    a_scan_resumes_where_it_stopped_with_any_limit,
    a_scan_reads_what_single_loads_read,
    a_scan_of_an_empty_store_ends_at_once,
    a_reader_sees_what_was_committed_after_it_was_opened,
    a_damaged_row_fails_for_its_product_alone_and_names_it,
);

/// Products around the first id (2^38) that is not its own number in the file, and the largest ids.
const FAR: [u64; 5] = [(1 << 38) - 1, 1 << 38, (1 << 38) + 1, 1 << 45, (1 << 53) - 1];

fn load(reader: &mut dyn Reader, products: &[u64]) -> Vec<ReviewRows> {
    let product_ids: Vec<_> = products.iter().map(|product| product_id(*product)).collect();
    reader.load_reviews(&product_ids).expect("the products are read")
}

fn products_come_in_the_order_asked_for(store: &TestStore) {
    let shop = small_shop().into(store);
    let asked = [1 << 38, 9, 5, 2, (1 << 53) - 1, 7];
    let products = load(store.reader().as_mut(), &asked);
    assert_eq!(products.iter().map(|rows| rows.product_id.get()).collect::<Vec<_>>(), asked);
    for rows in &products {
        assert_eq!(lines(rows), shop.lines(rows.product_id.get()));
    }
    assert_eq!(
        lines(&products[2]),
        [
            "R1 2* no \"Summary 1\" \"Review 1.\" Reviewer 2020-09-13T12:26:41.000Z +3",
            "R2 3* yes \"Summary 2\" \"Review 2.\" Reviewer 2020-09-13T12:26:42.000Z +0",
            "P1 of R1 https://example.com/r1.jpg",
            "P2 of R1 https://example.com/r2.jpg",
            "C1 Fit 7/2",
            "C2 Length 0/0",
        ]
    );
    assert_eq!(lines(&products[1]), ["C4 Comfort 0/0"]);
    assert_eq!(
        lines(&products[4])[0],
        "R6 2* yes \"Summary 6\" \"Review 6.\" Reviewer 2020-09-13T12:26:46.000Z +0 response \"Thanks for 6.\""
    );
    assert_eq!(lines(&products[5]), ["C3 Size 0/0"], "what a hidden review gave does not count");
}

fn a_part_has_its_own_rows_alone(store: &TestStore) {
    let shop = small_shop().into(store);
    store.commit(&[vote(Target::Review(review_id(2)), 3)]);
    let asked = [1 << 38, 9, 5, 2];
    let product_ids: Vec<_> = asked.into_iter().map(product_id).collect();
    let load = |part| store.reader().load_reviews_part(&product_ids, part).expect("the part is read");
    let of_kind = |lines: Vec<String>, kinds: &str| -> Vec<String> {
        lines.into_iter().filter(|line| kinds.contains(&line[..1])).collect()
    };
    let stars = |rows: &ReviewRows| -> Vec<_> {
        rows.reviews.iter().map(|row| (row.review_id, row.rating, row.recommend)).collect()
    };
    let whole = store.reader().load_reviews(&product_ids).expect("the products are read");
    for (rows, whole) in load(ReviewsPart::List).iter().zip(&whole) {
        assert_eq!(lines(rows), of_kind(lines(whole), "RP"));
    }
    for ((rows, whole), asked) in load(ReviewsPart::Sums).iter().zip(&whole).zip(asked) {
        assert_eq!(stars(rows), stars(whole));
        assert_eq!(of_kind(lines(rows), "C"), of_kind(shop.lines(asked), "C"));
        let names = rows.characteristics.iter().map(|row| rows.texts.get(row.name).len());
        assert_eq!((rows.photos.len(), rows.texts.bytes()), (0, names.sum()), "no texts of reviews");
    }
}

fn a_product_without_rows_is_empty_and_no_error(store: &TestStore) {
    small_shop().into(store);
    let unknown = [1, 6, (1 << 38) + 1, (1 << 53) - 2];
    for rows in load(store.reader().as_mut(), &unknown) {
        assert_eq!(rows, ReviewRows::new(rows.product_id));
    }
    assert_eq!(load(store.reader().as_mut(), &[]), []);
}

fn ids_up_to_the_last_one_keep_products_apart(store: &TestStore) {
    let mut shop = Reviews::default();
    for (number, product) in (1..).zip(FAR) {
        shop = shop.characteristic(number, product, "Fit");
        shop = shop.review(number, product).photo(number, number).rating(number, number, number, 2);
    }
    let shop = shop.into(store);
    for (number, product) in (1..).zip(FAR) {
        store.commit(&[write(product, "late", &[], &[(number, 5)]), vote(review(number), 2)]);
        let mut expected = shop.lines(product);
        expected[0] = expected[0].replace("+0", "+2");
        expected.insert(1, format!("R{} 3* yes \"\" \"late\" Cas 2020-09-13T12:26:40.000Z +0", 5 + number));
        expected[3] = format!("C{number} Fit 7/2");
        assert_eq!(store.review_lines(product), expected);
    }
    store.commit(&[write((1 << 53) - 2, "new and far", &[], &[])]);
    assert_eq!(
        store.review_lines((1 << 53) - 2),
        ["R11 3* yes \"\" \"new and far\" Cas 2020-09-13T12:26:40.000Z +0"]
    );
}

fn hidden_reviews_and_their_photos_are_not_read(store: &TestStore) {
    small_shop().into(store);
    let product_5 = store.review_lines(5).join("\n");
    for hidden in ["R3", "P3"] {
        assert!(!product_5.contains(hidden), "{hidden} in {product_5}");
    }
}

fn only_published_reviews_are_read(store: &TestStore) {
    small_shop().into(store);
    for (state, is_shown) in [(1, false), (2, false), (3, false), (0, true)] {
        let sql = format!("UPDATE reviews SET state = {state} WHERE review_id = 1");
        by_hand(store, &sql, &sql);
        assert_eq!(store.review_lines(5).join("\n").contains("R1 "), is_shown, "state {state}");
    }
}

fn votes_that_were_taken_back_are_not_shown(store: &TestStore) {
    small_shop().into(store);
    store.commit(&[vote(review(1), 4)]);
    by_hand(
        store,
        "UPDATE review_marks SET withdrawn = 5 WHERE place = (SELECT place FROM reviews WHERE review_id = 1)",
        "UPDATE reviews SET withdrawn = 5 WHERE review_id = 1",
    );
    assert!(store.review_lines(5)[0].ends_with(" +2"), "{:?}", store.review_lines(5));
}

fn votes_and_reports_since_the_load_are_read(store: &TestStore) {
    small_shop().into(store);
    store.commit(&[vote(review(2), 4)]);
    store.report(&[review(1)]);
    assert_eq!(
        store.review_lines(5),
        [
            "R2 3* yes \"Summary 2\" \"Review 2.\" Reviewer 2020-09-13T12:26:42.000Z +4",
            "C1 Fit 2/1",
            "C2 Length 0/0",
        ]
    );
}

/// A shop of products with one to three reviews. Every third product has hidden ones only, every
/// second one a characteristic, and there are products that have nothing else.
fn long_shop() -> Reviews {
    let mut shop = Reviews::default();
    let near = (1..=40).map(|number| number * 3);
    for (number, product) in (1..).zip(near.chain(FAR)) {
        if number % 2 == 0 {
            shop = shop.characteristic(number, product, "Fit");
        }
        for id in number * 10..number * 10 + 1 + number % 3 {
            shop = shop.review(id, product);
            if number % 3 == 0 {
                shop = shop.hidden();
            }
            shop = shop.photo(id, id);
            if number % 2 == 0 {
                shop = shop.rating(id, number, id, id % 5 + 1);
            }
        }
    }
    for (number, product) in (100..).zip([1, 61, 400, (1 << 38) + 5]) {
        shop = shop.characteristic(number, product, "Length");
    }
    shop
}

/// Scans to the end in chunks.
fn scan_all(store: &TestStore, limit: usize) -> Vec<ReviewRows> {
    store.scan_all(limit, |reader, after| reader.scan_reviews(after, limit), |rows| rows.product_id)
}

fn a_scan_resumes_where_it_stopped_with_any_limit(store: &TestStore) {
    let shop = long_shop().into(store);
    let near = shop.products().into_iter().filter(|product| *product < 1 << 38).count();
    for limit in [1, 2, 7, 48, 49, 50, 1_000] {
        let products = scan_all(store, limit);
        let ids: Vec<u64> = products.iter().map(|rows| rows.product_id.get()).collect();
        assert!(ids[..near].is_sorted() && ids[..near].iter().all(|id| *id < 1 << 38), "limit {limit}");
        let mut sorted = ids;
        sorted.sort_unstable();
        assert_eq!(sorted, shop.products(), "limit {limit}");
    }
}

fn a_scan_reads_what_single_loads_read(store: &TestStore) {
    long_shop().into(store);
    store.commit(&[vote(review(20), 2), write(2, "the first", &["https://example.com/1.jpg"], &[])]);
    store.report(&[review(20)]);
    let mut reader = store.reader();
    for limit in [1, 10, 1_000] {
        for rows in &scan_all(store, limit) {
            let loaded = reader.load_reviews(&[rows.product_id]).expect("the product is read");
            assert_eq!(lines(rows), lines(&loaded[0]), "product {}", rows.product_id);
        }
    }
    assert!(scan_all(store, 9).iter().any(|rows| rows.product_id == product_id(2)));
}

fn a_scan_of_an_empty_store_ends_at_once(store: &TestStore) {
    let mut reader = store.reader();
    assert_eq!(reader.scan_reviews(None, 10).expect("nothing is read"), []);
    assert_eq!(reader.scan_reviews(Some(product_id(5)), 10).expect("nothing is read"), []);
}

fn a_reader_sees_what_was_committed_after_it_was_opened(store: &TestStore) {
    let mut reader = store.reader();
    assert_eq!(lines(&load(reader.as_mut(), &[5])[0]), [""; 0]);
    store.commit(&[write(5, "Hello.", &[], &[])]);
    assert_eq!(
        lines(&load(reader.as_mut(), &[5])[0]),
        ["R1 3* yes \"\" \"Hello.\" Cas 2020-09-13T12:26:40.000Z +0"]
    );
}

fn a_damaged_row_fails_for_its_product_alone_and_names_it(store: &TestStore) {
    let shop = (1..=9).fold(Reviews::default(), |shop, id| shop.review(id, id));
    (1..=9).fold(shop, |shop, id| shop.characteristic(id, id, "Fit")).into(store);
    for (damage, repair, table, column) in [
        ("reviews SET rating = 6", "reviews SET rating = 5", "reviews", "rating"),
        (
            "characteristic_sums SET stars = -1",
            "characteristic_sums SET stars = 0",
            "characteristic_sums",
            "stars",
        ),
    ] {
        let of_product_4 = if table == "reviews" { "review_id = 4" } else { "characteristic_id = 4" };
        let damage = format!("UPDATE {damage} WHERE {of_product_4}");
        by_hand(store, &damage, &damage);
        let mut reader = store.reader();
        let all: Vec<_> = (1..=9).map(product_id).collect();
        let damaged = reader.load_reviews(&all).expect_err("one row is damaged");
        assert_eq!(damaged.damaged_product(), Some(product_id(4)), "{damaged}");
        let StoreError::Damaged { table: named, column: column_named, .. } = damaged else {
            panic!("{damaged:?}")
        };
        assert_eq!((named, column_named), (table, column));
        let others: Vec<_> = all.iter().copied().filter(|id| *id != product_id(4)).collect();
        assert_eq!(reader.load_reviews(&others).expect("the others are whole").len(), 8);

        assert_eq!(reader.scan_reviews(None, 3).expect("these are whole").len(), 3);
        reader.scan_reviews(None, 9).expect_err("one row is damaged");
        let damaged = reader.scan_reviews(Some(product_id(3)), 1).expect_err("it is damaged");
        assert_eq!(damaged.damaged_product(), Some(product_id(4)), "{damaged}");
        assert_eq!(reader.scan_reviews(damaged.damaged_product(), 9).expect("these are whole").len(), 5);
        let repair = format!("UPDATE {repair} WHERE {of_product_4}");
        by_hand(store, &repair, &repair);
    }
}
