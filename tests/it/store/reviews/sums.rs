//! Random reviews, votes and reports in random batches: the sums that a store keeps up are those
//! that a recomputation over what was sent gives.

use std::collections::BTreeMap;

use atelier::domain::Id as _;
use atelier::store::{Command, Outcome};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use super::stock::{Reviews, review, write};
use crate::store::harness::{TestStore, outside, product_id, vote};
use crate::support::{OnStore, StoreKind, on_every_store, report_all, review_lines as lines};

on_every_store!(sums_are_those_of_a_recomputation);

/// How many sequences are tried on a kind of store.
struct Trials {
    kind: StoreKind,
    count: u32,
}

impl OnStore for Trials {
    /// Fewer on PostgreSQL, where each needs a database.
    fn on(kind: StoreKind) -> Self {
        let count = match kind {
            StoreKind::Sqlite => 32,
            StoreKind::Postgres => 8,
            StoreKind::PostgresPooled => 4,
        };
        Self { kind, count }
    }
}

/// Near and far products. Characteristic `10 * n + m` is the `m`th of the `n`th product.
const PRODUCTS: [u64; 4] = [5, 6, 1 << 38, (1 << 53) - 1];
const CHARACTERISTICS: u64 = 3;

#[derive(Debug, Clone)]
enum Step {
    /// The characteristics may be any product's.
    Write {
        product: Index,
        rated: BTreeMap<u64, u64>,
    },
    Vote {
        review: u64,
        votes: u32,
    },
    Report {
        review: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let characteristics = 10..10 * (PRODUCTS.len() as u64 + 1);
    prop_oneof![
        4 => (any::<Index>(), prop::collection::btree_map(characteristics, 1..=5_u64, 0..12))
            .prop_map(|(product, rated)| Step::Write { product, rated }),
        2 => (1..30_u64, 1..4_u32).prop_map(|(review, votes)| Step::Vote { review, votes }),
        2 => (1..30_u64).prop_map(|review| Step::Report { review }),
    ]
}

/// What was sent; ids count up from 1, so review `n` stands at `n - 1`.
#[derive(Default)]
struct Model {
    reviews: Vec<ModelReview>,
}

struct ModelReview {
    product: u64,
    rated: BTreeMap<u64, u64>,
    votes: u32,
    hidden: bool,
}

impl Model {
    fn lines(&self, number: u64, product: u64) -> Vec<String> {
        let shown = || (1..).zip(&self.reviews).filter(|(_, row)| row.product == product && !row.hidden);
        let mut lines: Vec<String> =
            shown().map(|(id, row): (u64, _)| format!("R{id} +{}", row.votes)).collect();
        for characteristic in 10 * number + 1..=10 * number + CHARACTERISTICS {
            let given: Vec<u64> =
                shown().filter_map(|(_, row)| row.rated.get(&characteristic).copied()).collect();
            lines.push(format!("C{characteristic} Fit {}/{}", given.iter().sum::<u64>(), given.len()));
        }
        lines
    }
}

/// Lines with the id and the votes of a review alone.
fn short(lines: Vec<String>) -> Vec<String> {
    let short = |line: String| match (line.split_once(' '), line.rsplit_once(' ')) {
        (Some((review, _)), Some((_, votes))) if line.starts_with('R') => format!("{review} {votes}"),
        _ => line,
    };
    lines.into_iter().map(short).collect()
}

fn run(kind: StoreKind, batches: Vec<Vec<Step>>) {
    let store = TestStore::on(kind);
    let mut shop = Reviews::default();
    for (number, product) in (1..).zip(PRODUCTS) {
        for characteristic in 10 * number + 1..=10 * number + CHARACTERISTICS {
            shop = shop.characteristic(characteristic, product, "Fit");
        }
    }
    shop.into(&store);
    let mut model = Model::default();
    let mut writer = store.writer();
    for steps in batches {
        let (mut commands, mut reported): (Vec<Command>, Vec<_>) = (Vec::new(), Vec::new());
        let mut voted = std::collections::BTreeSet::new();
        let (known, mut new) = (model.reviews.len() as u64, Vec::new());
        for step in steps {
            match step {
                Step::Write { product, rated } => {
                    let product = PRODUCTS[product.index(PRODUCTS.len())];
                    let given: Vec<(u64, u64)> = rated.iter().map(|(&id, &stars)| (id, stars)).collect();
                    commands.push(write(product, "Random.", &[], &given));
                    new.push(ModelReview { product, rated, votes: 0, hidden: false });
                }
                Step::Vote { review: id, votes } if voted.insert(id) => {
                    commands.push(vote(review(absent_or(id, known)), votes));
                    if id <= known {
                        model.reviews[place(id)].votes += votes;
                    }
                }
                Step::Vote { .. } => {}
                Step::Report { review: id } => {
                    reported.push(review(absent_or(id, known)));
                    if id <= known {
                        model.reviews[place(id)].hidden = true;
                    }
                }
            }
        }
        model.reviews.extend(new);
        let outcomes = outside(|| {
            report_all(writer.as_mut(), &reported);
            writer.commit(&commands).expect("the commit succeeds")
        });
        for outcome in &outcomes {
            if let Outcome::ReviewAdded { review_id, product_id } = outcome {
                assert_eq!(model.reviews[place(review_id.get())].product, product_id.get());
            }
        }
        compare(&store, &model);
    }
    outside(|| store.open().check(&mut |finding| panic!("{finding:?}")).expect("checked"));
}

fn compare(store: &TestStore, model: &Model) {
    let products = PRODUCTS.map(product_id);
    let rows = store.reader().load_reviews(&products).expect("the products are read");
    for ((number, product), rows) in (1..).zip(PRODUCTS).zip(&rows) {
        assert_eq!(short(lines(rows)), model.lines(number, product), "product {product}");
    }
}

/// A review of an earlier batch, or one that never is there.
fn absent_or(id: u64, known: u64) -> u64 {
    if id <= known { id } else { id + 1_000 }
}

fn place(id: u64) -> usize {
    usize::try_from(id - 1).expect("a few rows")
}

fn sums_are_those_of_a_recomputation(trials: &Trials) {
    let config = ProptestConfig {
        cases: trials.count,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    };
    let batches = prop::collection::vec(prop::collection::vec(step(), 1..12), 4..10);
    let mut runner = TestRunner::new(config);
    let result = runner.run(&batches, |batches| {
        run(trials.kind, batches);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}\n{runner}"));
}
