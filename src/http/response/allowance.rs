//! What a client may still write, as the headers of a response say it (`draft-ietf-httpapi-ratelimit-headers`). Counting
//! is `request::rate_limits`'.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

/// An allowance grows back in this time.
pub(crate) const WINDOW_S: u32 = 3_600;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// A kind of write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Questions,
    Answers,
    Votes,
    Reports,
}

impl Kind {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; 4] = [Self::Questions, Self::Answers, Self::Votes, Self::Reports];

    /// Its name in the headers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Questions => "questions",
            Self::Answers => "answers",
            Self::Votes => "votes",
            Self::Reports => "reports",
        }
    }
}

/// What is left to a client, for the headers of the draft `draft-ietf-httpapi-ratelimit-headers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    pub(crate) kind: Kind,
    pub(crate) limit: u32,
    pub(crate) left: u64,
    pub(crate) whole_again_s: u64,
}

/// A client has used its allowance up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany {
    pub(crate) allowance: Allowance,
    pub(crate) retry_after_s: u64,
}

impl TooMany {
    /// What a client hears that has used its whole allowance up at once.
    pub(crate) fn at_once(kind: Kind, limit: u32) -> Self {
        let allowance = Allowance { kind, limit, left: 0, whole_again_s: WINDOW_S.into() };
        Self { allowance, retry_after_s: u64::from(WINDOW_S.div_ceil(limit)) }
    }
}

impl Allowance {
    /// Adds the headers that say it.
    pub(crate) fn stamp(&self, headers: &mut HeaderMap) {
        let Self { kind, limit, left, whole_again_s } = self;
        let name = kind.name();
        for (header, value) in [
            (RATE_LIMIT_POLICY, format!("\"{name}\";q={limit};w={WINDOW_S}")),
            (RATE_LIMIT, format!("\"{name}\";r={left};t={whole_again_s}")),
        ] {
            let value = HeaderValue::try_from(value).expect("names and digits are visible ASCII");
            headers.insert(header, value);
        }
    }

    /// The writes that it allows in an hour, in words.
    pub(crate) fn described(&self) -> String {
        format!("{} {} an hour", self.limit, self.kind.name())
    }
}
