//! Clients that write at random, and a record of their writes: some were acknowledged, the result
//! of others is unknown. After a crash or an outage the store must agree with the record.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::client::{Connection, Response};
use super::program::Chance;

/// Products that the clients write about.
pub(crate) const PRODUCTS: u64 = 6;

/// Sends the requests of a client.
pub(crate) trait Talk {
    /// Sends a request with a JSON body. `None` when its result is unknown.
    fn request(&mut self, method: &str, path: &str, json: &str) -> Option<Response>;
}

impl Talk for Connection {
    fn request(&mut self, method: &str, path: &str, json: &str) -> Option<Response> {
        self.exchange(method, path, json).ok()
    }
}

/// A question, an answer or a review, as in a path: `questions/7`.
pub(crate) type Row = (&'static str, u64);

/// The kinds of [`Row`], each with where it is below the root, and the key of its id in the
/// response to a post.
const KINDS: [(&str, &str, &str); 3] = [
    ("questions", "/qa/questions", "question_id"),
    ("answers", "/qa/answers", "answer_id"),
    ("reviews", "/reviews", "review_id"),
];

fn definition(kind: &str) -> (&'static str, &'static str) {
    let (_, path, key) = KINDS.into_iter().find(|(name, ..)| *name == kind).expect("a kind");
    (path, key)
}

fn path_of(row: Row) -> String {
    format!("{}/{}", definition(row.0).0, row.1)
}

/// The characteristic that reviews of a product rate as they rate the product. Only stores that
/// have it keep the rating.
pub(crate) fn characteristic(product: u64) -> u64 {
    product * 10
}

/// Votes for a row.
#[derive(Default, Clone, Copy)]
struct Votes {
    acknowledged: u64,
    unanswered: u64,
}

/// The record of one client, or of all together.
#[derive(Default)]
pub(crate) struct Ledger {
    /// The body of each acknowledged post, by kind and id.
    posts: HashMap<Row, String>,
    /// Bodies of posts with an unknown result.
    unanswered_posts: HashSet<String>,
    votes: HashMap<Row, Votes>,
    reported: HashSet<Row>,
    reports_unanswered: HashSet<Row>,
    /// Acknowledged writes of every kind.
    pub(crate) acknowledged: u64,
    /// Writes with an unknown result.
    pub(crate) unanswered: u64,
}

impl Ledger {
    /// Posts `body` and records the result. Returns the new id, or `None` when the result is
    /// unknown.
    fn post(&mut self, client: &mut impl Talk, path: &str, kind: &'static str, body: &str) -> Option<u64> {
        let product = 1 + body.len() as u64 % PRODUCTS;
        let (characteristic, stars) = (characteristic(product), 1 + body.len() as u64 % 5);
        let json = format!(
            r#"{{"body":"{body}","name":"Ada","email":"ada@example.com","product_id":{product},"rating":{stars},
                "recommend":true,"summary":"","characteristics":{{"{characteristic}":{stars}}}}}"#
        );
        let Some(response) = client.request("POST", path, &json) else {
            self.unanswered += 1;
            self.unanswered_posts.insert(body.to_owned());
            return None;
        };
        assert_eq!(response.status, 201, "{path}: {response:?}");
        let (_, key) = definition(kind);
        let id = response.json()[key].as_u64().unwrap_or_else(|| panic!("no {key} in {response:?}"));
        self.acknowledged += 1;
        assert_eq!(self.posts.insert((kind, id), body.to_owned()), None, "{kind} {id} was given out twice");
        Some(id)
    }

    /// Votes and records the result. Returns `false` when it is unknown.
    fn vote(&mut self, client: &mut impl Talk, row: Row) -> bool {
        let response = client.request("PUT", &format!("{}/helpful", path_of(row)), "{}");
        let votes = self.votes.entry(row).or_default();
        let Some(response) = response else {
            votes.unanswered += 1;
            self.unanswered += 1;
            return false;
        };
        assert_eq!(response.status, 204, "{row:?}: {response:?}");
        votes.acknowledged += 1;
        self.acknowledged += 1;
        true
    }

    /// Reports and records the result. Returns `false` when it is unknown.
    fn report(&mut self, client: &mut impl Talk, row: Row) -> bool {
        let Some(response) = client.request("PUT", &format!("{}/report", path_of(row)), "{}") else {
            self.unanswered += 1;
            self.reports_unanswered.insert(row);
            return false;
        };
        assert_eq!(response.status, 204, "{row:?}: {response:?}");
        self.acknowledged += 1;
        self.reported.insert(row);
        true
    }

    /// The same for an earlier state, which may have these writes or not.
    pub(crate) fn perhaps_later(self) -> Self {
        let votes = self.votes.into_iter().map(|(row, Votes { acknowledged, unanswered })| {
            (row, Votes { acknowledged: 0, unanswered: acknowledged + unanswered })
        });
        let posts = self.posts.into_values();
        Self {
            unanswered_posts: self.unanswered_posts.into_iter().chain(posts).collect(),
            votes: votes.collect(),
            reports_unanswered: self.reports_unanswered.into_iter().chain(self.reported).collect(),
            unanswered: self.acknowledged + self.unanswered,
            ..Self::default()
        }
    }

    /// Adds the record of another client.
    pub(crate) fn add(&mut self, other: Self) {
        for (row, body) in other.posts {
            assert_eq!(self.posts.insert(row, body), None, "{row:?} was given out twice");
        }
        for (row, votes) in other.votes {
            let sum = self.votes.entry(row).or_default();
            sum.acknowledged += votes.acknowledged;
            sum.unanswered += votes.unanswered;
        }
        self.unanswered_posts.extend(other.unanswered_posts);
        self.reported.extend(other.reported);
        self.reports_unanswered.extend(other.reports_unanswered);
        self.acknowledged += other.acknowledged;
        self.unanswered += other.unanswered;
    }

    /// Compares the record with the lists of a server and their sums, and records the results of
    /// unanswered writes.
    pub(crate) fn settle(&mut self, client: &mut Connection) {
        compare_sums(client);
        let listed = everything_listed(client);
        let mut bodies = HashSet::new();
        for (row, (body, votes, _)) in &listed {
            assert!(bodies.insert(body), "{body:?} is there twice");
            match self.posts.get(row) {
                Some(acknowledged) => assert_eq!(acknowledged, body, "{row:?}"),
                None => assert!(self.unanswered_posts.contains(body), "nobody posted {row:?} {body:?}"),
            }
            assert!(!self.reported.contains(row), "{row:?} was reported and is shown");
            let Votes { acknowledged, unanswered } = self.votes.get(row).copied().unwrap_or_default();
            let possible = acknowledged..=acknowledged + unanswered;
            assert!(possible.contains(votes), "{row:?} has {votes} votes, and {possible:?} were given");
        }
        for (row, body) in &self.posts {
            let hidden = self.reported.contains(row) || self.reports_unanswered.contains(row);
            assert!(hidden || listed.contains_key(row), "{row:?} {body:?} was acknowledged and is lost");
        }
        self.take_over(listed);
    }

    /// From now on the listed rows must stay.
    fn take_over(&mut self, listed: HashMap<Row, Listed>) {
        for row in self.reports_unanswered.drain() {
            if !listed.contains_key(&row) {
                self.reported.insert(row);
            }
        }
        for (row, (body, votes, _)) in listed {
            self.votes.insert(row, Votes { acknowledged: votes, unanswered: 0 });
            self.unanswered_posts.remove(&body);
            self.posts.insert(row, body);
        }
        // A row that is not there now was never written, and must not appear later.
        self.unanswered_posts.clear();
    }

    /// Visible rows that anybody may write about.
    pub(crate) fn rows(&self, kind: &str) -> Vec<Row> {
        self.posts.keys().filter(|row| row.0 == kind && !self.reported.contains(row)).copied().collect()
    }
}

/// Body, votes and, of an answer, its question.
pub(crate) type Listed = (String, u64, Option<u64>);

/// All rows on all pages of all products.
pub(crate) fn everything_listed(client: &mut Connection) -> HashMap<Row, Listed> {
    let mut listed = HashMap::new();
    let mut add = |row: Row, value: Listed| {
        assert_eq!(listed.insert(row, value), None, "{row:?} is listed twice");
    };
    let number = |value: &Value| value.as_u64().expect("a number");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    for product in 1..=PRODUCTS {
        for question in all_pages(client, &format!("/qa/questions?product_id={product}")) {
            let question_id = number(&question["question_id"]);
            let votes = number(&question["question_helpfulness"]);
            add(("questions", question_id), (text(&question["question_body"]), votes, None));
            for answer in question["answers"].as_object().expect("an object").values() {
                let value = (text(&answer["body"]), number(&answer["helpfulness"]), Some(question_id));
                add(("answers", number(&answer["id"])), value);
            }
        }
        for review in all_pages(client, &format!("/reviews?product_id={product}")) {
            let value = (text(&review["body"]), number(&review["helpfulness"]), None);
            add(("reviews", number(&review["review_id"])), value);
        }
    }
    listed
}

/// The results of all pages of a list.
fn all_pages(client: &mut Connection, target: &str) -> Vec<Value> {
    let mut results = Vec::new();
    for page in 1.. {
        let list = client.get(&format!("{target}&count=1000&page={page}"));
        let on_page = list["results"].as_array().expect("a list");
        if on_page.is_empty() {
            break;
        }
        results.extend(on_page.iter().cloned());
    }
    results
}

/// The sums of every product are those of its listed reviews: how often each number of stars, and
/// the average of the [`characteristic`] if the store has it.
fn compare_sums(client: &mut Connection) {
    for product in 1..=PRODUCTS {
        let reviews = all_pages(client, &format!("/reviews?product_id={product}"));
        let sums = client.get(&format!("/reviews/meta?product_id={product}"));
        let mut ratings: BTreeMap<String, u64> = BTreeMap::new();
        let mut stars = 0;
        for review in &reviews {
            let rating = review["rating"].as_u64().expect("a number");
            *ratings.entry(rating.to_string()).or_default() += 1;
            stars += rating;
        }
        let expected: BTreeMap<String, String> =
            ratings.into_iter().map(|(rating, count)| (rating, count.to_string())).collect();
        let counted: BTreeMap<String, String> =
            serde_json::from_value(sums["ratings"].clone()).expect("texts");
        assert_eq!(counted, expected, "product {product}");
        for (name, sum) in sums["characteristics"].as_object().expect("an object") {
            assert_eq!(sum["id"].as_u64(), Some(characteristic(product)), "{name}");
            let value = sum["value"].as_str().map(|value| value.parse::<f64>().expect("a number"));
            let count = u32::try_from(reviews.len()).expect("a few reviews");
            let average =
                (count > 0).then(|| f64::from(u32::try_from(stars).expect("a few")) / f64::from(count));
            let is_near = match (value, average) {
                (Some(value), Some(average)) => (value - average).abs() < 1e-9,
                (value, average) => value.is_none() && average.is_none(),
            };
            assert!(is_near, "product {product} {name}: {value:?}, and {average:?} was given");
        }
    }
}

/// A client that writes to random rows.
pub(crate) struct Writer<C> {
    pub(crate) client: C,
    pub(crate) chance: Chance,
    pub(crate) ledger: Ledger,
    name: String,
    written: u64,
    questions: Vec<Row>,
    answers: Vec<Row>,
    reviews: Vec<Row>,
}

impl<C: Talk> Writer<C> {
    /// `name` is in every text that it posts; `known` has rows to begin with.
    pub(crate) fn new(client: C, seed: u64, name: String, known: &Ledger) -> Self {
        Self {
            client,
            chance: Chance::new(seed),
            ledger: Ledger::default(),
            name,
            written: 0,
            questions: known.rows("questions"),
            answers: known.rows("answers"),
            reviews: known.rows("reviews"),
        }
    }

    /// Makes one write. Returns `false` when its result is unknown.
    pub(crate) fn write(&mut self) -> bool {
        let number = self.written;
        self.written += 1;
        // Bodies of different lengths go to different products.
        let dots = ".".repeat(self.pick(PRODUCTS));
        let body = format!("{} write {number}{dots}", self.name);
        let Self { client, ledger, .. } = self;
        if self.questions.is_empty() || number.is_multiple_of(8) {
            let id = ledger.post(client, "/qa/questions", "questions", &body);
            self.questions.extend(id.map(|id| ("questions", id)));
            return id.is_some();
        }
        if self.reviews.is_empty() || number % 8 == 2 {
            let id = self.ledger.post(&mut self.client, "/reviews", "reviews", &body);
            self.reviews.extend(id.map(|id| ("reviews", id)));
            return id.is_some();
        }
        let place = self.pick(self.questions.len() as u64);
        let question = self.questions[place];
        if self.answers.is_empty() || number.is_multiple_of(4) {
            let path = format!("/qa/questions/{}/answers", question.1);
            let id = self.ledger.post(&mut self.client, &path, "answers", &body);
            self.answers.extend(id.map(|id| ("answers", id)));
            return id.is_some();
        }
        let answer_place = self.pick(self.answers.len() as u64);
        let answer = self.answers[answer_place];
        let review_place = self.pick(self.reviews.len() as u64);
        let review = self.reviews[review_place];
        match number % 16 {
            // No questions: the answers of a reported question are hidden with it.
            3 => self.ledger.report(&mut self.client, answer),
            13 => self.ledger.report(&mut self.client, review),
            6 | 14 => self.ledger.vote(&mut self.client, review),
            1 | 5 | 7 | 11 => self.ledger.vote(&mut self.client, answer),
            _ => self.ledger.vote(&mut self.client, question),
        }
    }

    fn pick(&mut self, bound: u64) -> usize {
        usize::try_from(self.chance.below(bound)).expect("a small number")
    }
}
