//! What a client may still write, and the headers of a response that say it
//! (`draft-ietf-httpapi-ratelimit-headers`). Deliberately absent: counting
//! (`request::rate_limits`).

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// A kind of write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Questions,
    Answers,
    Reviews,
    Votes,
    Reports,
    /// Writes of any kind that added nothing. They have a limit of their own, against guessing.
    Refused,
}

impl Kind {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; 6] =
        [Self::Questions, Self::Answers, Self::Reviews, Self::Votes, Self::Reports, Self::Refused];

    /// Its name in headers and metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Questions => "questions",
            Self::Answers => "answers",
            Self::Reviews => "reviews",
            Self::Votes => "votes",
            Self::Reports => "reports",
            Self::Refused => "refused",
        }
    }

    /// A whole allowance grows back in this time, in seconds.
    pub(crate) fn window_s(self) -> u32 {
        if self == Self::Refused { 60 } else { 3_600 }
    }
}

/// What is left of a client's allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    pub(crate) kind: Kind,
    pub(crate) limit: u32,
    pub(crate) left: u64,
    pub(crate) whole_again_s: u64,
}

/// A client has used up its allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany {
    pub(crate) allowance: Allowance,
    pub(crate) retry_after_s: u64,
}

impl TooMany {
    /// The refusal of a client that has used up its whole allowance within a second.
    pub(crate) fn at_once(kind: Kind, limit: u32) -> Self {
        let window_s = kind.window_s();
        let allowance = Allowance { kind, limit, left: 0, whole_again_s: window_s.into() };
        Self { allowance, retry_after_s: u64::from(window_s.div_ceil(limit)) }
    }
}

impl Allowance {
    /// Adds its headers.
    pub(crate) fn stamp(&self, headers: &mut HeaderMap) {
        let Self { kind, limit, left, whole_again_s } = self;
        let (name, window_s) = (kind.name(), kind.window_s());
        for (header, value) in [
            (RATE_LIMIT_POLICY, format!("\"{name}\";q={limit};w={window_s}")),
            (RATE_LIMIT, format!("\"{name}\";r={left};t={whole_again_s}")),
        ] {
            let value = HeaderValue::try_from(value).expect("names and digits are visible ASCII");
            headers.insert(header, value);
        }
    }

    /// The limit in words, such as "600 votes an hour".
    pub(crate) fn described(&self) -> String {
        match self.kind {
            Kind::Refused => format!("{} refused writes a minute", self.limit),
            kind => format!("{} {} an hour", self.limit, kind.name()),
        }
    }
}
