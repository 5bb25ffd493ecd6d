//! Files of the catalogue and of reviews as shops have them, with all their odd values; which files
//! make a set.

use std::path::Path;

use atelier::domain::{Kind, Set};
use atelier::import::{ImportError, Sources, Summary, import};

use super::memory::{ANSWERS, Case, PHOTOS, QUESTIONS};

const PRODUCTS: &str = "id,name,slogan,description,category,default_price\n";
const STYLES: &str = "id,productId,name,sale_price,original_price,default_style\n";
const FEATURES: &str = "id,product_id,feature,value\n";
const STYLE_PHOTOS: &str = "id,styleId,url,thumbnail_url\n";
const SKUS: &str = "id,styleId,size,quantity\n";
const RELATED: &str = "id,current_product_id,related_product_id\n";
const REVIEWS: &str = "id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,\
    response,helpfulness\n";
const REVIEW_PHOTOS: &str = "id,review_id,url\n";
const CHARACTERISTICS: &str = "id,product_id,name\n";
const RATINGS: &str = "id,characteristic_id,review_id,value\n";

fn case(files: &[(&str, &str, &str)]) -> Case {
    let case = Case::empty();
    for (name, header, rows) in files {
        case.write(name, format!("{header}{rows}").as_bytes());
    }
    case
}

/// The rows that were loaded of a kind, without their kind's name.
fn loaded(case: &Case, kind: Kind) -> Vec<String> {
    let start = format!("{}, ", kind.definition().noun);
    let rows = case.loaded().expect("the import is committed");
    rows.iter().filter_map(|row| row.strip_prefix(&start).map(str::to_owned)).collect()
}

fn only(case: &Case, sets: &[Set]) -> Result<Summary, ImportError> {
    let sources = Sources::in_directory(case.directory.path()).only(sets);
    import(&case.store, &sources, &case.options, &mut |_| ())
}

#[test]
fn the_catalogue_of_a_product_is_loaded_with_its_odd_values() {
    let case = case(&[
        (
            "product.csv",
            "id, name, slogan, description, category, default_price\n",
            "1,\"Camo Onesie\",\"Blend in\",\"You'll, \"\"fit\"\" in.\",\"Jackets\",140\n3,Joggers,,,Pants,40.5\n",
        ),
        (
            "styles.csv",
            STYLES,
            "1,1,\"Forest Green & Black\",null,140,1\n2,1,\"Tan, \"\"light\"\"\",\"null\",139.90,0\n\
             4,1,Grey,100,170,true\n3,3,Black,,40,f\n",
        ),
        (
            "features.csv",
            FEATURES,
            "1,1,\"Fabric\",\"Canvas\"\n2,1,\"UV Protection\",null\n4,3,Cut,\n3,1,Cut,\"null\"\n",
        ),
        ("photos.csv", STYLE_PHOTOS, "1,1,\"https://a.test/1\",\"urlplaceholder/style_1.jpg\"\n2,1,,\n"),
        ("skus.csv", SKUS, "1,1,\"XL\",8\n2,1,\"XL\",4\n8,2,\"XS\",8\n7,2,\"S\",16\n"),
        ("related.csv", RELATED, "1,1,3\n2,1,1\n3,1,3\n4,1,0\n5,3,1\n6,1,77\n7,3,3\n9,1,3\n8,3,1\n"),
    ]);
    let summary = case.import().unwrap();
    assert_eq!(summary.warnings, [""; 0]);
    assert_eq!((summary.counts, summary.sets.as_slice()), (summary.rows_read, &[Set::Catalogue][..]));
    assert_eq!(
        loaded(&case, Kind::Product),
        [
            "p1: 1 [Camo Onesie] [Blend in] [You'll, \"fit\" in.] [Jackets] 14000",
            "p3: 3 [Joggers] [] [] [Pants] 4050"
        ]
    );
    assert_eq!(
        loaded(&case, Kind::Style),
        [
            "p1: 1 1 [Forest Green & Black] - 14000 1",
            "p1: 2 1 [Tan, \"light\"] - 13990 0",
            "p1: 4 1 [Grey] 10000 17000 1",
            "p3: 3 3 [Black] - 4000 0",
        ]
    );
    let features =
        ["p1: 1 1 [Fabric] [Canvas]", "p1: 2 1 [UV Protection] -", "p3: 4 3 [Cut] -", "p1: 3 1 [Cut] -"];
    assert_eq!(loaded(&case, Kind::Feature), features);
    assert_eq!(
        loaded(&case, Kind::StylePhoto),
        ["p1: 1 1 [https://a.test/1] [urlplaceholder/style_1.jpg]", "p1: 2 1 [] []"]
    );
    assert_eq!(
        loaded(&case, Kind::Sku),
        ["p1: 1 1 [XL] 8", "p1: 2 1 [XL] 4", "p1: 8 2 [XS] 8", "p1: 7 2 [S] 16"]
    );
    // Id, product, related product, place in the file, and whether it is shown.
    assert_eq!(
        loaded(&case, Kind::Related),
        [
            "p1: 1 1 3 1 1",
            "p1: 2 1 1 2 0",
            "p1: 3 1 3 3 0",
            "p1: 4 1 0 4 0",
            "p3: 5 3 1 5 1",
            "p1: 6 1 77 6 0",
            "p3: 7 3 3 7 0",
            "p1: 9 1 3 8 0",
            "p3: 8 3 1 9 0",
        ]
    );
}

#[test]
fn bad_rows_of_the_catalogue_are_named_and_so_are_the_rows_below_them() {
    let case = case(&[
        ("product.csv", PRODUCTS, "1,A,,,,140\n2,B,,,,\n3,C,,,,$5\n4,D,,,,1.999\n1,E,,,,5\n"),
        (
            "styles.csv",
            STYLES,
            "1,2,Red,null,140,1\n2,9,Red,null,140,1\n3,1,Red,null,,1\n4,1,Red,x,1,1\n5,1,,,1,0\n",
        ),
        ("skus.csv", SKUS, "1,1,XS,8\n2,3,XS,8\n3,9,XS,8\n4,5,XS,-1\n5,5,XS,4294967296\n6,5,S,1\n6,5,M,1\n"),
        ("photos.csv", STYLE_PHOTOS, "1,5,\"https://a.test/1,\"https://a.test/2\"\n2,5,a,b\n"),
        ("features.csv", FEATURES, "1,3,Cut,null\n"),
        ("related.csv", RELATED, "1,9,1\n2,1,-1\n3,1,\n"),
    ])
    .allowing(100);
    let summary = case.import().unwrap();
    let rejects: Vec<String> = case.rejects();
    let expected = [
        "product.csv,3,default_price,,\"must be a price",
        "product.csv,4,default_price,$5,\"must be a price",
        "product.csv,5,default_price,1.999,\"must be a price",
        "product.csv,6,id,1,an earlier row of this file has the same id",
        "styles.csv,2,productid,2,the row of this product was itself rejected",
        "styles.csv,3,productid,9,no product row that could be read has this id",
        "styles.csv,4,original_price,,\"must be a price",
        "styles.csv,5,sale_price,x,\"must be a price",
        "features.csv,2,product_id,3,the row of this product was itself rejected",
        "photos.csv,2,,",
        "skus.csv,2,styleid,1,the row of this style was itself rejected",
        "skus.csv,3,styleid,3,the row of this style was itself rejected",
        "skus.csv,4,styleid,9,no style row that could be read has this id",
        "skus.csv,5,quantity,-1,must be an integer between 0 and 4294967295",
        "skus.csv,6,quantity,4294967296,must be an integer between 0 and 4294967295",
        "skus.csv,8,id,6,an earlier row of this file has the same id",
        "related.csv,2,current_product_id,9,no product row that could be read has this id",
        "related.csv,3,related_product_id,-1,must be an integer between 0 and 9007199254740991",
        "related.csv,4,related_product_id,,must be an integer between 0 and 9007199254740991",
    ];
    assert_eq!(rejects.len(), expected.len(), "{rejects:#?}");
    for (reject, expected) in rejects.iter().zip(expected) {
        assert!(reject.starts_with(expected), "{reject} is not {expected}");
    }
    assert_eq!(summary.left_out.rows, 19);
    assert_eq!(loaded(&case, Kind::Sku), ["p1: 6 5 [S] 1"]);
}

#[test]
fn reviews_are_loaded_with_their_odd_values_and_sums() {
    let case = case(&[
        ("characteristics.csv", CHARACTERISTICS, "1,1,\"Fit\"\n3,1,Length\n2,1,Comfort\n5,2,Quality\n"),
        (
            "reviews.csv",
            REVIEWS,
            "1,1,5,\"2019-01-01\",\"Great!\",\"Made of nothing.\",true,false,\"fun\",\"a@b.c\",,8\n\
             3,1,4,1595884714409,,Ok.,1,0,x,,null,2\n\
             2,1,1,2019-01-01T10:00:00Z,s,b,0,1,y,,\"null\",\n\
             4,2,2,2019-01-01,s,b,false,t,z,,\"Sorry, we'll look.\",0\n",
        ),
        ("reviews_photos.csv", REVIEW_PHOTOS, "1,1,\"https://a.test/1\"\n2,1,blob:https://a.test/1\n"),
        ("characteristics_reviews.csv", RATINGS, "1,1,1,4\n2,3,1,3\n3,2,1,5\n4,1,3,4\n6,1,2,1\n5,5,4,2\n"),
    ]);
    let summary = case.import().unwrap();
    assert_eq!((summary.warnings, summary.left_out.rows, summary.left_out.photos), (vec![], 0, 1));
    assert_eq!(
        loaded(&case, Kind::Review),
        [
            "p1: 1 1 5 1546300800000 [Great!] [Made of nothing.] 1 0 [fun] [a@b.c] - 8",
            "p1: 3 1 4 1595884714409 [] [Ok.] 1 0 [x] [] - 2",
            "p1: 2 1 1 1546336800000 [s] [b] 0 3 [y] [] - 0",
            "p2: 4 2 2 1546300800000 [s] [b] 0 3 [z] [] [Sorry, we'll look.] 0",
        ]
    );
    assert_eq!(loaded(&case, Kind::ReviewPhoto), ["p1: 1 1 [https://a.test/1]"]);
    assert_eq!(loaded(&case, Kind::Rating)[..2], ["p1: 1 1 1 4", "p1: 2 3 1 3"]);
    // Only published reviews count: 2 and 4 are hidden. All characteristics have a sum.
    let mut sums = loaded(&case, Kind::CharacteristicSum);
    sums.sort_unstable();
    assert_eq!(sums, ["p1: 1 8 2", "p1: 2 5 1", "p1: 3 3 1", "p2: 5 0 0"]);
    assert_eq!(summary.counts.rows(), 4 + 4 + 1 + 6);
}

#[test]
fn bad_rows_of_reviews_are_named() {
    let review = |id: u64, product: u64, rating: &str| {
        format!("{id},{product},{rating},2019-01-01,s,b,true,false,x,a@b.c,,0\n")
    };
    let reviews = review(1, 1, "5") + &review(2, 1, "0") + &review(3, 1, "6") + &review(4, 2, "1");
    let case = case(&[
        ("characteristics.csv", CHARACTERISTICS, "1,1,Fit\n2,2,Fit\nx,1,Fit\n"),
        ("reviews.csv", REVIEWS, &reviews),
        (
            "characteristic_reviews.csv",
            RATINGS,
            "1,1,1,0\n2,2,1,3\n3,7,1,3\n4,1,2,3\n5,1,9,3\n6,1,1,3\n6,1,1,4\n7,2,4,5\n",
        ),
    ])
    .allowing(100);
    let summary = case.import().unwrap();
    assert_eq!(
        case.rejects(),
        [
            "characteristics.csv,4,id,x,\"must be an integer between 1 and 9007199254740991, written in decimal digits\"",
            "reviews.csv,3,rating,0,must be an integer between 1 and 5",
            "reviews.csv,4,rating,6,must be an integer between 1 and 5",
            "characteristic_reviews.csv,2,value,0,must be an integer between 1 and 5",
            "characteristic_reviews.csv,3,characteristic_id,2,this characteristic is of another product than the row",
            "characteristic_reviews.csv,4,characteristic_id,7,no characteristic row that could be read has this id",
            "characteristic_reviews.csv,5,review_id,2,the row of this review was itself rejected",
            "characteristic_reviews.csv,6,review_id,9,no review row that could be read has this id",
            "characteristic_reviews.csv,8,id,6,an earlier row of this file has the same id",
        ]
    );
    assert_eq!(loaded(&case, Kind::CharacteristicSum), ["p1: 1 3 1", "p2: 2 5 1"]);
    let [warning] = &summary.warnings[..] else { panic!("{:?}", summary.warnings) };
    assert!(
        warning.ends_with("reviews_photos.csv is not there: the set reviews is imported without these rows")
    );
}

#[test]
fn a_set_needs_its_files() {
    let folder = |case: &Case| case.directory.path().display().to_string();
    let fails = |files: &[(&str, &str, &str)], sets: &[Set], expected: &str| {
        let case = case(files);
        let message = only(&case, sets).unwrap_err().to_string();
        assert_eq!(message, expected.replace("DIR", &folder(&case)));
    };
    let all = "product.csv, styles.csv, features.csv, photos.csv, skus.csv, related.csv, characteristics.csv, \
        reviews.csv, reviews_photos.csv, characteristic_reviews.csv, questions.csv, answers.csv, answers_photos.csv";
    fails(&[("other.csv", "id\n", "")], &[], &format!("DIR has no file that an import takes: {all}"));
    fails(
        &[("skus.csv", SKUS, "")],
        &[],
        "DIR/product.csv does not exist: the set catalogue needs product.csv",
    );
    let products = ("product.csv", PRODUCTS, "1,A,,,,1\n");
    fails(&[products, ("skus.csv", SKUS, "")], &[], "DIR/styles.csv does not exist: skus.csv needs it");
    fails(
        &[products, ("questions.csv", QUESTIONS, "")],
        &[],
        "DIR/answers.csv does not exist: the set questions needs questions.csv, answers.csv and answers_photos.csv",
    );
    let reviews = ("reviews.csv", REVIEWS, "");
    let ratings = ("characteristic_reviews.csv", RATINGS, "");
    fails(
        &[reviews, ratings],
        &[],
        "DIR/characteristics.csv does not exist: characteristic_reviews.csv needs it",
    );
    fails(&[products], &[Set::Reviews], "DIR/reviews.csv does not exist: the set reviews needs reviews.csv");
}

#[test]
fn files_are_found_by_their_names_and_sets_chosen() {
    let case = case(&[
        ("products.csv", PRODUCTS, "1,A,,,,1\n"),
        ("reviews.csv", REVIEWS, ""),
        ("reviews_photos.csv", REVIEW_PHOTOS, ""),
        ("review_photos.csv", REVIEW_PHOTOS, ""),
        ("questions.csv", QUESTIONS, "1,7,,2018-10-18,,,0,0\n"),
        ("answers.csv", ANSWERS, ""),
        ("answers_photos.csv", PHOTOS, ""),
        // No file of the shop that a store keeps.
        ("cart.csv", "id,user_session,product_id,active\n", "1,1234,1,1\n"),
    ]);
    let sources = Sources::in_directory(case.directory.path());
    let names: Vec<_> = sources.files().iter().map(|file| file.name).collect();
    assert_eq!(
        names,
        [
            "products.csv",
            "reviews.csv",
            "reviews_photos.csv",
            "questions.csv",
            "answers.csv",
            "answers_photos.csv"
        ]
    );
    let absent =
        ["styles.csv", "features.csv", "photos.csv", "skus.csv", "related.csv", "characteristics.csv"];
    assert_eq!(sources.absent()[..6], absent);
    assert_eq!(sources.path(Kind::Product), Some(Path::new(&case.directory.path().join("products.csv"))));

    let summary = case.import().unwrap();
    assert_eq!((summary.sets.as_slice(), summary.counts.rows()), (&Set::ALL[..], 2));
    let passed_over = "review_photos.csv is not read: reviews_photos.csv is there as well";
    assert!(summary.warnings[0].ends_with(passed_over), "{:?}", summary.warnings);

    let summary = only(&case, &[Set::Questions]).unwrap();
    assert_eq!((summary.sets, summary.counts.rows()), (vec![Set::Questions], 1));
    assert_eq!(case.loaded().unwrap(), ["q1 p7 1539820800000 false 0 [] [] []"]);
}
