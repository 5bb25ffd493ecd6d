//! Where a visitor is: which product, style and photo, how many questions and reviews are shown, in
//! which order, and what was just done. All of it stands in the address, so the pages need neither
//! scripts nor cookies. Deliberately absent: what is shown there (`page`).

use std::fmt::Write as _;

use crate::domain::{Id as _, ProductId, ReviewOrder};

/// Questions and reviews that are shown at first, and how many a link adds.
pub(super) const STEP: u32 = 4;

/// Most questions or reviews on one page.
pub(super) const MAX_SHOWN: u32 = 400;

/// What was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Asked,
    Answered,
    Reviewed,
    /// What was sent waits for a moderator.
    Waiting,
    Voted,
    /// A report hid it.
    Reported,
    /// It was reported, and is still there.
    Noted,
}

impl Done {
    const ALL: [Self; 7] = [
        Self::Asked,
        Self::Answered,
        Self::Reviewed,
        Self::Waiting,
        Self::Voted,
        Self::Reported,
        Self::Noted,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::Reviewed => "reviewed",
            Self::Waiting => "waiting",
            Self::Voted => "voted",
            Self::Reported => "reported",
            Self::Noted => "noted",
        }
    }

    /// What the page says about it.
    pub(super) fn notice(self) -> &'static str {
        match self {
            Self::Asked => "Thank you, your question is online.",
            Self::Answered => "Thank you, your answer is online.",
            Self::Reviewed => "Thank you, your review is online.",
            Self::Waiting => "Thank you. It is waiting for a moderator, who decides whether it comes online.",
            Self::Voted => "Thank you, your vote is counted.",
            Self::Noted => "Thank you. The shop will look at it.",
            Self::Reported => "Thank you. It is hidden now, from everybody.",
        }
    }
}

/// Where a visitor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) product_id: ProductId,
    /// The chosen style; the default one without.
    pub(super) style: Option<u64>,
    /// The photo of the style that is shown large, from 1.
    pub(super) photo: u32,
    pub(super) questions: u32,
    pub(super) reviews: u32,
    pub(super) order: ReviewOrder,
    /// The question of which all answers are shown.
    pub(super) open: Option<u64>,
    pub(super) done: Option<Done>,
}

impl Place {
    /// A product, with nothing chosen.
    pub(super) fn of(product_id: ProductId) -> Self {
        Self {
            product_id,
            style: None,
            photo: 1,
            questions: STEP,
            reviews: STEP,
            order: ReviewOrder::Helpful,
            open: None,
            done: None,
        }
    }

    /// Reads a query string. What makes no sense is as if it were not there.
    pub(super) fn read(product_id: ProductId, query: Option<&str>) -> Self {
        let mut place = Self::of(product_id);
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let number = value.parse::<u64>().ok().filter(|number| *number > 0);
            let shown = number.map(|number| u32::try_from(number).unwrap_or(MAX_SHOWN).min(MAX_SHOWN));
            match name.as_ref() {
                "style" => place.style = number,
                "photo" => place.photo = shown.unwrap_or(1),
                "questions" => place.questions = shown.unwrap_or(STEP),
                "reviews" => place.reviews = shown.unwrap_or(STEP),
                "sort" => place.order = ReviewOrder::parse(&value),
                "open" => place.open = number,
                "done" => place.done = Done::ALL.into_iter().find(|done| done.name() == value),
                _ => {}
            }
        }
        place
    }

    /// The query string of this place, with its question mark; empty where nothing is chosen.
    pub(super) fn query(&self) -> String {
        let mut query = String::new();
        let mut add = |name: &str, value: &dyn std::fmt::Display| {
            let mark = if query.is_empty() { '?' } else { '&' };
            // A string takes everything.
            let _ = write!(query, "{mark}{name}={value}");
        };
        if let Some(style) = self.style {
            add("style", &style);
        }
        for (name, number, usual) in
            [("photo", self.photo, 1), ("questions", self.questions, STEP), ("reviews", self.reviews, STEP)]
        {
            if number != usual {
                add(name, &number);
            }
        }
        if self.order != ReviewOrder::Helpful {
            add("sort", &order_name(self.order));
        }
        if let Some(open) = self.open {
            add("open", &open);
        }
        if let Some(done) = self.done {
            add("done", &done.name());
        }
        query
    }

    /// The path of this place below the shop's own, with the query string.
    pub(super) fn path(&self) -> String {
        format!("/products/{}{}", self.product_id.get(), self.query())
    }

    /// The path of what a form is sent to. The query string keeps what was chosen.
    pub(super) fn action(&self, name: &str) -> String {
        let kept = Self { done: None, ..*self };
        format!("/products/{}/{name}{}", self.product_id.get(), kept.query())
    }
}

/// The name of an order in addresses.
pub(super) fn order_name(order: ReviewOrder) -> &'static str {
    match order {
        ReviewOrder::Helpful => "helpful",
        ReviewOrder::Relevant => "relevant",
        ReviewOrder::Newest => "newest",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Place {
        Place::read(ProductId::new(7).unwrap(), Some(query))
    }

    #[test]
    fn an_address_holds_the_place() {
        let place = read("style=12&photo=2&questions=8&reviews=12&sort=newest&open=5&done=voted");
        assert_eq!(
            place.path(),
            "/products/7?style=12&photo=2&questions=8&reviews=12&sort=newest&open=5&done=voted"
        );
        assert_eq!(
            place.action("votes"),
            "/products/7/votes?style=12&photo=2&questions=8&reviews=12&sort=newest&open=5"
        );
        assert_eq!(Place::of(place.product_id).path(), "/products/7");
    }

    #[test]
    fn nonsense_is_as_if_it_were_not_there() {
        let usual = Place::of(ProductId::new(7).unwrap());
        for query in ["", "style=x&photo=0&questions=-1&reviews=&sort=x&open=%22&done=<b>", "a=1&&=&%%%"] {
            assert_eq!(read(query), usual, "{query}");
        }
        assert_eq!(read("questions=99999999999").questions, MAX_SHOWN);
    }
}
