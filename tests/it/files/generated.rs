//! The generated files as a reader sees them: every row is parsed and checked with the domain's own
//! rules.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use atelier::domain::{Body, Email, Id as _, Name, PhotoUrl, ProductId, SubmissionLimits, Timestamp};
use atelier::files::{ExistingFiles, FileError};
use atelier::generate::{
    ANSWERS_FILE, Generated, MAX_PRODUCTS, PHOTOS_FILE, QUESTIONS_FILE, Shape, generate,
};

const FILES: [&str; 3] = [QUESTIONS_FILE, ANSWERS_FILE, PHOTOS_FILE];

fn generated(products: u64, seed: u64) -> (tempfile::TempDir, Generated) {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let shape = Shape::new(products, seed).expect("a shape");
    let generated = generate(&shape, directory.path(), ExistingFiles::Refuse, &mut |_| {})
        .expect("the files are written");
    (directory, generated)
}

fn files(products: u64, seed: u64) -> [Vec<u8>; 3] {
    let (directory, _) = generated(products, seed);
    FILES.map(|name| fs::read(directory.path().join(name)).expect("the file can be read"))
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
    assert_eq!(
        files(500, 1).map(|file| hash(&file)),
        [7_473_696_308_909_874_027, 8_657_558_470_621_098_668, 1_891_613_633_462_593_492]
    );
}

#[test]
fn the_means_are_those_of_the_original() {
    let (_directory, generated) = generated(20_000, 1);
    let within_two_percent = |count: u64, of: u64, per_thousand: u64| {
        let expected = of * per_thousand / 1_000;
        assert!(count.abs_diff(expected) * 50 <= expected, "{count} is far from {expected}");
    };
    within_two_percent(generated.questions, 20_000, 3_519);
    within_two_percent(generated.answers, generated.questions, 1_955);
    within_two_percent(generated.photos, generated.answers, 300);
    within_two_percent(generated.bytes, 20_000, 2_370_000);
}

#[test]
fn ids_are_dense_and_a_few_neighbours_change_places() {
    let (directory, generated) = generated(3_000, 1);
    for (name, count) in FILES.into_iter().zip([generated.questions, generated.answers, generated.photos]) {
        let ids = numbers(&rows(directory.path(), name), 0);
        let moved = (1..).zip(&ids).filter(|&(place, &id)| place != id).count() as u64;
        assert!(moved > 0 && moved < count / 200, "{name}: {moved}");
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
    assert!(question_ids.iter().all(|id| (1..=generated.questions).contains(id)));
    assert!(!question_ids[..100].is_sorted());
    assert!(question_ids[..100].iter().max() < Some(&100));
    let descending = question_ids[100..].windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!(descending > 0 && descending < question_ids.len() / 50, "{descending}");

    let answer_ids = numbers(&photos, 1);
    assert!(answer_ids.iter().all(|id| (1..=generated.answers).contains(id)));
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
    for (name, count) in FILES.into_iter().zip([generated.questions, generated.answers, generated.photos]) {
        assert_eq!(rows(directory.path(), name).len() as u64, count, "{name}");
    }
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
    let contents = || FILES.map(|name| fs::read(directory.path().join(name)).unwrap());
    let former = contents();
    let shape = Shape::new(5, 2).unwrap();
    let refused = generate(&shape, directory.path(), ExistingFiles::Refuse, &mut |_| {}).unwrap_err();
    assert!(matches!(&refused, FileError::Exists(path) if path.ends_with(QUESTIONS_FILE)), "{refused}");
    assert_eq!(contents(), former);

    let replaced = generate(&shape, directory.path(), ExistingFiles::Replace, &mut |_| {}).unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3);
    assert_eq!(contents().iter().map(Vec::len).sum::<usize>() as u64, replaced.bytes);
}
