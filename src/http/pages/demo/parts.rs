//! Parts that several pages of the demo shop have: stars, prices, cards, fields of forms, the line
//! under a text. Each is a small template, so every text in it is escaped by the engine.
//! Deliberately absent: whole pages (`shop_page`, `product_page`).

use askama::Template;
use askama::filters::HtmlSafe;

use super::forms::Refused;
use super::load::Item;
use super::records::{Style, Sums};
use crate::pictures::Picture;

/// The name under which the shop itself answers.
const SELLER: &str = "Seller";

/// What is around every page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) style: &'a str,
    pub(super) icon: &'a str,
    /// The path of the shop's own first page.
    pub(super) root: &'a str,
    /// The path of the service's first page.
    pub(super) home: &'a str,
}

/// Stars, in tenths, and how many reviews they come from.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "demo/stars.html")]
pub(super) struct Stars {
    pub(super) tenths: u64,
    pub(super) count: Option<u64>,
}

impl HtmlSafe for Stars {}

impl Stars {
    /// The average of all reviews; `None` when there is none.
    pub(super) fn average(sums: &Sums) -> Option<Self> {
        let (mut count, mut stars) = (0, 0);
        for (rating, reviews) in &sums.ratings {
            let reviews: u64 = reviews.parse().unwrap_or(0);
            count += reviews;
            stars += reviews * rating.parse::<u64>().unwrap_or(0);
        }
        // Half a tenth is rounded up.
        (count > 0).then(|| Self { tenths: (stars * 20 + count) / (count * 2), count: Some(count) })
    }

    fn words(&self) -> String {
        format!("{} out of 5 stars", self.number())
    }

    /// The number as people write it: `4`, `4.2`.
    pub(super) fn number(&self) -> String {
        match (self.tenths / 10, self.tenths % 10) {
            (whole, 0) => whole.to_string(),
            (whole, tenths) => format!("{whole}.{tenths}"),
        }
    }
}

/// A price, and the former one if it is on sale.
#[derive(Debug, Template)]
#[template(path = "demo/price.html")]
pub(super) struct Price {
    now: String,
    before: Option<String>,
}

impl HtmlSafe for Price {}

impl Price {
    pub(super) fn of(style: Option<&Style>, default_price: &str) -> Self {
        let original = style.map_or(default_price, |style| &style.original_price);
        match style.and_then(|style| style.sale_price.as_deref()) {
            Some(sale) => Self { now: shown(sale), before: Some(shown(original)) },
            None => Self { now: shown(original), before: None },
        }
    }
}

/// A price without decimals that are zero.
fn shown(price: &str) -> String {
    price.strip_suffix(".00").unwrap_or(price).to_owned()
}

/// A product as a link.
#[derive(Debug, Template)]
#[template(path = "demo/card.html")]
pub(super) struct Card {
    href: String,
    picture: Option<String>,
    category: String,
    name: String,
    price: Price,
    stars: Option<Stars>,
}

impl HtmlSafe for Card {}

impl Card {
    pub(super) fn of(item: Item, root: &str) -> Self {
        let style = default_style(&item.styles.results);
        let url = style.and_then(|style| style.photos.first()).and_then(|photo| photo.url.as_deref());
        Self {
            href: format!("{root}/products/{}", item.product.id),
            picture: url.and_then(|url| drawn(url, root)),
            price: Price::of(style, &item.product.default_price),
            stars: Stars::average(&item.sums),
            category: item.product.category,
            name: item.product.name,
        }
    }
}

/// The style that is shown first.
pub(super) fn default_style(styles: &[Style]) -> Option<&Style> {
    styles.iter().find(|style| style.is_default).or(styles.first())
}

/// The path of a picture that this service draws; `None` for any other address. The address in the
/// store may have another host: that of the shop when it was imported.
pub(super) fn drawn(url: &str, root: &str) -> Option<String> {
    let (_, file) = url.rsplit_once("/demo/pictures/")?;
    Picture::find(file).map(|_| format!("{root}/pictures/{file}"))
}

/// A photo of a review or an answer. Pages load pictures of this service only.
#[derive(Debug)]
pub(super) enum Photo {
    Drawn(String),
    Elsewhere { address: String, host: String },
}

/// The photos under a text.
#[derive(Debug, Template)]
#[template(path = "demo/photos.html")]
pub(super) struct Photos {
    photos: Vec<Photo>,
    author: String,
}

impl HtmlSafe for Photos {}

impl Photos {
    pub(super) fn of(urls: impl IntoIterator<Item = String>, author: &str, root: &str) -> Self {
        let photo = |url: String| match drawn(&url, root) {
            Some(path) => Photo::Drawn(path),
            None => Photo::Elsewhere { host: host(&url), address: url },
        };
        Self { photos: urls.into_iter().map(photo).collect(), author: author.to_owned() }
    }
}

/// The host of an address, for people.
fn host(url: &str) -> String {
    let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "another site".to_owned())
}

/// Who wrote a text and when, and the buttons of others.
#[derive(Debug, Template)]
#[template(path = "demo/line.html")]
pub(super) struct Line {
    author: String,
    is_seller: bool,
    date: String,
    day: String,
    helpful: u64,
    /// What it is about, for screen readers: `question 33`.
    about: String,
    vote: String,
    report: String,
}

impl HtmlSafe for Line {}

/// A row that visitors vote for and report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    /// `question`, `answer` or `review`.
    pub(super) kind: &'static str,
    pub(super) id: u64,
    pub(super) helpful: u64,
}

impl Line {
    /// `action` makes the path that a button posts to.
    pub(super) fn of(target: Target, author: &str, date: &str, action: impl Fn(&str) -> String) -> Self {
        let Target { kind, id, helpful } = target;
        Self {
            is_seller: author == SELLER,
            author: author.to_owned(),
            date: date.to_owned(),
            day: day(date),
            helpful,
            about: format!("{kind} {id}"),
            vote: action(&format!("votes/{kind}-{id}")),
            report: action(&format!("reports/{kind}-{id}")),
        }
    }
}

/// A day as people write it: `3 February 2026`, from `2026-02-03T…`.
fn day(date: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut parts = date.get(..10).unwrap_or(date).splitn(3, '-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<usize>().ok());
    match (year, number(month).and_then(|month| MONTHS.get(month.wrapping_sub(1))), number(day)) {
        (Some(year), Some(month), Some(day)) => format!("{day} {month} {year}"),
        _ => date.to_owned(),
    }
}

/// A field of a form that takes a text.
#[derive(Debug, Template)]
#[template(path = "demo/field.html")]
pub(super) struct TextField {
    id: String,
    name: &'static str,
    label: &'static str,
    hint: Option<&'static str>,
    kind: &'static str,
    is_long: bool,
    is_required: bool,
    max_chars: usize,
    autocomplete: &'static str,
    value: String,
    error: Option<String>,
}

impl HtmlSafe for TextField {}

impl TextField {
    /// A field with what was typed into it before and what is wrong with that. `form` is a part of
    /// its id.
    pub(super) fn new(
        form: &str,
        name: &'static str,
        label: &'static str,
        max_chars: usize,
        refused: Option<&Refused>,
    ) -> Self {
        Self {
            id: format!("{form}-{name}"),
            name,
            label,
            hint: None,
            kind: "text",
            is_long: false,
            is_required: true,
            max_chars,
            autocomplete: "off",
            value: refused.map(|refused| refused.value(name).to_owned()).unwrap_or_default(),
            error: refused.and_then(|refused| refused.error(name, label)),
        }
    }

    pub(super) fn long(self) -> Self {
        Self { is_long: true, ..self }
    }

    pub(super) fn optional(self) -> Self {
        Self { is_required: false, ..self }
    }

    pub(super) fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// Browsers fill it in and check it as this.
    pub(super) fn known(self, kind: &'static str, autocomplete: &'static str) -> Self {
        Self { kind, autocomplete, ..self }
    }
}

/// An option of a choice.
#[derive(Debug)]
pub(super) struct Choosable {
    pub(super) value: &'static str,
    pub(super) label: String,
}

/// A field of a form that offers a few values.
#[derive(Debug, Template)]
#[template(path = "demo/choice.html")]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) legend: String,
    pub(super) class: &'static str,
    pub(super) options: Vec<Choosable>,
    pub(super) is_required: bool,
    pub(super) value: String,
    pub(super) error: Option<String>,
}

impl HtmlSafe for Choice {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(ratings: &[(&str, &str)]) -> Sums {
        let ratings: Vec<String> =
            ratings.iter().map(|(stars, count)| format!("\"{stars}\":\"{count}\"")).collect();
        let json = format!(
            r#"{{"ratings":{{{}}},"recommended":{{"true":"0","false":"0"}},"characteristics":{{}}}}"#,
            ratings.join(",")
        );
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn averages_are_rounded_to_tenths() {
        assert!(Stars::average(&sums(&[])).is_none());
        for (ratings, number, count) in [
            (&[("5", "1")][..], "5", 1),
            (&[("4", "1"), ("5", "1")], "4.5", 2),
            (&[("1", "1"), ("5", "2")], "3.7", 3),
            (&[("4", "19"), ("5", "1")], "4.1", 20),
        ] {
            let stars = Stars::average(&sums(ratings)).unwrap();
            assert_eq!((stars.number().as_str(), stars.count), (number, Some(count)), "{ratings:?}");
        }
    }

    #[test]
    fn days_are_written_out() {
        assert_eq!(day("2026-02-03T04:05:06.789Z"), "3 February 2026");
        assert_eq!(day("2026-13-03T04:05:06.789Z"), "2026-13-03T04:05:06.789Z");
        assert_eq!(day("é"), "é");
    }

    #[test]
    fn only_pictures_of_this_service_are_loaded() {
        let root = "/api/demo";
        let own = "http://127.0.0.1:3000/demo/pictures/coat-navy-1.svg";
        assert_eq!(drawn(own, root).as_deref(), Some("/api/demo/pictures/coat-navy-1.svg"));
        for other in
            ["https://a.example/b.jpg", "http://a/demo/pictures/../x", "/demo/pictures/coat-navy-9.svg"]
        {
            assert_eq!(drawn(other, root), None, "{other}");
        }
    }

    #[test]
    fn texts_are_escaped() {
        let hostile = r#""><script>alert(1)</script>'&amp;"#;
        let target = Target { kind: "question", id: 1, helpful: 0 };
        let line = Line::of(target, hostile, hostile, |name| format!("{name}?{hostile}"));
        let photos = Photos::of([format!("http://a.example/{hostile}")], hostile, "/demo");
        for html in [line.to_string(), photos.to_string()] {
            assert!(html.contains("script&#62;alert(1)"), "{html}");
            assert!(!html.contains("<script") && !html.contains(hostile), "{html}");
        }
    }
}
