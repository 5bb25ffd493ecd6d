//! The parameters of moderators' lists. Of a repeated one the first counts, unknown ones are
//! ignored, and a bad one is refused with its name and its limit. Deliberately absent: parameters
//! of shoppers' lists, where a bad one counts as missing (`request::query`).

use std::borrow::Cow;

use super::cursor;
use crate::domain::{Digest, FieldError, Id as _, ProductId, QuestionId, Reason, State, Target, Timestamp};
use crate::http::request::query;
use crate::http::response::problem::Problem;
use crate::service::moderation::{ModerationQuery, QueueQuery, QueueSort};

/// Rows of a page without `limit`.
pub(super) const DEFAULT_LIMIT: usize = 25;

/// Most rows of a page.
pub(super) const MAX_LIMIT: usize = 100;

/// Longest text to look for, in characters.
pub(super) const MAX_TEXT_CHARS: usize = 100;

const NAMES: [&str; 13] = [
    "state",
    "kind",
    "reason",
    "product_id",
    "author",
    "claimed",
    "since",
    "until",
    "q",
    "sort",
    "limit",
    "cursor",
    "id",
];

/// The parameters as they were sent, and what is wrong with those that were read.
struct Parameters<'q> {
    values: [Option<Cow<'q, str>>; NAMES.len()],
    errors: Vec<FieldError>,
}

impl<'q> Parameters<'q> {
    fn parse(query: Option<&'q str>) -> Self {
        let mut values = [const { None }; NAMES.len()];
        for (name, value) in query::parameters(query) {
            let place = NAMES.iter().position(|known| *known == name);
            if let Some(slot) = place.map(|place| &mut values[place])
                && slot.is_none()
            {
                *slot = Some(value);
            }
        }
        Self { values, errors: Vec::new() }
    }

    /// Reads a parameter. An empty one counts as missing. `limit` says what would be right.
    fn read<T>(&mut self, name: &str, limit: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let place = NAMES.iter().position(|known| *known == name)?;
        let text = self.values[place].as_deref().filter(|text| !text.is_empty())?;
        let value = parse(text);
        if value.is_none() {
            self.errors
                .push(FieldError { pointer: name.to_owned(), detail: format!("{name} must be {limit}") });
        }
        value
    }

    fn limit(&mut self) -> usize {
        let in_range = |text: &str| text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        let right = format!("a whole number from 1 to {MAX_LIMIT}");
        self.read("limit", &right, in_range).unwrap_or(DEFAULT_LIMIT)
    }

    fn kind(&mut self) -> Option<u8> {
        let number = |text: &str| Target::KINDS.iter().position(|kind| *kind == text);
        let place = self.read("kind", "question, answer or review", number);
        place.and_then(|place| u8::try_from(place).ok())
    }

    fn time(&mut self, name: &str) -> Option<Timestamp> {
        self.read(name, "a date or a time such as 2026-11-29T08:00:00Z", |text| Timestamp::parse(text).ok())
    }

    fn end<T>(self, value: T) -> Result<T, Problem> {
        if self.errors.is_empty() { Ok(value) } else { Err(Problem::InvalidParameters(self.errors)) }
    }
}

/// Reads which part of the queue is asked for.
pub(super) fn queue(query: Option<&str>, now: Timestamp) -> Result<QueueQuery, Problem> {
    let mut parameters = Parameters::parse(query);
    let read = &mut parameters;
    let states = "published, pending, rejected or hidden";
    let sorts = "priority, oldest or newest";
    let sort = read.read("sort", sorts, sort).unwrap_or_default();
    let asked = QueueQuery {
        state: read.read("state", states, State::parse),
        kind: read.kind(),
        reason: read.read("reason", "the name of a reason, such as spam or reported", Reason::parse),
        product_id: read.read("product_id", "an id from 1 to 2^53-1", |text| ProductId::parse(text).ok()),
        author: read.read("author", "the id of an author, 32 hexadecimal digits", author),
        claimed: read.read("claimed", "true or false", |text| text.parse().ok()),
        since: read.time("since"),
        until: read.time("until"),
        text: read.read("q", &format!("1 to {MAX_TEXT_CHARS} characters"), |text| {
            (text.chars().count() <= MAX_TEXT_CHARS).then(|| text.to_owned())
        }),
        sort,
        after: read.read("cursor", "the next of an earlier page in the same order", |text| {
            cursor::to_place(sort, text)
        }),
        limit: read.limit(),
        now,
    };
    parameters.end(asked)
}

/// Reads which part of the log is asked for.
pub(super) fn decisions(query: Option<&str>) -> Result<ModerationQuery, Problem> {
    let mut parameters = Parameters::parse(query);
    let read = &mut parameters;
    let kind = read.kind().and_then(|kind| Target::KINDS.get(usize::from(kind)));
    let id = read.read("id", "an id from 1 to 2^53-1", |text| QuestionId::parse(text).ok());
    let before = read.read("cursor", "the next of an earlier page", cursor::to_decision);
    let limit = read.limit();
    let target = match (kind, id) {
        (Some(kind), Some(id)) => Target::of(kind, id.get()),
        (None, None) => None,
        _ if !read.errors.is_empty() => None,
        _ => {
            let (pointer, detail) = ("id".to_owned(), "id and kind must be there together".to_owned());
            read.errors.push(FieldError { pointer, detail });
            None
        }
    };
    parameters.end(ModerationQuery::Decisions { target, before, limit })
}

fn sort(name: &str) -> Option<QueueSort> {
    match name {
        "priority" => Some(QueueSort::Priority),
        "oldest" => Some(QueueSort::Oldest),
        "newest" => Some(QueueSort::Newest),
        _ => None,
    }
}

/// Reads the digest that stands for an author.
fn author(text: &str) -> Option<Digest> {
    let is_digest = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = is_digest.then(|| u128::from_str_radix(text, 16).ok()).flatten();
    number.map(|number| Digest::from_bytes(number.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: &str) -> String {
        let now = Timestamp::parse("2026-11-29").unwrap();
        queue(Some(query), now).unwrap_err().detail()
    }

    #[test]
    fn each_bad_parameter_is_named_with_its_limit() {
        for (query, expected) in [
            ("limit=101", "Error: limit must be a whole number from 1 to 100"),
            ("limit=0&limit=5", "Error: limit must be a whole number from 1 to 100"),
            ("kind=photo", "Error: kind must be question, answer or review"),
            ("author=ff", "Error: author must be the id of an author, 32 hexadecimal digits"),
            ("claimed=yes", "Error: claimed must be true or false"),
            (
                "sort=worst&cursor=x",
                "Error: sort must be priority, oldest or newest; cursor must be the next of an earlier page in the same order",
            ),
        ] {
            assert_eq!(refused(query), expected, "{query}");
        }
        assert!(refused(&format!("q={}", "x".repeat(101))).contains("1 to 100 characters"));
    }

    #[test]
    fn good_ones_are_read() {
        let now = Timestamp::parse("2026-11-29").unwrap();
        let query = "state=pending&kind=review&reason=word%5Fheld&product_id=7&claimed=false&sort=newest\
                     &since=2026-11-01&until=2026-11-02T00:00:00Z&q=two+words&limit=100&nobody=knows&state=x";
        let asked = queue(Some(query), now).unwrap();
        assert_eq!(
            (asked.state, asked.kind, asked.reason),
            (Some(State::Pending), Some(2), Some(Reason::WordHeld))
        );
        assert_eq!((asked.claimed, asked.sort, asked.limit), (Some(false), QueueSort::Newest, 100));
        assert_eq!(asked.text.as_deref(), Some("two words"));
        let all = queue(Some("state=&limit="), now).unwrap();
        assert_eq!((all.state, all.limit, all.sort), (None, 25, QueueSort::Priority));
    }
}
