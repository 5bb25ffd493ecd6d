//! Reading the catalogue: single products, the scan over all of them, and their ids.

use atelier::domain::{CatalogueRows, Id as _, ProductId, ProductPart, Timestamp};
use atelier::store::{LoadMode, StoreError};

use super::stock::{Catalogue, small_catalogue};
use crate::store::harness::{TestStore, ask, product_id, time};
use crate::store::reading::by_hand;
use crate::support::{catalogue_lines as lines, on_every_store};

on_every_store!(
    products_come_in_the_order_asked_for,
    a_part_has_its_own_rows_alone,
    a_product_that_is_not_there_is_no_error,
    a_product_knows_when_the_catalogue_was_imported,
    a_replaced_catalogue_has_nothing_of_the_former_one,
    a_scan_resumes_where_it_stopped_with_any_limit,
    a_scan_reads_what_single_loads_read,
    ids_of_products_ascend_and_resume_where_they_stopped,
    an_empty_catalogue_has_no_products,
    products_with_questions_alone_are_not_in_the_catalogue,
    a_damaged_row_fails_for_its_product_alone_and_names_it,
);

fn products_come_in_the_order_asked_for(store: &TestStore) {
    let catalogue = small_catalogue().into(store);
    let asked = [1 << 38, 9, 5, (1 << 53) - 1, 6];
    let product_ids: Vec<_> = asked.into_iter().map(product_id).collect();
    let products = store.reader().load_catalogue(&product_ids).expect("the products are read");
    assert_eq!(products.iter().map(|rows| rows.product_id.get()).collect::<Vec<_>>(), asked);
    for rows in &products {
        assert_eq!(lines(rows), catalogue.lines(rows.product_id.get()));
    }
    assert_eq!(
        lines(&products[2]),
        [
            "F1 Fabric None",
            "F2 Fabric Some(\"Canvas\")",
            "I7 of S1 https://example.com/7.jpg https://example.com/7-small.jpg",
            "I8 of S1 https://example.com/8.jpg https://example.com/8-small.jpg",
            "I9 of S2 https://example.com/9.jpg https://example.com/9-small.jpg",
            "K7 of S1 XS 4294967295",
            "K8 of S1 XS 0",
            "K9 of S3 7.5 1",
            "P \"Product 5\" \"A slogan\" \"A description\" Shoes 140.00",
            "S1 \"Style 1\" 100.05",
            "S2 \"Style 2\" 100.05 sale 9.90",
            "S3 \"Style 3\" 100.05 default",
            "-> 9007199254740991",
            "-> 6",
            "-> 274877906944",
        ]
    );
    assert_eq!(lines(&products[0])[0], "F3 Fabric Some(\"\")", "an empty value is a value");
}

fn a_part_has_its_own_rows_alone(store: &TestStore) {
    let catalogue = small_catalogue().into(store);
    let asked = [1 << 38, 9, 5, 6];
    let product_ids: Vec<_> = asked.into_iter().map(product_id).collect();
    for (part, beginnings) in [
        (ProductPart::Product, ["P", "F"].as_slice()),
        (ProductPart::Styles, &["P", "S", "I", "K"]),
        (ProductPart::Related, &["P", "->"]),
    ] {
        let products = store.reader().load_catalogue_part(&product_ids, part).expect("the part is read");
        for (rows, asked) in products.iter().zip(asked) {
            assert_eq!(rows.product_id.get(), asked);
            let mut expected = catalogue.lines(asked);
            expected.retain(|line| beginnings.iter().any(|beginning| line.starts_with(beginning)));
            assert_eq!(lines(rows), expected, "{part:?} of product {asked}");
        }
    }
}

fn a_product_that_is_not_there_is_no_error(store: &TestStore) {
    small_catalogue().into(store);
    for unknown in [1, 7, (1 << 38) + 1, (1 << 53) - 2] {
        let rows = store.catalogue_rows(unknown);
        let imported_at = rows.imported_at;
        assert_eq!(rows, CatalogueRows { imported_at, ..CatalogueRows::new(product_id(unknown)) });
    }
    assert_eq!(store.reader().load_catalogue(&[]).expect("nothing is read"), []);
}

fn a_product_knows_when_the_catalogue_was_imported(store: &TestStore) {
    assert_eq!(store.catalogue_rows(5).imported_at, Timestamp::nearest(0));
    let catalogue = small_catalogue().into(store);
    assert_eq!(store.catalogue_rows(5).imported_at, time(0));
    catalogue.load(store.open().as_ref(), LoadMode::Replace, time(9)).expect("replaced");
    let mut reader = store.reader();
    let product_ids = [product_id(5), product_id((1 << 53) - 1)];
    for rows in reader.load_catalogue(&product_ids).expect("the products are read") {
        assert_eq!(rows.imported_at, time(9));
    }
    for rows in reader.scan_catalogue(None, 10).expect("the products are read") {
        assert_eq!(rows.imported_at, time(9));
    }
}

fn a_replaced_catalogue_has_nothing_of_the_former_one(store: &TestStore) {
    small_catalogue().into(store);
    store.commit(&[ask(5, "Kept?"), ask((1 << 53) - 1, "Kept too?")]);
    let other = Catalogue::default().product(5).product(1 << 38).style(1, 1 << 38).related(5, 1 << 38, true);
    other.load(store.open().as_ref(), LoadMode::Replace, time(0)).expect("replaced");
    for product in [5, 6, 1 << 38, (1 << 53) - 1] {
        assert_eq!(lines(&store.catalogue_rows(product)), other.lines(product), "product {product}");
    }
    assert_eq!(store.lines(5).len(), 1, "other sets stay");
    assert_eq!(store.lines((1 << 53) - 1).len(), 1);
}

/// Near and far products in no order, some with styles, some with related products.
fn long_catalogue() -> Catalogue {
    let far = [(1 << 38) + 1, (1 << 38) - 1, 1 << 45, 1 << 38, (1 << 53) - 1];
    let products: Vec<u64> = (1..=40).map(|number| number * 37 % 41 * 3).chain(far).collect();
    let mut catalogue = products.iter().fold(Catalogue::default(), |catalogue, id| catalogue.product(*id));
    for (number, product) in (1..).zip(products) {
        for id in number * 10..number * 10 + number % 3 {
            catalogue = catalogue.style(id, product).photo(id, id).sku(id, id, "M", 3);
        }
        if number % 4 == 0 {
            catalogue = catalogue.related(product, 3, true).feature(number, product, Some("Wool"));
        }
    }
    catalogue
}

/// Scans to the end in chunks.
fn scan_all(store: &TestStore, limit: usize) -> Vec<CatalogueRows> {
    store.scan_all(limit, |reader, after| reader.scan_catalogue(after, limit), |rows| rows.product_id)
}

fn a_scan_resumes_where_it_stopped_with_any_limit(store: &TestStore) {
    let catalogue = long_catalogue().into(store);
    for limit in [1, 2, 7, 44, 45, 46, 1_000] {
        let ids: Vec<u64> = scan_all(store, limit).iter().map(|rows| rows.product_id.get()).collect();
        // All but four are near.
        assert!(ids[..41].is_sorted() && ids[..41].iter().all(|id| *id < 1 << 38), "limit {limit}");
        let mut sorted = ids;
        sorted.sort_unstable();
        assert_eq!(sorted, catalogue.products(), "limit {limit}");
    }
}

fn a_scan_reads_what_single_loads_read(store: &TestStore) {
    let catalogue = long_catalogue().into(store);
    for limit in [1, 10, 1_000] {
        for rows in &scan_all(store, limit) {
            let product = rows.product_id.get();
            assert_eq!(lines(rows), catalogue.lines(product), "product {product}");
            assert_eq!(lines(rows), lines(&store.catalogue_rows(product)), "product {product}");
        }
    }
}

fn ids_of_products_ascend_and_resume_where_they_stopped(store: &TestStore) {
    let catalogue = long_catalogue().into(store);
    let mut reader = store.reader();
    for limit in [1, 2, 7, 44, 45, 46, 1_000] {
        let mut ids: Vec<ProductId> = Vec::new();
        loop {
            let chunk = reader.product_ids(ids.last().copied(), limit).expect("the ids are read");
            ids.extend(&chunk);
            if chunk.len() < limit {
                break;
            }
        }
        let ids: Vec<u64> = ids.into_iter().map(ProductId::get).collect();
        assert_eq!(ids, catalogue.products(), "limit {limit}");
    }
    // Behind ids that are not there as well.
    for (after, next) in
        [(1, Some(3)), (119, Some(120)), (200, Some((1 << 38) - 1)), (1 << 46, Some((1 << 53) - 1))]
    {
        let found = reader.product_ids(Some(product_id(after)), 1).expect("the ids are read");
        assert_eq!(found.first().map(|id| id.get()), next, "behind {after}");
    }
}

fn an_empty_catalogue_has_no_products(store: &TestStore) {
    let mut reader = store.reader();
    assert_eq!(reader.scan_catalogue(None, 10).expect("nothing is read"), []);
    assert_eq!(reader.scan_catalogue(Some(product_id(5)), 10).expect("nothing is read"), []);
    assert_eq!(reader.product_ids(None, 10).expect("nothing is read"), []);
}

fn products_with_questions_alone_are_not_in_the_catalogue(store: &TestStore) {
    small_catalogue().into(store);
    store.commit(&[ask(3, "?"), ask((1 << 38) + 9, "?")]);
    let ids = store.reader().product_ids(None, 10).expect("the ids are read");
    assert_eq!(ids.into_iter().map(ProductId::get).collect::<Vec<_>>(), small_catalogue().products());
    assert_eq!(scan_all(store, 10).len(), 4);
}

fn a_damaged_row_fails_for_its_product_alone_and_names_it(store: &TestStore) {
    let catalogue = (1..=9).fold(Catalogue::default(), Catalogue::product);
    (1..=9).fold(catalogue, |catalogue, id| catalogue.style(id, id)).into(store);
    let damage = "UPDATE styles SET original_price = -1 WHERE style_id = 4";
    by_hand(store, damage, damage);
    let mut reader = store.reader();
    let all: Vec<_> = (1..=9).map(product_id).collect();
    let damaged = reader.load_catalogue(&all).expect_err("one row is damaged");
    assert_eq!(damaged.damaged_product(), Some(product_id(4)), "{damaged}");
    let StoreError::Damaged { table: "styles", column: "original_price", .. } = damaged else {
        panic!("{damaged:?}")
    };
    let others: Vec<_> = all.iter().copied().filter(|id| *id != product_id(4)).collect();
    assert_eq!(reader.load_catalogue(&others).expect("the others are whole").len(), 8);

    assert_eq!(reader.scan_catalogue(None, 3).expect("these are whole").len(), 3);
    reader.scan_catalogue(None, 9).expect_err("one row is damaged");
    let damaged = reader.scan_catalogue(Some(product_id(3)), 1).expect_err("it is damaged");
    assert_eq!(damaged.damaged_product(), Some(product_id(4)), "{damaged}");
    assert_eq!(reader.scan_catalogue(damaged.damaged_product(), 9).expect("these are whole").len(), 5);
    assert_eq!(reader.product_ids(None, 9).expect("ids are whole"), all);
}
