//! The generated files as a reader sees them: every row is parsed and checked with the domain's own
//! rules.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use atelier::domain::{
    Body, Email, Id as _, Kind, Name, PhotoUrl, Price, ProductId, Set, Stars, SubmissionLimits, Summary,
    Timestamp,
};
use atelier::files::{ExistingFiles, FileError};
use atelier::generate::{Generated, MAX_PRODUCTS, Shape, generate};
use atelier::pictures::Picture;

const QUESTIONS_FILE: &str = "questions.csv";
const ANSWERS_FILE: &str = "answers.csv";
const PHOTOS_FILE: &str = "answers_photos.csv";
const FILES: [&str; 3] = [QUESTIONS_FILE, ANSWERS_FILE, PHOTOS_FILE];

/// The kinds with a file.
fn kinds() -> impl Iterator<Item = Kind> {
    Kind::all().filter(|kind| !kind.definition().files.is_empty())
}

/// The usual name of a kind's file.
fn file(kind: Kind) -> &'static str {
    kind.definition().files[0]
}

fn generated(products: u64, seed: u64) -> (tempfile::TempDir, Generated) {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let shape = Shape::new(products, seed).expect("a shape");
    let generated = generate(&shape, directory.path(), ExistingFiles::Refuse, &mut |_| {})
        .expect("the files are written");
    (directory, generated)
}

fn files(products: u64, seed: u64) -> Vec<(&'static str, Vec<u8>)> {
    let (directory, _) = generated(products, seed);
    contents(directory.path())
}

/// The files of a folder with their bytes, in the order of kinds.
fn contents(directory: &Path) -> Vec<(&'static str, Vec<u8>)> {
    kinds().filter_map(|kind| Some((file(kind), fs::read(directory.join(file(kind))).ok()?))).collect()
}

/// The rows of a kind by the names of their columns.
fn named_rows(directory: &Path, kind: Kind) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(directory.join(file(kind))).expect("the file can be read");
    reader.deserialize().map(|row| row.expect("the file can be read")).collect()
}

fn rows(directory: &Path, name: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(directory.join(name)).expect("the file can be read");
    reader
        .records()
        .map(|row| row.expect("the file can be read").iter().map(str::to_owned).collect())
        .collect()
}

fn numbers(rows: &[Vec<String>], column: usize) -> Vec<u64> {
    rows.iter().map(|row| row[column].parse().expect("a number")).collect()
}

/// FNV-1a, because its result never changes with a library.
fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn same_seed_same_bytes() {
    assert_eq!(files(60, 7), files(60, 7));
    assert_ne!(files(60, 7), files(60, 8));
}

/// Others compare measurements made on these files: a change of the bytes belongs in the changelog.
#[test]
fn the_bytes_stay_the_same_from_release_to_release() {
    let hashes: HashMap<&str, u64> = files(500, 1).iter().map(|(name, bytes)| (*name, hash(bytes))).collect();
    assert_eq!(
        FILES.map(|name| hashes[name]),
        [7_473_696_308_909_874_027, 8_657_558_470_621_098_668, 1_891_613_633_462_593_492]
    );
    let others = kinds().map(file).filter(|name| !FILES.contains(name));
    let together: String = others.map(|name| [name, " ", &hashes[name].to_string(), "\n"].concat()).collect();
    assert_eq!(hash(together.as_bytes()), 10_750_948_085_073_396_072, "{together}");
}

#[test]
fn the_means_are_those_of_the_original() {
    let (_directory, generated) = generated(20_000, 1);
    let within_two_percent = |count: u64, of: u64, per_thousand: u64| {
        let expected = of * per_thousand / 1_000;
        assert!(count.abs_diff(expected) * 50 <= expected, "{count} is far from {expected}");
    };
    for (kind, of, per_thousand) in [
        (Kind::Style, 20_000, 1_958),
        (Kind::Feature, 20_000, 2_219),
        (Kind::StylePhoto, 20_000, 5_655),
        (Kind::Sku, 20_000, 11_324),
        (Kind::Related, 20_000, 4_508),
        (Kind::Review, 20_000, 5_775),
        (Kind::ReviewPhoto, 20_000, 2_743),
        (Kind::Characteristic, 20_000, 3_348),
        (Kind::Rating, generated.of(Kind::Review), 3_347),
        (Kind::Question, 20_000, 3_519),
        (Kind::Answer, generated.of(Kind::Question), 1_955),
        (Kind::Photo, generated.of(Kind::Answer), 300),
    ] {
        within_two_percent(generated.of(kind), of, per_thousand);
    }
    assert_eq!(generated.of(Kind::Product), 20_000);
}

#[test]
fn ids_are_dense_and_a_few_neighbours_change_places() {
    let (directory, generated) = generated(3_000, 1);
    for kind in kinds() {
        let (name, count) = (file(kind), generated.of(kind));
        let ids = numbers(&rows(directory.path(), name), 0);
        let moved = (1..).zip(&ids).filter(|&(place, &id)| place != id).count() as u64;
        // Rows stay with their product, and many products have one style.
        assert!((moved > 0 || count < 20_000) && moved < count / 200, "{name}: {moved}");
        assert!((1..).zip(&ids).all(|(place, &id)| id.abs_diff(place) <= 1), "{name}");
        let mut sorted = ids;
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(1..=count), "{name}");
    }
}

#[test]
fn questions_are_clustered_and_every_parent_exists() {
    let (directory, generated) = generated(1_000, 1);
    let [questions, answers, photos] = FILES.map(|name| rows(directory.path(), name));
    let products = numbers(&questions, 1);
    assert!(products.is_sorted());
    assert!(products.iter().all(|id| (1..=1_000).contains(id)));
    let with_questions = products.chunk_by(|one, other| one == other).count();
    assert!((860..=940).contains(&with_questions), "{with_questions}");
    assert!(products.chunk_by(|one, other| one == other).any(|product| product.len() >= 24));

    let question_ids = numbers(&answers, 1);
    assert!(question_ids.iter().all(|id| (1..=generated.of(Kind::Question)).contains(id)));
    assert!(!question_ids[..100].is_sorted());
    assert!(question_ids[..100].iter().max() < Some(&100));
    let descending = question_ids[100..].windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!(descending > 0 && descending < question_ids.len() / 50, "{descending}");

    let answer_ids = numbers(&photos, 1);
    assert!(answer_ids.iter().all(|id| (1..=generated.of(Kind::Answer)).contains(id)));
    let descending = answer_ids.windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!(descending < answer_ids.len() / 200, "{descending}");
    assert!(answer_ids.chunk_by(|one, other| one == other).all(|answer| answer.len() <= 5));
}

#[test]
fn every_field_passes_the_checks_of_the_domain() {
    let limits = SubmissionLimits::default();
    let (directory, _) = generated(1_000, 1);
    let mut asked_at = HashMap::new();
    for name in [QUESTIONS_FILE, ANSWERS_FILE] {
        for row in rows(directory.path(), name) {
            assert!(ProductId::parse(&row[1]).is_ok(), "{row:?}");
            assert_eq!(Body::parse(&row[2], limits.body_max_chars).unwrap().as_str(), row[2], "{row:?}");
            let written_at = Timestamp::parse(&row[3]).unwrap();
            let year = written_at.to_string()[..4].parse::<u32>().unwrap();
            assert!(row[3].len() == 13 && (2018..=2025).contains(&year), "{row:?}");
            assert_eq!(Name::parse(&row[4], limits.name_max_chars).unwrap().as_str(), row[4], "{row:?}");
            assert_eq!(Email::parse(&row[5], limits.email_max_chars).unwrap().as_str(), row[5], "{row:?}");
            assert!(["0", "1"].contains(&row[6].as_str()), "{row:?}");
            assert!(row[7].parse::<u32>().is_ok_and(|helpful| helpful <= 40), "{row:?}");
            if name == QUESTIONS_FILE {
                asked_at.insert(row[0].clone(), written_at);
            } else {
                assert!(asked_at[&row[1]] <= written_at, "{row:?}");
            }
        }
    }
    for row in rows(directory.path(), PHOTOS_FILE) {
        assert_eq!(PhotoUrl::parse(&row[2], limits.photo_url_max_chars).unwrap().as_str(), row[2], "{row:?}");
    }
}

#[test]
fn texts_have_all_that_is_hard_for_a_reader_of_csv() {
    let (directory, _) = generated(1_000, 1);
    for name in [QUESTIONS_FILE, ANSWERS_FILE] {
        let rows = rows(directory.path(), name);
        for character in [',', '"', '\'', '\n', 'é', 'ü', '—', '🙂'] {
            let contains = |row: &Vec<String>| row[2].contains(character) || row[4].contains(character);
            assert!(rows.iter().any(contains), "{name}: {character:?}");
        }
        assert!(rows.iter().any(|row| row[4].contains('美')), "{name}");
        let reported = rows.iter().filter(|row| row[6] == "1").count();
        assert!((rows.len() / 100..=rows.len() / 50).contains(&reported), "{name}: {reported}");
        let mut bodies: Vec<&str> = rows.iter().map(|row| row[2].as_str()).collect();
        bodies.sort_unstable();
        bodies.dedup();
        assert!(bodies.len() > rows.len() * 19 / 20, "{name}: {} different of {}", bodies.len(), rows.len());
    }
}

#[test]
fn the_smallest_set_is_whole() {
    let (directory, generated) = generated(1, 1);
    for kind in kinds() {
        assert_eq!(rows(directory.path(), file(kind)).len() as u64, generated.of(kind), "{kind:?}");
    }
    assert_eq!(generated.rows(), kinds().map(|kind| generated.of(kind)).sum::<u64>());
}

#[test]
fn progress_is_reported_to_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let mut reports = Vec::new();
    let shape = Shape::new(2_500, 1).unwrap();
    generate(&shape, directory.path(), ExistingFiles::Refuse, &mut |products| reports.push(products))
        .unwrap();
    assert_eq!(reports, [1_000, 2_000, 2_500]);
}

#[test]
fn sizes_have_limits_and_errors_name_the_path() {
    let refused = Shape::new(0, 1).unwrap_err().to_string();
    assert_eq!(refused, "products must be between 1 and 1000000000; it is 0");
    assert!(Shape::new(MAX_PRODUCTS + 1, 1).is_err());

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let error = generate(&Shape::new(1, 1).unwrap(), &file, ExistingFiles::Refuse, &mut |_| {}).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot create {}", file.display()));
}

#[test]
fn a_run_replaces_files_only_when_it_may_and_leaves_no_others() {
    let (directory, _) = generated(40, 1);
    let former = contents(directory.path());
    let shape = Shape::new(5, 2).unwrap();
    let refused = generate(&shape, directory.path(), ExistingFiles::Refuse, &mut |_| {}).unwrap_err();
    assert!(matches!(&refused, FileError::Exists(path) if path.ends_with("product.csv")), "{refused}");
    assert_eq!(contents(directory.path()), former);

    let replaced = generate(&shape, directory.path(), ExistingFiles::Replace, &mut |_| {}).unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 13);
    let sizes = contents(directory.path()).into_iter().map(|(_, bytes)| bytes.len());
    assert_eq!(sizes.sum::<usize>() as u64, replaced.bytes);
}

#[test]
fn a_set_alone_has_the_same_bytes() {
    let all = files(300, 3);
    for set in Set::ALL {
        let directory = tempfile::tempdir().unwrap();
        let shape = Shape::new(300, 3).unwrap().only([set]);
        let generated = generate(&shape, directory.path(), ExistingFiles::Refuse, &mut |_| {}).unwrap();
        let expected: Vec<_> = kinds().filter(|kind| kind.definition().set == set).map(file).collect();
        let written = contents(directory.path());
        assert_eq!(written.iter().map(|(name, _)| *name).collect::<Vec<_>>(), expected);
        assert!(written.iter().all(|file| all.contains(file)), "{set}");
        assert_eq!(written.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>(), generated.bytes);
    }
}

#[test]
fn every_picture_is_one_that_the_service_draws() {
    let directory = tempfile::tempdir().unwrap();
    let base = "https://shop.example/api/demo/pictures";
    let shape = Shape::new(1_000, 1).unwrap().with_pictures(&format!("{base}/"));
    generate(&shape, directory.path(), ExistingFiles::Refuse, &mut |_| {}).unwrap();
    let mut different = HashMap::new();
    for kind in [Kind::StylePhoto, Kind::ReviewPhoto, Kind::Photo] {
        for row in named_rows(directory.path(), kind) {
            let file = row["url"].strip_prefix(base).and_then(|path| path.strip_prefix('/'));
            assert!(file.and_then(Picture::find).is_some(), "{row:?}");
            *different.entry(row["url"].clone()).or_insert(0) += 1;
        }
    }
    assert!((300..2_000).contains(&different.len()), "{} different pictures", different.len());
    // Other texts are the same wherever pictures are.
    let usual = generated(1_000, 1);
    for name in ["questions.csv", "answers.csv", "styles.csv", "reviews.csv"] {
        let read = |directory: &Path| fs::read(directory.join(name)).unwrap();
        assert!(read(directory.path()) == read(usual.0.path()), "{name}");
    }
}

#[test]
fn the_catalogue_makes_sense() {
    let (directory, generated) = generated(2_000, 1);
    let of = |kind| named_rows(directory.path(), kind);
    let products = of(Kind::Product);
    let names: Vec<&str> = products.iter().map(|row| row["name"].as_str()).collect();
    assert_eq!(names[..3], ["Made My Bedspread", "Don't Throw in the Towel", "Chair of the Board"]);
    let mut categories: HashMap<&str, usize> = HashMap::new();
    for row in &products {
        *categories.entry(&row["category"]).or_default() += 1;
        for name in ["name", "slogan", "description"] {
            assert!(Body::parse(&row[name], 500).is_ok_and(|text| text.as_str() == row[name]), "{row:?}");
        }
        assert!(Price::parse(&row["default_price"]).is_ok_and(|price| price.hundredths() >= 290), "{row:?}");
    }
    assert!(categories.len() == 8 && categories.values().all(|count| *count > 150), "{categories:?}");

    let mut defaults: HashMap<String, usize> = HashMap::new();
    for row in of(Kind::Style) {
        let price = |text: &str| Price::parse(text).unwrap();
        let original = price(&row["original_price"]);
        assert!(row["sale_price"] == "null" || price(&row["sale_price"]) < original, "{row:?}");
        *defaults.entry(row["productId"].clone()).or_default() += usize::from(row["default_style"] == "1");
    }
    assert!(defaults.len() == 2_000 && defaults.values().all(|count| *count >= 1));
    let quantities = numbers(&rows(directory.path(), "skus.csv"), 3);
    assert!(quantities.iter().all(|quantity| *quantity <= 60) && quantities.contains(&0));
    let styles = generated.of(Kind::Style);
    for (kind, parent, last) in [
        (Kind::Sku, "styleId", styles),
        (Kind::StylePhoto, "styleId", styles),
        (Kind::Feature, "product_id", 2_000),
    ] {
        for row in of(kind) {
            assert!((1..=last).contains(&row[parent].parse().unwrap()), "{kind:?}: {row:?}");
        }
    }
    let category = |id: &str| id.parse().ok().and_then(|id: usize| products.get(id.checked_sub(1)?));
    let category = |id: &str| category(id).map_or("", |row| &row["category"]);
    let related = of(Kind::Related);
    let alike = related
        .iter()
        .filter(|row| category(&row["current_product_id"]) == category(&row["related_product_id"]));
    let alike = alike.count() * 100 / related.len();
    assert!((75..90).contains(&alike), "{alike} % are of the same category");
}

#[test]
fn reviews_say_what_their_stars_say() {
    let limits = SubmissionLimits::default();
    let (directory, generated) = generated(2_000, 1);
    let characteristics: HashMap<String, String> = named_rows(directory.path(), Kind::Characteristic)
        .into_iter()
        .map(|mut row| (row.remove("id").unwrap(), row.remove("product_id").unwrap()))
        .collect();
    let (mut by_stars, mut recommended, mut products) = ([0_usize; 5], [0_usize; 5], HashMap::new());
    for row in named_rows(directory.path(), Kind::Review) {
        let stars = usize::from(Stars::parse(&row["rating"]).unwrap().get()) - 1;
        by_stars[stars] += 1;
        recommended[stars] += usize::from(row["recommend"] == "true");
        let is_happy =
            ["love it", "Perfect", "Couldn't be happier"].iter().any(|text| row["summary"].contains(text));
        let is_angry = ["Never again", "Save your money"].iter().any(|text| row["summary"].contains(text));
        assert!((stars == 4 || !is_happy) && (stars <= 1 || !is_angry), "{row:?}");
        assert_eq!(Summary::parse(&row["summary"], 60).unwrap().as_str(), row["summary"], "{row:?}");
        assert_eq!(
            Body::parse(&row["body"], limits.body_max_chars).unwrap().as_str(),
            row["body"],
            "{row:?}"
        );
        assert_eq!(Name::parse(&row["reviewer_name"], 60).unwrap().as_str(), row["reviewer_name"]);
        assert!(Email::parse(&row["reviewer_email"], 254).is_ok(), "{row:?}");
        assert!(Timestamp::parse(&row["date"]).is_ok() && row["date"].len() == 13, "{row:?}");
        assert!(row["response"] == "null" || Body::parse(&row["response"], 1_000).is_ok(), "{row:?}");
        assert!(row["helpfulness"].parse::<u32>().is_ok_and(|helpful| helpful <= 40), "{row:?}");
        products.insert(row["id"].clone(), row["product_id"].clone());
    }
    let all: usize = by_stars.iter().sum();
    assert!(
        (by_stars[3] + by_stars[4]) * 100 / all > 70 && by_stars.iter().all(|count| *count * 100 / all > 2)
    );
    assert!(recommended[0] * 10 < by_stars[0] && recommended[4] * 10 > by_stars[4] * 9);
    for row in named_rows(directory.path(), Kind::Rating) {
        assert_eq!(products[&row["review_id"]], characteristics[&row["characteristic_id"]], "{row:?}");
        assert!(Stars::parse(&row["value"]).is_ok(), "{row:?}");
    }
    for row in named_rows(directory.path(), Kind::ReviewPhoto) {
        assert!((1..=generated.of(Kind::Review)).contains(&row["review_id"].parse().unwrap()), "{row:?}");
        assert!(PhotoUrl::parse(&row["url"], limits.photo_url_max_chars).is_ok(), "{row:?}");
    }
}
