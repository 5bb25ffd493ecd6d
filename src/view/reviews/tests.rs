//! Records against a model that knows rows and writes JSON with `serde_json`; edited records
//! against newly packed ones.

use std::cmp::Reverse;
use std::collections::HashSet;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::*;
use crate::domain::{
    CharacteristicId, CharacteristicRow, Id, MAX_PAGE_SIZE, PhotoId, ReviewPhotoRow, ReviewRow, Stars,
    Timestamp,
};

const ORDERS: [ReviewOrder; 3] = [ReviewOrder::Helpful, ReviewOrder::Relevant, ReviewOrder::Newest];

fn id<I: Id>(number: u64) -> I {
    I::new(number).expect("in range")
}

fn stars(number: u64) -> Stars {
    Stars::new(number).expect("in range")
}

/// A review as a test makes it up.
#[derive(Debug, Clone)]
struct Made {
    rating: u64,
    day: i64,
    recommend: bool,
    helpful: u32,
    summary: String,
    body: String,
    response: Option<String>,
    photos: usize,
    rated: Vec<(u64, u64)>,
}

fn made() -> impl Strategy<Value = Made> {
    let text = || "[a\"\n😀]{0,5}";
    let rated = prop::collection::vec((1..6_u64, 1..6_u64), 0..4);
    let texts = (text(), text(), prop::option::of(text()));
    (1..6_u64, -3..4_i64, any::<bool>(), 0..4_u32, texts, 0..3_usize, rated).prop_map(
        |(rating, day, recommend, helpful, (summary, body, response), photos, mut rated)| {
            rated.sort_unstable();
            rated.dedup_by_key(|(characteristic, _)| *characteristic);
            Made { rating, day, recommend, helpful, summary, body, response, photos, rated }
        },
    )
}

fn add(rows: &mut ReviewRows, number: u64, made: &Made, has_photos: bool) {
    let review_id = id(number);
    rows.reviews.push(ReviewRow {
        review_id,
        written_at: Timestamp::nearest(made.day * 86_400_000),
        rating: stars(made.rating),
        recommend: made.recommend,
        helpful: made.helpful,
        summary: rows.texts.keep(&made.summary),
        body: rows.texts.keep(&made.body),
        name: rows.texts.keep("ann"),
        response: made.response.as_deref().map(|text| rows.texts.keep(text)),
    });
    let photos = if has_photos { made.photos } else { 0 };
    for place in 0..photos as u64 {
        let url = ["https://example.com/photo.jpg", "short\""][usize::try_from(place % 2).expect("small")];
        let url = rows.texts.keep(url);
        let photo_id: PhotoId = id(1_000 - number * 10 + place);
        rows.photos.push(ReviewPhotoRow { photo_id, review_id, url });
    }
}

/// Characteristics 1 to 4; 3 has the name of 2.
fn characterize(rows: &mut ReviewRows) {
    for (number, name) in [(4, "Fit"), (3, "odd \"name\""), (2, "odd \"name\""), (1, "Size")] {
        let name = rows.texts.keep(name);
        let characteristic_id: CharacteristicId = id(number);
        rows.characteristics.push(CharacteristicRow { characteristic_id, name, stars: 0, ratings: 0 });
    }
}

fn rate(rows: &mut ReviewRows, made: &Made) {
    for (number, stars) in &made.rated {
        let found = rows.characteristics.iter_mut().find(|row| row.characteristic_id.get() == *number);
        if let Some(row) = found {
            row.stars += stars;
            row.ratings += 1;
        }
    }
}

fn model_list(rows: &ReviewRows, page: Page, order: ReviewOrder) -> String {
    let mut reviews: Vec<&ReviewRow> = rows.reviews.iter().collect();
    match order {
        ReviewOrder::Helpful => reviews.sort_by_key(|row| (Reverse(row.helpful), row.review_id)),
        ReviewOrder::Relevant => {
            reviews.sort_by_key(|row| Reverse((row.helpful, row.written_at, row.review_id)));
        }
        ReviewOrder::Newest => reviews.sort_by_key(|row| Reverse((row.written_at, row.review_id))),
    }
    let text = |span| Value::from(rows.texts.get(span));
    let shown: Vec<String> = reviews[page.range(reviews.len())]
        .iter()
        .map(|row| {
            let mut photos: Vec<_> = rows.photos.iter().filter(|it| it.review_id == row.review_id).collect();
            photos.sort_by_key(|photo| photo.photo_id);
            let photos: Vec<String> = photos
                .iter()
                .map(|photo| format!(r#"{{"id":{},"url":{}}}"#, photo.photo_id, text(photo.url)))
                .collect();
            format!(
                r#"{{"review_id":{},"rating":{},"summary":{},"recommend":{},"response":{},"body":{},"date":"{}","reviewer_name":{},"helpfulness":{},"photos":[{}]}}"#,
                row.review_id,
                row.rating.get(),
                text(row.summary),
                row.recommend,
                row.response.map_or(Value::Null, text),
                text(row.body),
                row.written_at,
                text(row.name),
                row.helpful,
                photos.join(",")
            )
        })
        .collect();
    let (product, offset, count) = (rows.product_id, page.offset(), page.size());
    format!(r#"{{"product":"{product}","page":{offset},"count":{count},"results":[{}]}}"#, shown.join(","))
}

fn model_sums(rows: &ReviewRows) -> String {
    let count = |is: &dyn Fn(&ReviewRow) -> bool| rows.reviews.iter().filter(|row| is(row)).count();
    let ratings = (1..=5).map(|stars| (stars, count(&|row| row.rating.get() == stars)));
    let ratings: Vec<String> = ratings
        .filter(|(_, count)| *count > 0)
        .map(|(stars, count)| format!(r#""{stars}":"{count}""#))
        .collect();
    let mut characteristics: Vec<_> = rows.characteristics.iter().collect();
    characteristics.sort_by_key(|row| row.characteristic_id);
    let mut names = HashSet::new();
    characteristics.retain(|row| names.insert(rows.texts.get(row.name)));
    let characteristics: Vec<String> = characteristics
        .iter()
        .map(|row| {
            let whole = row.stars.checked_div(row.ratings);
            // Few ratings: the decimals of sixths, and of everything below, are known by heart.
            let value = whole.map_or(Value::Null, |_| json!(decimal(row.stars, row.ratings)));
            let name = Value::from(rows.texts.get(row.name));
            format!(r#"{name}:{{"id":{},"value":{value}}}"#, row.characteristic_id)
        })
        .collect();
    format!(
        r#"{{"product_id":"{}","ratings":{{{}}},"recommended":{{"false":"{}","true":"{}"}},"characteristics":{{{}}}}}"#,
        rows.product_id,
        ratings.join(","),
        count(&|row| !row.recommend),
        count(&|row| row.recommend),
        characteristics.join(",")
    )
}

/// Long division, digit by digit, with one digit more than is shown.
fn decimal(sum: u64, number: u64) -> String {
    let (mut digits, mut rest) = (u128::from(sum / number), sum % number);
    for _ in 0..17 {
        digits = digits * 10 + u128::from(rest * 10 / number);
        rest = rest * 10 % number;
    }
    let rounded = (digits / 10 + u128::from(digits % 10 >= 5)).to_string();
    let rounded = format!("{rounded:0>17}");
    let (whole, decimals) = rounded.split_at(rounded.len() - 16);
    format!("{whole}.{decimals}")
}

fn check(record: &Reviews, rows: &ReviewRows, pool: &TextPool) -> Result<(), TestCaseError> {
    for order in ORDERS {
        for page in [Page::new(1, u64::MAX, MAX_PAGE_SIZE), Page::new(2, 2, MAX_PAGE_SIZE)] {
            let mut output = Vec::new();
            record.write_list(page, order, pool, &mut output);
            prop_assert_eq!(String::from_utf8_lossy(&output), model_list(rows, page, order));
        }
    }
    let mut output = Vec::new();
    record.write_sums(&mut output);
    prop_assert_eq!(String::from_utf8_lossy(&output), model_sums(rows));
    let packed_again = Reviews::pack(rows, &TextPool::new());
    prop_assert_eq!(record.fingerprint(), packed_again.fingerprint());
    Ok(())
}

#[derive(Debug, Clone)]
enum Step {
    Add(Made),
    Vote(Index, u32),
    /// Reviews that are there already come again.
    Repeat,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => made().prop_map(Step::Add),
        3 => (any::<Index>(), 0..6_u32).prop_map(|(review, helpful)| Step::Vote(review, helpful)),
        1 => Just(Step::Repeat),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn lists_and_sums_are_those_of_the_model_through_every_edit(
        stock in prop::collection::vec(made(), 0..6),
        steps in prop::collection::vec(step(), 0..12),
        has_characteristics in any::<bool>(),
    ) {
        let pool = TextPool::new();
        let mut rows = ReviewRows::new(id(7));
        if has_characteristics {
            characterize(&mut rows);
        }
        for (number, made) in (1..).zip(&stock) {
            add(&mut rows, number, made, true);
            rate(&mut rows, made);
        }
        let mut record = Reviews::pack(&rows, &pool);
        check(&record, &rows, &pool)?;
        let mut last = AddedReviews { rows: ReviewRows::new(id(7)), rated: Vec::new() };
        for (number, step) in (20..).zip(steps) {
            match step {
                Step::Add(made) => {
                    last = AddedReviews { rows: ReviewRows::new(id(7)), rated: Vec::new() };
                    for rows in [&mut rows, &mut last.rows] {
                        add(rows, number, &made, false);
                    }
                    rate(&mut rows, &made);
                    last.rated = made
                        .rated
                        .iter()
                        .map(|(characteristic, given)| {
                            (id(number), Rated { characteristic_id: id(*characteristic), stars: stars(*given) })
                        })
                        .collect();
                    record = record.with(&last);
                }
                Step::Vote(review, helpful) if !rows.reviews.is_empty() => {
                    let at = review.index(rows.reviews.len());
                    let row = &mut rows.reviews[at];
                    row.helpful = row.helpful.max(helpful);
                    prop_assert!(record.raise(row.review_id, helpful));
                }
                Step::Repeat => record = record.with(&last),
                Step::Vote(..) => prop_assert!(!record.raise(id(1), 1)),
            }
            check(&record, &rows, &pool)?;
        }
    }
}

#[test]
fn a_product_without_reviews_has_empty_lists() {
    let record = Reviews::pack(&ReviewRows::new(id(40_344)), &TextPool::new());
    let mut output = Vec::new();
    record.write_list(Page::new(3, 5, 1_000), ReviewOrder::Newest, &TextPool::new(), &mut output);
    record.write_sums(&mut output);
    assert_eq!(
        String::from_utf8_lossy(&output),
        r#"{"product":"40344","page":10,"count":5,"results":[]}{"product_id":"40344","ratings":{},"recommended":{"false":"0","true":"0"},"characteristics":{}}"#
    );
}

#[test]
fn everything_that_changes_a_page_changes_its_tag() {
    let mut rows = ReviewRows::new(id(7));
    let empty = Reviews::pack(&rows, &TextPool::new());
    characterize(&mut rows);
    let none = Reviews::pack(&rows, &TextPool::new());
    rows.characteristics[0].ratings = 1;
    let rated = Reviews::pack(&rows, &TextPool::new());
    let page = |number, size| Page::new(number, size, 1_000);
    let other = Reviews::pack(&ReviewRows::new(id(8)), &TextPool::new());
    let mut tags: Vec<ListTag> = ORDERS.iter().map(|&order| empty.list_tag(page(1, 5), order)).collect();
    for record in [&empty, &none, &rated, &other] {
        tags.extend([record.sums_tag(), record.list_tag(page(2, 5), ReviewOrder::Helpful)]);
    }
    tags.push(empty.list_tag(page(1, 6), ReviewOrder::Helpful));
    let different: HashSet<ListTag> = tags.iter().copied().collect();
    assert_eq!(different.len(), tags.len());
}
