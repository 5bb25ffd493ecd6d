//! The part of a product's page about reviews: bars of ratings, characteristics on a scale, the
//! reviews themselves and the choices of the form. Deliberately absent: the rest of the page
//! (`product_page`).

use super::forms::Refused;
use super::parts::{Choice, Choosable, Line, Photos, Stars, Target};
use super::place::{Place, STEP, order_name};
use super::records::{Review, Sums};
use crate::domain::ReviewOrder;

/// How wide a full bar is, and how wide a scale from the lowest value to the highest.
const BAR_WIDTH: u64 = 100;

/// What the values of a characteristic mean, from one to five: the lowest, the middle, the highest.
const MEANINGS: [(&str, [&str; 3]); 6] = [
    ("Size", ["too small", "perfect", "too large"]),
    ("Width", ["too narrow", "perfect", "too wide"]),
    ("Comfort", ["uncomfortable", "okay", "very comfortable"]),
    ("Quality", ["poor", "as expected", "excellent"]),
    ("Length", ["runs short", "perfect", "runs long"]),
    ("Fit", ["runs tight", "perfect", "runs loose"]),
];

/// What five stars mean, from one.
const STAR_MEANINGS: [&str; 5] = ["poor", "fair", "average", "good", "great"];

/// The values of stars in forms.
const VALUES: [&str; 5] = ["1", "2", "3", "4", "5"];

/// How many reviews have so many stars.
pub(super) struct Bar {
    pub(super) stars: u64,
    pub(super) count: u64,
    pub(super) width: u64,
}

/// A characteristic on a scale.
pub(super) struct Scale {
    pub(super) name: String,
    pub(super) low: &'static str,
    pub(super) high: &'static str,
    /// Where on the scale it is; none before the first rating.
    pub(super) mark: Option<u64>,
    value: String,
}

/// An order of reviews as a link.
pub(super) struct Sort {
    pub(super) href: String,
    pub(super) name: &'static str,
    pub(super) is_chosen: bool,
}

/// A review.
pub(super) struct ReviewShown {
    pub(super) id: u64,
    pub(super) stars: Stars,
    pub(super) summary: String,
    pub(super) body: String,
    pub(super) recommend: bool,
    pub(super) response: Option<String>,
    pub(super) photos: Photos,
    pub(super) line: Line,
}

impl ReviewShown {
    /// `action` makes the path that a button posts to.
    pub(super) fn of(review: Review, root: &str, action: impl Fn(&str) -> String) -> Self {
        let target = Target { kind: "review", id: review.review_id, helpful: review.helpfulness };
        let urls = review.photos.into_iter().map(|photo| photo.url);
        Self {
            id: review.review_id,
            stars: Stars { tenths: review.rating * 10, count: None },
            photos: Photos::of(urls, &review.reviewer_name, root),
            line: Line::of(target, &review.reviewer_name, &review.date, action),
            summary: review.summary,
            body: review.body,
            recommend: review.recommend,
            response: review.response.filter(|response| !response.trim().is_empty()),
        }
    }
}

impl Scale {
    pub(super) fn words(&self) -> String {
        format!("{} of 5, where 1 is {} and 5 is {}", self.value, self.low, self.high)
    }
}

/// Five bars, most stars first.
pub(super) fn bars(sums: &Sums) -> Vec<Bar> {
    let count_of = |stars: u64| {
        let rating = sums.ratings.iter().find(|(rating, _)| *rating == stars.to_string());
        rating.and_then(|(_, count)| count.parse::<u64>().ok()).unwrap_or(0)
    };
    let largest = (1..=5).map(count_of).max().unwrap_or(0).max(1);
    let bar = |stars| Bar { stars, count: count_of(stars), width: count_of(stars) * BAR_WIDTH / largest };
    (1..=5).rev().map(bar).collect()
}

/// How many in a hundred recommend the product; none without a review.
pub(super) fn recommended(sums: &Sums) -> Option<u64> {
    let count = |text: &str| text.parse::<u64>().unwrap_or(0);
    let (yes, no) = (count(&sums.recommended.yes), count(&sums.recommended.no));
    (yes * 100).checked_div(yes + no)
}

pub(super) fn scales(sums: &Sums) -> Vec<Scale> {
    let scale = |(name, characteristic): &(String, super::records::Characteristic)| {
        let [low, _, high] = meaning(name);
        // Two digits are enough for a place on a scale.
        let shown: String = characteristic.value.as_deref().unwrap_or_default().chars().take(4).collect();
        let hundredths = shown.replace('.', "").parse::<u64>().ok();
        let mark = hundredths.map(|hundredths| hundredths.clamp(100, 500) / 4 - 25);
        let value = shown.trim_end_matches('0').trim_end_matches('.').to_owned();
        Scale { name: name.clone(), low, high, mark, value }
    };
    sums.characteristics.iter().map(scale).collect()
}

pub(super) fn sorts(place: Place, href: impl Fn(Place) -> String) -> Vec<Sort> {
    let sort = |(order, name)| Sort {
        href: href(Place { order, reviews: STEP, done: None, ..place }),
        name,
        is_chosen: order_name(order) == order_name(place.order),
    };
    let orders = [
        (ReviewOrder::Helpful, "helpfulness"),
        (ReviewOrder::Newest, "date"),
        (ReviewOrder::Relevant, "relevance"),
    ];
    orders.map(sort).into()
}

/// The choices of the form: stars, whether to recommend, and the product's characteristics.
pub(super) fn choices(sums: &Sums, refused: Option<&Refused>) -> Vec<Choice> {
    let choice = |name: &str, legend: &str, class, is_required, options: Vec<Choosable>| Choice {
        id: format!("review-{}", name.replace(['[', ']'], "-")),
        name: name.to_owned(),
        legend: legend.to_owned(),
        class,
        options,
        is_required,
        value: refused.map(|refused| refused.value(name).to_owned()).unwrap_or_default(),
        error: refused.and_then(|refused| refused.error(&name.replace('[', "/").replace(']', ""), legend)),
    };
    let stars = VALUES.iter().zip(STAR_MEANINGS);
    let stars = stars.map(|(value, meaning)| Choosable { value, label: format!("{value} – {meaning}") });
    let recommend = [("true", "Yes"), ("false", "No")];
    let recommend = recommend.map(|(value, label)| Choosable { value, label: label.to_owned() });
    let mut choices = vec![
        choice("rating", "Stars", "stars-choice", true, stars.collect()),
        choice("recommend", "Do you recommend it?", "", true, recommend.into()),
    ];
    for (name, characteristic) in &sums.characteristics {
        let [low, middle, high] = meaning(name);
        let label = |value: &str| match value {
            "1" => format!("1 – {low}"),
            "3" => format!("3 – {middle}"),
            "5" => format!("5 – {high}"),
            value => value.to_owned(),
        };
        let options = VALUES.map(|value| Choosable { value, label: label(value) });
        let field = format!("characteristics[{}]", characteristic.id);
        choices.push(choice(&field, name, "scale-choice", false, options.into()));
    }
    choices
}

/// What the lowest, the middle and the highest value of a characteristic mean.
fn meaning(name: &str) -> [&'static str; 3] {
    let known = MEANINGS.iter().find(|(known, _)| *known == name);
    known.map_or(["low", "middling", "high"], |(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums() -> Sums {
        let json = r#"{"ratings":{"1":"1","5":"4"},"recommended":{"false":"1","true":"2"},"characteristics":{
            "Fit":{"id":7,"value":"3.0000000000000000"},"Size":{"id":8,"value":"4.6666666666666667"},
            "Length":{"id":9,"value":null}}}"#;
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn bars_are_as_long_as_the_largest_is() {
        let bars: Vec<(u64, u64, u64)> =
            bars(&sums()).iter().map(|bar| (bar.stars, bar.count, bar.width)).collect();
        assert_eq!(bars, [(5, 4, 100), (4, 0, 0), (3, 0, 0), (2, 0, 0), (1, 1, 25)]);
        assert_eq!(recommended(&sums()), Some(66));
    }

    #[test]
    fn marks_are_on_the_scale() {
        let scales = scales(&sums());
        let marks: Vec<Option<u64>> = scales.iter().map(|scale| scale.mark).collect();
        assert_eq!(marks, [Some(50), Some(91), None]);
        assert_eq!(scales[0].words(), "3 of 5, where 1 is runs tight and 5 is runs loose");
        assert_eq!(scales[1].words(), "4.66 of 5, where 1 is too small and 5 is too large");
    }

    #[test]
    fn every_characteristic_can_be_rated() {
        let names: Vec<String> = choices(&sums(), None).into_iter().map(|choice| choice.name).collect();
        let expected =
            ["rating", "recommend", "characteristics[7]", "characteristics[8]", "characteristics[9]"];
        assert_eq!(names, expected);
        let known: Vec<&str> = MEANINGS.iter().map(|(name, _)| *name).collect();
        assert_eq!(known, crate::domain::CHARACTERISTICS);
    }
}
