//! All three sets in one shop, as an operator moves them: import, export, copy, check, replacing
//! one set, and a reviewer's data. Bad files are tested in `files`.

use std::collections::BTreeSet;

use atelier::domain::{Kind, Set};
use serde_json::Value;

use super::shop::{ANSWERS, PHOTOS, QUESTIONS, Shop, store_at};
use crate::support::place::Place;
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(
    without pooler:
    all_sets_are_imported_and_checked,
    an_import_of_an_export_keeps_every_value,
    a_copy_has_everything_and_the_same_import_time,
    a_copy_of_questions_has_no_other_set,
    one_set_is_replaced_and_the_others_stay,
    a_reviewer_is_shown_exported_and_erased,
);

/// Each file with its rows, the products 1 and 2 and one that no number of 38 bits can name.
const FILES: [(&str, &str, &str); 13] = [
    (
        "product.csv",
        "id,name,slogan,description,category,default_price\n",
        "1,\"Camo Onesie\",\"Blend in to your crowd\",\"Even the wildest, surroundings.\",\"Jackets\",140\n\
         2,\"Bright \"\"Future\"\"\",You've got to,,Accessories,69.5\n274877906951,Far,,,Pants,0\n",
    ),
    (
        "styles.csv",
        "id,productId,name,sale_price,original_price,default_style\n",
        "1,1,\"Forest Green & Black\",null,140,1\n2,1,\"Tan\",99.99,140,0\n9,274877906951,Far,,1,1\n3,2,Black,0,69,false\n",
    ),
    ("features.csv", "id,product_id,feature,value\n", "1,1,\"Fabric\",\"Canvas\"\n3,2,UV,null\n2,1,Cut,\n"),
    (
        "photos.csv",
        "id,styleId,url,thumbnail_url\n",
        "1,1,\"https://a.test/1?a=1&b=2\",thumb one\n2,3,,\n3,9,https://a.test/far,t\n",
    ),
    (
        "skus.csv",
        "id,styleId,size,quantity\n",
        "1,1,\"XL\",8\n2,1,\"XL\",4\n8,2,\"XS\",8\n7,2,\"S\",4294967295\n9,9,M,0\n",
    ),
    (
        "related.csv",
        "id,current_product_id,related_product_id\n",
        "1,1,2\n2,1,1\n3,1,2\n4,1,0\n5,2,274877906951\n6,1,77\n7,2,1\n8,274877906951,1\n",
    ),
    (
        "characteristics.csv",
        "id,product_id,name\n",
        "1,1,\"Fit\"\n2,1,Length\n3,2,Quality\n4,274877906952,Size\n",
    ),
    (
        "reviews.csv",
        "id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness\n",
        "1,1,5,\"2019-01-01\",\"This product was great!\",\"I really did, or did not.\",true,false,\"funtime\",\"ann@mail.test\",,8\n\
         2,1,4,1595884714409,,\"two\nlines\",1,0,x,bob@mail.test,null,2\n\
         3,2,1,2019-01-01T10:00:00Z,s,b,0,1,y,ann@mail.test,\"Sorry, \"\"we\"\" look.\",0\n\
         4,274877906952,3,2019-01-01,far,b,f,f,z,,,4294967295\n",
    ),
    (
        "reviews_photos.csv",
        "id,review_id,url\n",
        "1,1,\"https://a.test/1\"\n2,1,https://a.test/2\n3,4,https://a.test/3\n",
    ),
    (
        "characteristic_reviews.csv",
        "id,characteristic_id,review_id,value\n",
        "1,1,1,4\n2,2,1,3\n3,1,2,5\n4,3,3,1\n5,4,4,2\n",
    ),
    (
        "questions.csv",
        QUESTIONS,
        "1,1,Why?,2018-10-18,ann,ann@mail.test,0,3\n2,9,How?,2018-10-18,bob,b@c.d,1,0\n",
    ),
    ("answers.csv", ANSWERS, "1,1,So.,2018-10-18,eve,e@f.g,0,1\n"),
    ("answers_photos.csv", PHOTOS, "1,1,https://a.test/a.jpg\n"),
];

fn shop(place: &Place) -> Shop<'_> {
    let shop = Shop { place, address: place.fresh() };
    for (name, header, rows) in FILES {
        shop.write(name, header, rows);
    }
    shop
}

fn imported(place: &Place) -> Shop<'_> {
    let shop = shop(place);
    let run = shop.import(&[]);
    assert!(run.success && !run.errors.contains("warning"), "{run:?}");
    shop
}

/// Everything that a store has, as values in the order of ids, and when its sets were imported.
fn everything(address: &str) -> (BTreeSet<String>, Vec<bool>) {
    let mut dump = store_at(address).dump().expect("a dump");
    let mut rows = BTreeSet::new();
    for kind in Kind::all() {
        loop {
            let batch = dump.next(kind).expect("rows");
            if batch.is_empty() {
                break;
            }
            for row in batch.rows() {
                let values = kind.definition().columns.iter().enumerate().map(|(index, column)| {
                    let text = if column.holds.is_text() { row.optional_text(index) } else { None };
                    text.map_or_else(|| row.value(index).to_string(), |text| format!("{text:?}"))
                });
                rows.insert(format!(
                    "{kind:?} {}: {}",
                    row.product_id(),
                    values.collect::<Vec<_>>().join(" ")
                ));
            }
        }
    }
    let times = Set::ALL.map(|set| dump.imported_at(set).expect("a time").is_some());
    (rows, times.to_vec())
}

fn all_sets_are_imported_and_checked(place: &Place) {
    let shop = shop(place);
    let run = shop.import(&[]);
    assert!(run.success, "{run:?}");
    for (label, count) in [
        ("products", 3),
        ("styles", 4),
        ("SKUs", 5),
        ("related products", 8),
        ("review photos", 3),
        ("ratings", 5),
        ("questions", 2),
        ("all rows", 46),
        ("left out", 0),
    ] {
        let line = format!("{label:<18}{count:>12}");
        assert!(run.output.lines().any(|shown| shown.starts_with(&line)), "{line} in {run:?}");
    }
    assert!(run.errors.contains("Files: product.csv, styles.csv, "), "{run:?}");
    let run = shop.atelier(&["check"]);
    assert!(run.success && run.output.ends_with(": nothing is wrong\n"), "{run:?}");
    assert!(
        run.output.contains("3 products, 4 styles, 3 features, 3 style photos, 5 SKUs, 8 related"),
        "{run:?}"
    );
    let (rows, times) = everything(&shop.address);
    assert_eq!(times, [true; 3]);
    for sum in ["1: 1 9 2", "1: 2 3 1", "2: 3 0 0", "274877906952: 4 2 1"] {
        assert!(rows.contains(&format!("CharacteristicSum {sum}")), "{sum} in {rows:#?}");
    }
    assert!(rows.contains("Style 1: 1 1 \"Forest Green & Black\" 18446744073709551615 14000 1"), "{rows:#?}");
    for (related, is_shown) in [("1: 1 1 2 1", 1), ("1: 2 1 1 2", 0), ("1: 3 1 2 3", 0), ("1: 4 1 0 4", 0)] {
        assert!(rows.contains(&format!("Related {related} {is_shown}")), "{related} in {rows:#?}");
    }
}

fn an_import_of_an_export_keeps_every_value(place: &Place) {
    let shop = imported(place);
    let run = shop.atelier(&["export", "out"]);
    assert!(run.success, "{run:?}");
    let products = shop.read("out/product.csv");
    assert!(products.contains(",Jackets,140\n") && products.contains(",69.50\n"), "{products}");
    assert!(shop.read("out/features.csv").contains("3,2,UV,null\n"), "{}", shop.read("out/features.csv"));
    assert!(!shop.path("out/characteristic_sums.csv").exists());
    let (before, _) = everything(&shop.address);
    assert_eq!(before.len(), 46 + 4);
    // Places are counted in a store's own order, but for those of related products.
    for kind in [StoreKind::Sqlite, StoreKind::Postgres] {
        let other = Place::on(kind);
        let second = other.fresh();
        let folder = shop.path("out").display().to_string();
        let run = shop.atelier(&["import", &folder, "--store", &second]);
        assert!(run.success && !run.errors.contains("warning"), "{run:?}");
        let run = shop.atelier(&["check", "--store", &second]);
        assert!(run.success, "{run:?}");
        assert_eq!(without_positions(everything(&second).0), without_positions(before.clone()));
        let again = other.folder().join("again").display().to_string();
        assert!(shop.atelier(&["export", &again, "--store", &second]).success);
        for (name, ..) in FILES {
            let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
            let text = std::fs::read_to_string(other.folder().join("again").join(name)).expect("the file");
            assert_eq!(lines(&text), lines(&shop.read(&format!("out/{name}"))), "{name}");
        }
    }
}

/// The rows without the number that related products have in their file.
fn without_positions(rows: BTreeSet<String>) -> BTreeSet<String> {
    let position = Kind::Related.column("position") + 2;
    let cut = |row: String| {
        let words = row.split(' ').enumerate();
        words.filter(|(index, _)| *index != position).map(|(_, word)| word).collect::<Vec<_>>().join(" ")
    };
    rows.into_iter().map(|row| if row.starts_with("Related") { cut(row) } else { row }).collect()
}

fn a_copy_has_everything_and_the_same_import_time(place: &Place) {
    let shop = imported(place);
    for kind in [StoreKind::Sqlite, StoreKind::Postgres] {
        let other = Place::on(kind);
        let second = other.fresh();
        let run = shop.atelier(&["copy", "--from", &shop.address, "--to", &second]);
        assert!(run.success, "{run:?}");
        assert_eq!(without_positions(everything(&second).0), without_positions(everything(&shop.address).0));
        let time = |address: &str| {
            store_at(address).dump().expect("a dump").imported_at(Set::Catalogue).expect("a time")
        };
        assert_eq!(time(&second), time(&shop.address));
        let run = shop.atelier(&["check", "--store", &second]);
        assert!(run.success, "{run:?}");
    }
}

fn a_copy_of_questions_has_no_other_set(place: &Place) {
    let shop = shop(place);
    assert!(shop.import(&["--only", "questions"]).success);
    let second = place.fresh();
    let run = shop.atelier(&["copy", "--from", &shop.address, "--to", &second]);
    assert!(run.success && run.output.starts_with("2 questions, 1 answer, 1 photo copied in "), "{run:?}");
    let (rows, times) = everything(&second);
    assert_eq!((rows, times), (everything(&shop.address).0, vec![false, false, true]));
    let run = shop.atelier(&["export", "out", "--store", &second]);
    assert!(run.success, "{run:?}");
    assert!(shop.path("out/questions.csv").exists() && !shop.path("out/product.csv").exists());
}

fn one_set_is_replaced_and_the_others_stay(place: &Place) {
    let shop = imported(place);
    let (before, _) = everything(&shop.address);
    let run = shop.import(&["--only", "reviews"]);
    assert!(!run.success && run.errors.contains("--replace"), "{run:?}");

    shop.write("characteristics.csv", FILES[6].1, "1,1,Fit\n");
    shop.write("reviews.csv", FILES[7].1, "7,1,2,2019-01-01,s,b,1,0,x,a@b.c,,0\n");
    shop.write("reviews_photos.csv", FILES[8].1, "");
    shop.write("characteristic_reviews.csv", FILES[9].1, "1,1,7,2\n");
    let run = shop.import(&["--only", "reviews", "--replace"]);
    assert!(run.success, "{run:?}");
    assert!(run.output.contains("all rows                    3  in"), "{run:?}");
    let of_reviews = |row: &&String| Set::Reviews.kinds().any(|kind| row.starts_with(&format!("{kind:?} ")));
    let (after, times) = everything(&shop.address);
    assert_eq!(times, [true; 3]);
    let others =
        |rows: &BTreeSet<String>| rows.iter().filter(|row| !of_reviews(row)).cloned().collect::<Vec<_>>();
    assert_eq!(others(&after), others(&before));
    assert_eq!(after.iter().filter(of_reviews).count(), 4, "{after:#?}");
    assert!(shop.atelier(&["check"]).success);

    // Sets that were never there go into a store that has others.
    let other = Shop { place, address: place.fresh() };
    assert!(other.import(&["--only", "questions"]).success);
    assert!(other.import(&["--only", "catalogue,reviews"]).success);
    assert!(other.atelier(&["check"]).success);
    assert_eq!(everything(&other.address).0, after);
    let run = other.import(&["--only", "carts"]);
    assert!(!run.success && run.errors.contains("must be catalogue, reviews or questions"), "{run:?}");
}

fn a_reviewer_is_shown_exported_and_erased(place: &Place) {
    let shop = imported(place);
    let shown = shop.atelier(&["person", "show", "ann@mail.test"]);
    assert!(
        shown.output.contains(
            "Review 1 about product 1, 5 stars, 2019-01-01T00:00:00.000Z, by funtime, 8 votes\n    \
             This product was great!\n    I really did, or did not.\n    Photo 1: https://a.test/1\n"
        ),
        "{shown:?}"
    );
    assert!(shown.output.contains("Review 3 about product 2, 1 star, "), "{shown:?}");
    assert!(
        shown.output.contains("2 reviews, 2 review photos, 1 question, 0 answers, 0 photos found in "),
        "{shown:?}"
    );

    let exported = shop.atelier(&["person", "export", "ann@mail.test"]);
    let exported: Value = serde_json::from_str(&exported.output).expect("JSON");
    assert_eq!(
        (&exported["questions"][0]["question_id"], exported["answers"].as_array().map(Vec::len)),
        (&1.into(), Some(0))
    );
    let review = &exported["reviews"][0];
    for (key, value) in [
        ("review_id", Value::from(1)),
        ("rating", 5.into()),
        ("recommend", true.into()),
        ("reported", false.into()),
        ("response", Value::Null),
        ("summary", "This product was great!".into()),
    ] {
        assert_eq!(review[key], value, "{key} of {review}");
    }
    assert_eq!(review["photos"][1]["url"], "https://a.test/2");

    let (before, _) = everything(&shop.address);
    let erased = shop.atelier(&["person", "erase", "ann@mail.test"]);
    assert!(
        erased.success && erased.output.starts_with("2 reviews, 2 review photos, 1 question, 0 answers"),
        "{erased:?}"
    );
    let (after, _) = everything(&shop.address);
    let text = after.iter().flat_map(|row| [row.as_str(), "\n"]).collect::<String>();
    assert!(
        !text.contains("ann@mail.test") && !text.contains("I really did") && !text.contains("funtime"),
        "{text}"
    );
    assert!(!text.contains("This product was great!") && !text.contains("https://a.test/1\""), "{text}");
    assert!(text.contains("https://a.test/3"), "{text}");
    // Ratings and sums are as before.
    for kind in [Kind::Rating, Kind::CharacteristicSum] {
        let of = |rows: &BTreeSet<String>| {
            rows.iter().filter(|row| row.starts_with(&format!("{kind:?} "))).cloned().collect::<Vec<_>>()
        };
        assert_eq!(of(&after), of(&before));
    }
    assert!(shop.atelier(&["check"]).success);
}
