//! What stands in the slots of the page: numbers, words of our own, and text that the caller has
//! escaped. Deliberately absent: the figures (`status`).

use std::fmt::Write as _;

use super::chart;
use super::status::{Route, Series, Status};
use super::words;
use crate::domain::Id as _;
use crate::http::pages::html::filled;
use crate::http::watch::history::{MAX_STEPS, Tally};
use crate::service::Example;

/// A kind of requests with its charts.
const CARD: &str = include_str!("card.html");

/// The width of the bar that shows how full memory is, in its own units.
const BAR_WIDTH: u64 = 1_000;

/// Rows of the table next to the charts, and steps of a row: those of a minute.
const ROWS: usize = 5;
const STEPS_PER_ROW: usize = MAX_STEPS / ROWS;

/// Writes what belongs in a slot.
pub(crate) fn fill(slot: &str, status: &Status, html: &mut String) {
    let memory = &status.memory;
    match slot {
        "version" => html.push_str(status.version),
        "store" => html.push_str(status.store),
        "condition" => html.push_str(condition(status)),
        "state" => state(status, html),
        "uptime" => html.push_str(&words::duration(status.uptime_s)),
        "connections" => html.push_str(&words::count(status.connections.open as u64)),
        "products" => html.push_str(&words::count(memory.products)),
        "questions" => html.push_str(&words::count(memory.questions)),
        "answers" => html.push_str(&words::count(memory.answers)),
        "bytes" => html.push_str(&words::bytes(memory.bytes)),
        "max_bytes" => html.push_str(&words::bytes(memory.max_bytes)),
        "full" => html.push_str(&full(memory.bytes, memory.max_bytes).to_string()),
        "lists" => card("lists", "Lists", &status.last_minutes.lists, html),
        "writes" => card("writes", "Writes", &status.last_minutes.writes, html),
        "minutes" => minutes(status, html),
        "routes" => routes(&status.routes, html),
        _ => debug_assert!(false, "nothing belongs in {slot}"),
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

fn state(status: &Status, html: &mut String) {
    let mut letters = status.state.chars();
    html.extend(letters.next().into_iter().flat_map(char::to_uppercase));
    html.push_str(letters.as_str());
    if !status.receives_changes {
        html.push_str("; changes by other processes are not received");
    }
}

/// How much of the bar is full: a little is never nothing.
fn full(bytes: u64, max_bytes: u64) -> u64 {
    let share = u128::from(bytes) * u128::from(BAR_WIDTH) / u128::from(max_bytes.max(1));
    u64::try_from(share).unwrap_or(BAR_WIDTH).clamp(u64::from(bytes > 0), BAR_WIDTH)
}

/// Links to the demo shop, if there is one, and to lists that have something in them.
pub(crate) fn examples(example: Option<Example>, demo: bool, base: &str, html: &mut String) {
    let mut link = |path: String, text: String| {
        // A string takes everything, here and below.
        let _ = write!(html, r#"<li><a href="{base}{path}">{text}</a> <code>GET /{path}</code></li>"#);
    };
    if demo {
        link("demo".to_owned(), "A shop of invented products".to_owned());
    }
    let Some(Example { product_id, question_id }) = example else {
        html.push_str("<li>Nothing is in memory yet: lists of products appear here.</li>");
        return;
    };
    let (product, question) = (product_id.get(), question_id.get());
    link(format!("qa/questions?product_id={product}"), format!("Questions about product {product}"));
    link(format!("qa/questions/{question}/answers"), format!("Answers to question {question}"));
}

fn card(id: &str, name: &str, series: &Series, html: &mut String) {
    let end = chart::scale_end(&series.per_second);
    let (rate_line, rate_area) = chart::rates(&series.per_second, end);
    let largest = series.per_second.iter().copied().fold(0.0, f64::max);
    let now = series.per_second.last().copied().unwrap_or(0.0);
    let card = filled(CARD, |slot, card| match slot {
        "id" => card.push_str(id),
        "name" => card.push_str(name),
        "now" => card.push_str(&words::rate(now)),
        "largest" => card.push_str(&words::rate(largest)),
        "end" => card.push_str(&words::rate(end)),
        "rate_line" => card.push_str(&rate_line),
        "rate_area" => card.push_str(&rate_area),
        "p50_line" => card.push_str(&chart::times(&series.each_p50_s)),
        "p99_line" => card.push_str(&chart::times(&series.each_p99_s)),
        "p50" => card.push_str(&words::latency(series.p50_s)),
        "p99" => card.push_str(&words::latency(series.p99_s)),
        "answered" => card.push_str(&words::count(series.answered)),
        "failed" => card.push_str(&words::count(series.failed)),
        "failed_class" => card.push_str(failed_class(series.failed)),
        _ => debug_assert!(false, "nothing belongs in {slot}"),
    });
    html.push_str(&card);
}

fn failed_class(failed: u64) -> &'static str {
    if failed > 0 { "failed" } else { "none" }
}

/// The charts in numbers, a row a minute, the latest first.
fn minutes(status: &Status, html: &mut String) {
    let (lists, writes) = (&status.last_minutes.lists, &status.last_minutes.writes);
    for minute in 0..ROWS {
        let name = match minute {
            0 => "the last minute".to_owned(),
            1 => "a minute before".to_owned(),
            _ => format!("{minute} minutes before"),
        };
        let _ = write!(html, r#"<tr><th scope="row">{name}</th>"#);
        for series in [lists, writes] {
            let rate = mean(row(&series.per_second, minute)).map_or("–".to_owned(), words::rate);
            let slowest = row(&series.each_p99_s, minute).iter().flatten().copied().reduce(f64::max);
            let _ = write!(html, "<td>{rate}</td><td>{}</td>", words::latency(slowest));
        }
        html.push_str("</tr>");
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

/// Every route of the shop's pages, and all others together.
fn routes(routes: &[Route], html: &mut String) {
    let mut others = (Tally::none(), 0);
    for route in routes {
        match (&route.method, route.path) {
            (Some(method), Some(path)) if route.is_for_shoppers() => {
                let class = method.to_lowercase();
                // A long path breaks before a slash, where there is no room for it.
                let path = path.replace('/', "<wbr>/");
                let name = format!(r#"<span class="method {class}">{method}</span> <code>{path}</code>"#);
                let times = [route.p50_s, route.p99_s];
                route_row(&name, [route.answered, route.refused, route.failed], times, html);
            }
            _ => {
                others.0.add(&Tally { seconds: route.seconds.clone(), failed: route.failed });
                others.1 += route.refused;
            }
        }
    }
    let (Tally { seconds, failed }, refused) = others;
    let times = [seconds.within(0.5), seconds.within(0.99)];
    route_row("Everything else", [seconds.count(), refused, failed], times, html);
}

fn route_row(name: &str, [answered, refused, failed]: [u64; 3], times: [Option<f64>; 2], html: &mut String) {
    let [p50, p99] = times.map(words::latency);
    let (answered, refused, class) = (words::count(answered), words::count(refused), failed_class(failed));
    let failed = words::count(failed);
    let _ = write!(
        html,
        r#"<tr><th scope="row">{name}</th><td>{answered}</td><td>{refused}</td><td class="{class}">{failed}</td><td>{p50}</td><td>{p99}</td></tr>"#
    );
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
    fn examples_are_links_below_the_page() {
        let ids = (ProductId::new(7), QuestionId::new(33));
        let (Ok(product_id), Ok(question_id)) = ids else { panic!("in range") };
        let mut html = String::new();
        examples(Some(Example { product_id, question_id }), true, "./shop/", &mut html);
        assert!(html.contains(r#"href="./shop/qa/questions?product_id=7""#), "{html}");
        assert!(html.contains(r#"href="./shop/qa/questions/33/answers""#), "{html}");
        html.clear();
        examples(None, false, "./", &mut html);
        assert!(!html.contains("href"), "{html}");
    }
}
