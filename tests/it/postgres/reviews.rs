//! The catalogue and the reviews on PostgreSQL: there and back, found by scans, and many writers at
//! once whose sums must add up.

use std::time::Instant;

use atelier::domain::{
    CharacteristicId, Id as _, MAX_ID, NewReview, Rated, ReviewId, ReviewRows, Stars, Summary, Target,
};
use atelier::service::ServiceSettings;
use atelier::store::{Command, Outcome, ProductChange};

use super::partitioned::partitioned_database;
use super::process::Process;
use super::*;
use crate::support::cluster::Cluster;
use crate::support::report_all;

/// Addresses of databases with tables as they are migrated, and with partitioned ones.
fn both_kinds() -> [String; 2] {
    let plain = Cluster::shared().fresh_database();
    drop(store(&plain));
    [plain, partitioned_database()]
}

/// Gives a product characteristics with these ids.
fn characterize(address: &str, product_id: u64, ids: &[u64]) {
    for id in ids {
        let add = format!(
            "INSERT INTO characteristics (product_id, characteristic_id, name) VALUES ({product_id}, {id}, 'Fit');
             INSERT INTO characteristic_sums (product_id, characteristic_id, stars, ratings)
             VALUES ({product_id}, {id}, 0, 0)"
        );
        Cluster::shared().query(address, &add);
    }
}

fn stars(number: u64) -> Stars {
    Stars::new(number).expect("stars")
}

fn add_review(product_id: u64, body: &str, photos: &[&str], rated: &[(u64, u64)]) -> Command {
    let rated = rated.iter().map(|&(id, number)| Rated {
        characteristic_id: CharacteristicId::new(id).expect("an id"),
        stars: stars(number),
    });
    let review = NewReview {
        product_id: product(product_id),
        rating: stars(4),
        recommend: true,
        summary: Summary::parse("Good", 60).expect("a summary"),
        body: Body::parse(body, 1_000).expect("a body"),
        name: Name::parse("ann", 60).expect("a name"),
        email: Email::parse("ann@example.com", 254).expect("an address"),
        photos: photos.iter().map(|url| PhotoUrl::parse(url, 2_000).expect("an address")).collect(),
        rated: rated.collect(),
    };
    Command::AddReview { review, written_at: now(), submission: None, origin: None }
}

/// Adds a review and returns its id.
fn review(writer: &mut dyn Writer, product_id: u64, rated: &[(u64, u64)]) -> ReviewId {
    match writer.commit(&[add_review(product_id, "It is.", &[], rated)]).expect("a review")[..] {
        [Outcome::ReviewAdded { review_id, .. }] => review_id,
        ref other => panic!("{other:?}"),
    }
}

fn load_reviews(store: &dyn Store, product_id: u64) -> ReviewRows {
    let mut reader = store.reader().expect("a reader");
    reader.load_reviews(&[product(product_id)]).expect("rows").remove(0)
}

/// Id, stars and number of ratings of each characteristic.
fn sums(rows: &ReviewRows) -> Vec<(u64, u64, u64)> {
    let mut sums: Vec<_> = rows
        .characteristics
        .iter()
        .map(|row| (row.characteristic_id.get(), row.stars, row.ratings))
        .collect();
    sums.sort_unstable();
    sums
}

#[test]
fn reviews_there_and_back() {
    for address in both_kinds() {
        let store = store(&address);
        characterize(&address, 7, &[70, 71]);
        characterize(&address, 8, &[80]);
        let mut writer = writer(store.as_ref());
        let photos = ["https://example.com/1.jpg", "https://example.com/2.jpg"];
        // The characteristics of other products, and those that nobody has, are ignored.
        let added = writer
            .commit(&[
                add_review(7, "Ünïcode \u{1f600}\n'quoted'", &photos, &[(71, 5), (80, 5), (999, 1), (70, 2)]),
                add_review(7, "Second.", &[], &[(71, 2)]),
                add_review(9, "Not in the catalogue.", &[], &[(71, 2)]),
            ])
            .unwrap();
        let ids: Vec<_> = added
            .iter()
            .map(|outcome| match outcome {
                Outcome::ReviewAdded { review_id, product_id } => (*review_id, product_id.get()),
                other => panic!("{other:?}"),
            })
            .collect();
        let [(first, 7), (second, 7), (_, 9)] = ids[..] else { panic!("{ids:?}") };
        let rows = load_reviews(store.as_ref(), 7);
        assert_eq!(sums(&rows), [(70, 2, 1), (71, 7, 2)]);
        let row = rows.reviews.iter().find(|row| row.review_id == first).unwrap();
        assert_eq!(rows.texts.get(row.body), "Ünïcode \u{1f600}\n'quoted'");
        assert_eq!((rows.texts.get(row.summary), rows.texts.get(row.name)), ("Good", "ann"));
        assert_eq!((row.rating, row.recommend, row.helpful), (stars(4), true, 0));
        assert_eq!((row.response, row.written_at), (None, now()));
        let urls: Vec<_> = rows.photos.iter().map(|photo| rows.texts.get(photo.url)).collect();
        assert_eq!(urls, photos);
        assert_eq!(load_reviews(store.as_ref(), 9).reviews.len(), 1);

        let product_id = product(7);
        let nobody = Target::Review(ReviewId::new(MAX_ID).unwrap());
        let outcomes = writer
            .commit(&[vote(Target::Review(first), 3), vote(Target::Review(second), 1), vote(nobody, 1)])
            .unwrap();
        let voted = |helpful| Outcome::Voted { product_id, helpful };
        assert_eq!(outcomes, [voted(3), voted(1), Outcome::NotFound]);
        let second_target = Target::Review(second);
        let reported = report_all(writer.as_mut(), &[second_target, second_target, nobody]);
        assert_eq!(reported, [Some(7), Some(7), None]);
        // Once is enough.
        assert_eq!(report_all(writer.as_mut(), &[second_target]), [Some(7)]);
        let rows = load_reviews(store.as_ref(), 7);
        assert_eq!(
            rows.reviews.iter().map(|row| (row.review_id, row.helpful)).collect::<Vec<_>>(),
            [(first, 3)]
        );
        assert_eq!(sums(&rows), [(70, 2, 1), (71, 5, 1)]);
        let state = format!("SELECT state, revision FROM reviews WHERE review_id = {}", second.get());
        assert_eq!(Cluster::shared().query(&address, &state), "3|1");
        store.check(&mut |finding| panic!("{finding:?}")).unwrap();
    }
}

#[test]
fn shown_are_published_reviews_without_votes_that_were_taken_back() {
    let address = Cluster::shared().fresh_database();
    let store = store(&address);
    let mut writer = writer(store.as_ref());
    let ids: Vec<_> = (0..4).map(|_| review(writer.as_mut(), 7, &[])).collect();
    for (state, id) in ids.iter().enumerate() {
        let change = format!(
            "UPDATE reviews SET state = {state}, helpful = 5, withdrawn = 2, response = 'Thanks.' WHERE review_id = {}",
            id.get()
        );
        Cluster::shared().query(&address, &change);
    }
    let rows = load_reviews(store.as_ref(), 7);
    let [row] = rows.reviews[..] else { panic!("{rows:?}") };
    assert_eq!((row.review_id, row.helpful), (ids[0], 3));
    assert_eq!(rows.texts.get(row.response.unwrap()), "Thanks.");
    let voted = Outcome::Voted { product_id: product(7), helpful: 4 };
    assert_eq!(writer.commit(&[vote(Target::Review(ids[0]), 1)]).unwrap(), [voted]);
    // A review that was never published does not become a hidden one.
    report_all(writer.as_mut(), &[Target::Review(ids[1])]);
    let states = "SELECT string_agg(state || '/' || revision, ' ' ORDER BY review_id) FROM reviews";
    assert_eq!(Cluster::shared().query(&address, states), "0/0 1/0 2/0 3/0");
}

#[test]
fn scans_find_every_product_once() {
    for address in both_kinds() {
        let store = store(&address);
        // Only reviews, only characteristics, only hidden reviews; far apart.
        characterize(&address, 900, &[1]);
        let mut writer = writer(store.as_ref());
        for product_id in [3, MAX_ID, 5, 5] {
            review(writer.as_mut(), product_id, &[]);
        }
        let hidden = review(writer.as_mut(), 4, &[]);
        report_all(writer.as_mut(), &[Target::Review(hidden)]);
        Cluster::shared().query(
            &address,
            "INSERT INTO products SELECT id, 14000, 'Camo Onesie', 'Blend in', 'So fine', 'Jackets'
             FROM unnest(ARRAY[2, 6, 9007199254740991]) AS p (id);
             INSERT INTO styles VALUES (6, 60, 14000, 9900, true, 'Green'), (6, 61, 14000, NULL, false, 'Black'),
                                       (4, 40, 100, NULL, false, 'Of no product');
             INSERT INTO features VALUES (6, 8, 'Fabric', 'Canvas'), (6, 9, 'Buttons', NULL);
             INSERT INTO style_photos VALUES (6, 600, 60, 'https://u.co/1', 'https://u.co/t1');
             INSERT INTO skus VALUES (6, 700, 61, 8, 'XS');
             INSERT INTO related_products VALUES (6, 3, 1, 9007199254740991, true), (6, 1, 2, 2, true), (6, 2, 3, 0, false);
             INSERT INTO imports VALUES ('catalogue', '2021-08-13T14:38:44.509Z')",
        );
        let mut reader = store.reader().unwrap();
        let (mut reviewed, mut last) = (Vec::new(), None);
        loop {
            let products = reader.scan_reviews(last, 2).unwrap();
            reviewed.extend(
                products
                    .iter()
                    .map(|rows| (rows.product_id.get(), rows.reviews.len(), rows.characteristics.len())),
            );
            last = products.last().map(|rows| rows.product_id);
            if products.len() < 2 {
                break;
            }
        }
        assert_eq!(reviewed, [(3, 1, 0), (4, 0, 0), (5, 2, 0), (900, 0, 1), (MAX_ID, 1, 0)]);

        let first = reader.scan_catalogue(None, 2).unwrap();
        let second = reader.scan_catalogue(Some(product(6)), 2).unwrap();
        assert_eq!(first.iter().map(|rows| rows.product_id).collect::<Vec<_>>(), [product(2), product(6)]);
        assert_eq!(second.iter().map(|rows| rows.product_id).collect::<Vec<_>>(), [product(MAX_ID)]);
        assert_eq!(reader.product_ids(None, 2).unwrap(), [product(2), product(6)]);
        assert_eq!(reader.product_ids(Some(product(6)), 2).unwrap(), [product(MAX_ID)]);

        let loaded = reader.load_catalogue(&[product(6), product(4), product(5)]).unwrap();
        assert!(loaded[1].product.is_none() && loaded[2].product.is_none());
        let rows = &loaded[0];
        assert_eq!(rows, &first[1]);
        assert_eq!(rows.imported_at.milliseconds(), 1_628_865_524_509);
        let row = rows.product.unwrap();
        assert_eq!((rows.texts.get(row.name), row.default_price.hundredths()), ("Camo Onesie", 14_000));
        assert_eq!((rows.texts.get(row.slogan), rows.texts.get(row.category)), ("Blend in", "Jackets"));
        let mut styles: Vec<_> = rows.styles.iter().map(|row| (row.style_id.get(), row.is_default)).collect();
        styles.sort_unstable();
        assert_eq!(styles, [(60, true), (61, false)]);
        let sale = rows.styles.iter().find_map(|row| row.sale_price).unwrap();
        assert_eq!(sale.hundredths(), 9_900);
        let features: Vec<_> =
            rows.features.iter().map(|row| row.value.map(|value| rows.texts.get(value))).collect();
        assert!(features == [Some("Canvas"), None] || features == [None, Some("Canvas")], "{features:?}");
        assert_eq!(
            (rows.photos[0].style_id.get(), rows.texts.get(rows.photos[0].thumbnail_url)),
            (60, "https://u.co/t1")
        );
        assert_eq!(
            (rows.skus[0].sku_id.get(), rows.skus[0].style_id.get(), rows.skus[0].quantity),
            (700, 61, 8)
        );
        assert_eq!(rows.related, [product(2), product(MAX_ID)], "in the order of the file");
    }
}

#[test]
fn another_process_hears_of_reviews() {
    let store = fresh_store();
    let mut writer = writer(store.as_ref());
    let first = review(writer.as_mut(), 7, &[]);
    let (sink, elsewhere) = ear();
    let _other = store.writer(sink).unwrap();
    writer.commit(&[vote(Target::Review(first), 2)]).unwrap();
    let votes = ProductChange::ReviewVotes(product(7), first, 2);
    assert_eq!(elsewhere.recv_timeout(PATIENCE).unwrap(), Change::Votes(vec![votes]));
    let changed = Change::Products(vec![ProductChange::Reviews(product(7))]);
    review(writer.as_mut(), 7, &[]);
    assert_eq!(elsewhere.recv_timeout(PATIENCE).unwrap(), changed);
    report_all(writer.as_mut(), &[Target::Review(first)]);
    assert_eq!(elsewhere.recv_timeout(PATIENCE).unwrap(), changed);
}

#[test]
fn two_processes_agree_about_reviews() {
    let address = Cluster::shared().fresh_database();
    let store = store(&address);
    characterize(&address, 7, &[70]);
    let settings = ServiceSettings { duplicate_window: PATIENCE, ..ServiceSettings::default() };
    let [first, second] =
        [settings.clone(), settings].map(|settings| Process::start(store.as_ref(), settings));
    let until = |process: &Process, expected: &(Vec<(u64, u64)>, u64)| {
        let started = Instant::now();
        loop {
            let seen = process.reviews(7);
            if seen == *expected {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "{seen:?} instead of {expected:?}");
            std::thread::yield_now();
        }
    };
    // Both have the product in memory before each change.
    let both = |expected: (Vec<(u64, u64)>, u64)| [&first, &second].map(|process| until(process, &expected));
    both((vec![], 0));
    let add = |process: &Process| {
        let Command::AddReview { review, .. } = add_review(7, "It is.", &[], &[(70, 5)]) else {
            unreachable!("it is one")
        };
        process.run(async |service| service.add_review(review, None).await).id
    };
    let one = add(&first);
    both((vec![(0, one.get())], 1));
    // The same content, sent to the other process, is the same review.
    assert_eq!(add(&second), one);
    second.run(async |service| service.vote_review(one).await);
    both((vec![(1, one.get())], 1));
    first.run(async |service| service.vote_review(one).await);
    both((vec![(2, one.get())], 1));
    second.run(async |service| service.report_review(one).await);
    both((vec![], 0));
    store.check(&mut |finding| panic!("{finding:?}")).unwrap();
}

#[test]
fn votes_of_a_review_that_cannot_be_read_take_its_product_out_of_memory() {
    let address = Cluster::shared().fresh_database();
    let store = store(&address);
    let mut writer = writer(store.as_ref());
    let first = review(writer.as_mut(), 7, &[]);
    let (sink, elsewhere) = ear();
    let _other = store.writer(sink).unwrap();
    Cluster::shared().query(&address, "UPDATE reviews SET withdrawn = 9");
    let refused = writer.commit(&[vote(Target::Review(first), 1)]).unwrap_err();
    assert!(refused.to_string().contains("table reviews, row 1, column helpful"), "{refused}");
    Cluster::shared().query(
        &address,
        "SELECT pg_notify('atelier_changes_' || relnamespace, '1 v7,1') FROM pg_class WHERE relname = 'reviews'",
    );
    let changed = Change::Votes(vec![ProductChange::Reviews(product(7))]);
    assert_eq!(elsewhere.recv_timeout(PATIENCE).unwrap(), changed);
}

#[test]
fn writers_of_the_same_reviews_do_not_wait_for_each_other_in_a_circle() {
    const WRITERS: usize = 4;
    const ROUNDS: usize = 15;
    for address in both_kinds() {
        let store = store(&address);
        let characteristics: Vec<u64> = (70..76).collect();
        characterize(&address, 7, &characteristics);
        let all: Vec<_> = characteristics.iter().map(|&id| (id, 3)).collect();
        let mut ids = Vec::new();
        let mut first = writer(store.as_ref());
        for _ in 0..WRITERS * ROUNDS {
            ids.push(review(first.as_mut(), 7, &all));
        }
        std::thread::scope(|scope| {
            for number in 0..WRITERS {
                let (store, ids, mut rated) = (&store, &ids, all.clone());
                scope.spawn(move || {
                    let mut writer = writer(store.as_ref());
                    if number % 2 == 1 {
                        rated.reverse();
                    }
                    for round in 0..ROUNDS {
                        // Half of the writers vote for one half of the reviews and report the other
                        // one, the others the other way round.
                        let of_half =
                            |half| ids.iter().skip(half % 2).step_by(2).map(|id| Target::Review(*id));
                        let mut commands: Vec<_> = of_half(number).map(|target| vote(target, 1)).collect();
                        if number % 4 > 1 {
                            commands.reverse();
                        }
                        commands.push(add_review(7, "In between", &["https://example.com/1.jpg"], &rated));
                        let outcomes = writer.commit(&commands).unwrap();
                        assert!(!outcomes.contains(&Outcome::NotFound));
                        let reported: Vec<_> = of_half(number + 1).skip(2 * round).take(2).collect();
                        let reported = report_all(writer.as_mut(), &reported);
                        assert!(reported.iter().all(Option::is_some));
                    }
                });
            }
        });
        let rows = load_reviews(store.as_ref(), 7);
        let left = (WRITERS * ROUNDS) as u64;
        assert_eq!(rows.reviews.len() as u64, left, "the new ones");
        assert_eq!(sums(&rows), characteristics.iter().map(|&id| (id, 3 * left, left)).collect::<Vec<_>>());
        let hidden = format!(
            "SELECT count(*) FROM reviews WHERE helpful = {} AND state = 3 AND revision = 1",
            left / 2
        );
        assert_eq!(Cluster::shared().query(&address, &hidden), left.to_string());
        store.check(&mut |finding| panic!("{finding:?}")).unwrap();
        let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        assert_eq!(Cluster::shared().query(&address, deadlocks), "0");
    }
}
