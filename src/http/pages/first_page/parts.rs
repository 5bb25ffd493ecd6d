//! The page's parts: numbers and words as they stand there. The templates are in
//! `templates/status`, and the engine escapes every text. Deliberately absent: the figures
//! (`status`).

use askama::Template;
use askama::filters::HtmlSafe;

use super::chart;
use super::status::{Route, Series, Status};
use super::words;
use crate::domain::Id as _;
use crate::http::pages::html::Assets;
use crate::http::watch::history::{MAX_STEPS, STEP, Tally};
use crate::service;

/// The width of the bar that shows how full memory is, in its own units.
const BAR_WIDTH: u64 = 1_000;

/// Rows of the table next to the charts, and steps of a row: those of a minute.
const ROWS: usize = 5;
const STEPS_PER_ROW: usize = MAX_STEPS / ROWS;

/// The page.
#[derive(Template)]
#[template(path = "status/page.html")]
pub(super) struct StatusPage<'a> {
    assets: &'a Assets,
    status: &'a Status,
    step_ms: u128,
    condition: &'static str,
    state: String,
    uptime: String,
    connections: String,
    base: String,
    examples: Vec<Link>,
    is_empty: bool,
    products: String,
    questions: String,
    answers: String,
    bytes: String,
    max_bytes: String,
    full: u64,
    lists: Card,
    writes: Card,
    minutes: Vec<Minute>,
    routes: Vec<RouteRow>,
}

impl<'a> StatusPage<'a> {
    /// The page of these figures. Its links begin with `base`.
    pub(super) fn new(
        assets: &'a Assets,
        status: &'a Status,
        base: String,
        example: Option<service::Example>,
        demo: bool,
    ) -> Self {
        let (memory, last) = (&status.memory, &status.last_minutes);
        Self {
            assets,
            status,
            step_ms: STEP.as_millis(),
            condition: condition(status),
            state: state(status),
            uptime: words::duration(status.uptime_s),
            connections: words::count(status.connections.open as u64),
            base,
            examples: examples(example, demo),
            is_empty: example.is_none(),
            products: words::count(memory.products),
            questions: words::count(memory.questions),
            answers: words::count(memory.answers),
            bytes: words::bytes(memory.bytes),
            max_bytes: words::bytes(memory.max_bytes),
            full: full(memory.bytes, memory.max_bytes),
            lists: Card::new("lists", "Lists", &last.lists),
            writes: Card::new("writes", "Writes", &last.writes),
            minutes: (0..ROWS).map(|minute| Minute::new(minute, [&last.lists, &last.writes])).collect(),
            routes: routes(&status.routes),
        }
    }
}

/// One word for the condition of the service, which colours the page.
fn condition(status: &Status) -> &'static str {
    match (status.is_ready, status.receives_changes) {
        (true, true) => "good",
        (true, false) => "fair",
        (false, _) => "bad",
    }
}

fn state(status: &Status) -> String {
    let mut letters = status.state.chars();
    let mut state: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    state.push_str(letters.as_str());
    if !status.receives_changes {
        state.push_str("; changes by other processes are not received");
    }
    state
}

/// How much of the bar is full: a little is never nothing.
fn full(bytes: u64, max_bytes: u64) -> u64 {
    let share = u128::from(bytes) * u128::from(BAR_WIDTH) / u128::from(max_bytes.max(1));
    u64::try_from(share).unwrap_or(BAR_WIDTH).clamp(u64::from(bytes > 0), BAR_WIDTH)
}

/// A link to something to try.
struct Link {
    path: String,
    text: String,
}

/// Links to the demo shop, if there is one, and to lists that have something in them.
fn examples(example: Option<service::Example>, demo: bool) -> Vec<Link> {
    let link = |path: String, text: String| Link { path, text };
    let shop = demo.then(|| link("demo".to_owned(), "A shop of invented products".to_owned()));
    let lists = example.map(|service::Example { product_id, question_id }| {
        let (product, question) = (product_id.get(), question_id.get());
        [
            link(format!("qa/questions?product_id={product}"), format!("Questions about product {product}")),
            link(format!("qa/questions/{question}/answers"), format!("Answers to question {question}")),
        ]
    });
    shop.into_iter().chain(lists.into_iter().flatten()).collect()
}

/// A kind of requests with its charts.
#[derive(Template)]
#[template(path = "status/card.html")]
struct Card {
    id: &'static str,
    name: &'static str,
    now: String,
    largest: String,
    end: String,
    rate_line: String,
    rate_area: String,
    p50_line: String,
    p99_line: String,
    p50: String,
    p99: String,
    answered: String,
    failed: String,
    failed_class: &'static str,
}

impl HtmlSafe for Card {}

impl Card {
    fn new(id: &'static str, name: &'static str, series: &Series) -> Self {
        let end = chart::scale_end(&series.per_second);
        let (rate_line, rate_area) = chart::rates(&series.per_second, end);
        let largest = series.per_second.iter().copied().fold(0.0, f64::max);
        let now = series.per_second.last().copied().unwrap_or(0.0);
        Self {
            id,
            name,
            now: words::rate(now),
            largest: words::rate(largest),
            end: words::rate(end),
            rate_line,
            rate_area,
            p50_line: chart::times(&series.each_p50_s),
            p99_line: chart::times(&series.each_p99_s),
            p50: words::latency(series.p50_s),
            p99: words::latency(series.p99_s),
            answered: words::count(series.answered),
            failed: words::count(series.failed),
            failed_class: failed_class(series.failed),
        }
    }
}

fn failed_class(failed: u64) -> &'static str {
    if failed > 0 { "failed" } else { "none" }
}

/// The charts in numbers: a row of their table, the latest minute first.
struct Minute {
    name: String,
    /// For each chart the rate, and the slowest that 99 % were within.
    series: [[String; 2]; 2],
}

impl Minute {
    fn new(minute: usize, series: [&Series; 2]) -> Self {
        let name = match minute {
            0 => "the last minute".to_owned(),
            1 => "a minute before".to_owned(),
            _ => format!("{minute} minutes before"),
        };
        let series = series.map(|series| {
            let rate = mean(row(&series.per_second, minute)).map_or("–".to_owned(), words::rate);
            let slowest = row(&series.each_p99_s, minute).iter().flatten().copied().reduce(f64::max);
            [rate, words::latency(slowest)]
        });
        Self { name, series }
    }
}

/// The steps of a minute, counted back from the end; fewer or none where the history does not
/// reach.
fn row<T>(steps: &[T], minute: usize) -> &[T] {
    steps.rchunks(STEPS_PER_ROW).nth(minute).unwrap_or(&[])
}

fn mean(values: &[f64]) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "there are a few steps")]
    let count = values.len() as f64;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / count)
}

/// A row of the table of routes.
struct RouteRow {
    name: RouteName,
    answered: String,
    refused: String,
    failed: String,
    class: &'static str,
    p50: String,
    p99: String,
}

/// A route, or everything else.
#[derive(Template)]
#[template(path = "status/route.html")]
struct RouteName {
    /// Its method, the class of that, and its path in pieces: a long one breaks before a slash.
    route: Option<(String, String, Vec<String>)>,
}

impl HtmlSafe for RouteName {}

impl RouteRow {
    fn new(
        route: Option<(String, String, Vec<String>)>,
        [answered, refused, failed]: [u64; 3],
        times: [Option<f64>; 2],
    ) -> Self {
        let [p50, p99] = times.map(words::latency);
        Self {
            name: RouteName { route },
            answered: words::count(answered),
            refused: words::count(refused),
            failed: words::count(failed),
            class: failed_class(failed),
            p50,
            p99,
        }
    }
}

/// Every route of the shop's pages, and all others together.
fn routes(routes: &[Route]) -> Vec<RouteRow> {
    let mut rows = Vec::new();
    let mut others = (Tally::none(), 0);
    for route in routes {
        match (&route.method, route.path) {
            (Some(method), Some(path)) if route.is_for_shoppers() => {
                let parts = path.split('/').map(str::to_owned).collect();
                let name = (method.to_string(), method.to_lowercase(), parts);
                let counts = [route.answered, route.refused, route.failed];
                rows.push(RouteRow::new(Some(name), counts, [route.p50_s, route.p99_s]));
            }
            _ => {
                others.0.add(&Tally { seconds: route.seconds.clone(), failed: route.failed });
                others.1 += route.refused;
            }
        }
    }
    let (Tally { seconds, failed }, refused) = others;
    let times = [seconds.within(0.5), seconds.within(0.99)];
    rows.push(RouteRow::new(None, [seconds.count(), refused, failed], times));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ProductId, QuestionId};

    #[test]
    fn a_bar_is_as_full_as_memory() {
        for (bytes, max_bytes, expected) in [
            (0, 0, 0),
            (0, 10, 0),
            (1, 4 << 30, 1),
            (5, 10, 500),
            (10, 10, 1_000),
            (11, 10, 1_000),
            (u64::MAX, u64::MAX, 1_000),
        ] {
            assert_eq!(full(bytes, max_bytes), expected, "{bytes} of {max_bytes}");
        }
    }

    #[test]
    fn minutes_are_counted_from_the_end() {
        let steps: Vec<usize> = (0..STEPS_PER_ROW + 2).collect();
        assert_eq!(row(&steps, 0), &steps[2..]);
        assert_eq!(row(&steps, 1), [0, 1]);
        assert_eq!(row(&steps, 2), [0; 0]);
        assert_eq!((mean(&[]), mean(&[1.0, 2.0])), (None, Some(1.5)));
    }

    #[test]
    fn examples_are_of_products_with_questions() {
        let ids = (ProductId::new(7), QuestionId::new(33));
        let (Ok(product_id), Ok(question_id)) = ids else { panic!("in range") };
        let paths = |example, demo| examples(example, demo).into_iter().map(|link| link.path).collect();
        let shown: Vec<String> = paths(Some(service::Example { product_id, question_id }), true);
        assert_eq!(shown, ["demo", "qa/questions?product_id=7", "qa/questions/33/answers"]);
        assert_eq!(paths(None, false), Vec::<String>::new());
    }
}
