//! How many writes a client may send: for each kind of write an allowance an hour, used up by writes and growing
//! back evenly (the generic cell rate algorithm, GCRA, of ATM's traffic management: one number a client). Who the client
//! is, is `client`'s; which requests are writes, `dispatch`'s.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::Mutex;

use super::client::Client;
use crate::http::response::allowance::{Allowance, Kind, TooMany, WINDOW_S};

const WINDOW_MS: u64 = WINDOW_S as u64 * 1_000;

/// Clients whose use is remembered, each kind of write for itself: about 8 MB. Beyond that, newcomers are not
/// counted: an attack from that many addresses is not stopped by counting them.
const MAX_REMEMBERED: usize = 131_072;

/// How often those who have their whole allowance again are looked for, when too many are remembered.
const MIN_SWEEP_INTERVAL_MS: u64 = 1_000;

/// Writes of each kind that a client may send in an hour; 0 is as many as it likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// New questions.
    pub questions: u32,
    /// New answers.
    pub answers: u32,
    /// Votes for questions and answers.
    pub votes: u32,
    /// Reports of questions and answers.
    pub reports: u32,
}

/// Whether the limits count peers on the loopback interface that send no forwarding header. Such a peer may be a front
/// end's own server, which asks for many shoppers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalPeers {
    /// They are clients like all others.
    Limited,
    /// Their writes are not counted.
    Exempt,
}

/// Why a text does not say limits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write off, or numbers of writes an hour such as questions=20,answers=50,votes=600,reports=50")]
pub struct InvalidRateLimits;

impl RateLimits {
    /// None.
    pub const OFF: Self = Self { questions: 0, answers: 0, votes: 0, reports: 0 };

    /// What shoppers do, and then some.
    pub const DEFAULT: Self = Self { questions: 20, answers: 50, votes: 600, reports: 50 };

    /// The limit of a kind.
    pub(crate) fn of(&self, kind: Kind) -> u32 {
        match kind {
            Kind::Questions => self.questions,
            Kind::Answers => self.answers,
            Kind::Votes => self.votes,
            Kind::Reports => self.reports,
        }
    }
}

impl FromStr for RateLimits {
    type Err = InvalidRateLimits;

    /// Reads `off`, or limits by name; those that are not named keep their default.
    fn from_str(text: &str) -> Result<Self, InvalidRateLimits> {
        if text == "off" {
            return Ok(Self::OFF);
        }
        let mut limits = Self::DEFAULT;
        for part in text.split(',') {
            let (name, number) = part.split_once('=').ok_or(InvalidRateLimits)?;
            let place = match name.trim() {
                "questions" => &mut limits.questions,
                "answers" => &mut limits.answers,
                "votes" => &mut limits.votes,
                "reports" => &mut limits.reports,
                _ => return Err(InvalidRateLimits),
            };
            *place = number.trim().parse().map_err(|_| InvalidRateLimits)?;
        }
        Ok(limits)
    }
}

/// Counts the writes of all clients.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    limits: RateLimits,
    started: Instant,
    use_by_client: Mutex<Use>,
    /// Writes of each kind that were refused.
    refused: [AtomicU64; Kind::ALL.len()],
}

#[derive(Debug, Default)]
struct Use {
    /// When each client has its whole allowance again, in milliseconds from the start.
    whole_again_ms: HashMap<(Kind, Client), u64>,
    swept_ms: u64,
}

impl RateLimiter {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits, started: Instant::now(), use_by_client: Mutex::default(), refused: Default::default() }
    }

    /// Counts a write. `None` when nothing limits it.
    pub(crate) fn count(&self, kind: Kind, client: Client) -> Result<Option<Allowance>, TooMany> {
        match self.limits.of(kind) {
            0 => Ok(None),
            limit => {
                let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
                let counted = self.use_by_client.lock().count(kind, client, limit, now_ms);
                if counted.is_err() {
                    self.refused[kind as usize].fetch_add(1, Ordering::Relaxed);
                }
                counted
            }
        }
    }

    /// How many writes of each kind were refused, by the kind's name.
    pub(crate) fn refused(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Kind::ALL.iter().zip(&self.refused).map(|(kind, count)| (kind.name(), count.load(Ordering::Relaxed)))
    }
}

impl Use {
    fn count(
        &mut self,
        kind: Kind,
        client: Client,
        limit: u32,
        now_ms: u64,
    ) -> Result<Option<Allowance>, TooMany> {
        let one_ms = WINDOW_MS.div_ceil(limit.into());
        let before = self.whole_again_ms.get(&(kind, client)).copied();
        if before.is_none() && !self.has_room(now_ms) {
            return Ok(None);
        }
        let used_before_ms = before.unwrap_or(0).saturating_sub(now_ms);
        let used_ms = used_before_ms + one_ms;
        // Rounding up above may make the last of an allowance a little longer than the window.
        let excess_ms = used_ms.saturating_sub(WINDOW_MS.max(one_ms * u64::from(limit)));
        let allowance = |used_ms: u64| Allowance {
            kind,
            limit,
            left: (one_ms * u64::from(limit)).saturating_sub(used_ms) / one_ms,
            whole_again_s: used_ms.div_ceil(1_000),
        };
        if excess_ms > 0 {
            let retry_after_s = excess_ms.div_ceil(1_000);
            return Err(TooMany { allowance: allowance(used_before_ms), retry_after_s });
        }
        self.whole_again_ms.insert((kind, client), now_ms + used_ms);
        Ok(Some(allowance(used_ms)))
    }

    /// Whether one more client can be remembered; forgets those who have their whole allowance again.
    fn has_room(&mut self, now_ms: u64) -> bool {
        if self.whole_again_ms.len() < MAX_REMEMBERED {
            return true;
        }
        if now_ms.saturating_sub(self.swept_ms) < MIN_SWEEP_INTERVAL_MS {
            return false;
        }
        self.swept_ms = now_ms;
        self.whole_again_ms.retain(|_, whole_again_ms| *whole_again_ms > now_ms);
        let has_room = self.whole_again_ms.len() < MAX_REMEMBERED;
        if !has_room {
            tracing::warn!(clients = MAX_REMEMBERED, "too many clients write, newcomers are not counted");
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: u64 = WINDOW_MS;

    fn client(number: u32) -> Client {
        Client::of(std::net::Ipv4Addr::from(number).into())
    }

    #[test]
    fn limits_are_read_exactly() {
        assert_eq!("off".parse(), Ok(RateLimits::OFF));
        assert_eq!("votes=5".parse(), Ok(RateLimits { votes: 5, ..RateLimits::DEFAULT }));
        let all = RateLimits { questions: 1, answers: 2, votes: 3, reports: 0 };
        assert_eq!("questions=1, answers=2,votes=3,reports=0".parse(), Ok(all));
        for bad in ["", "on", "votes", "votes=", "votes=-1", "votes=1;", "likes=1", "votes=99999999999"] {
            assert_eq!(bad.parse::<RateLimits>(), Err(InvalidRateLimits), "{bad}");
        }
    }

    #[test]
    fn an_allowance_is_used_up_and_grows_back_evenly() {
        for limit in [1, 3, 7, 600] {
            let mut used = Use::default();
            let mut count = |now_ms| used.count(Kind::Votes, client(1), limit, now_ms);
            for left in (0..limit).rev() {
                let allowance = count(5).expect("within the limit").expect("limited");
                assert_eq!(allowance.left, u64::from(left), "of {limit}");
            }
            let refused = count(5).expect_err("one too many");
            let one_s = (HOUR_MS.div_ceil(limit.into())).div_ceil(1_000);
            assert_eq!((refused.retry_after_s, refused.allowance.left), (one_s, 0), "of {limit}");
            assert_eq!(count(5), Err(refused), "asking again costs nothing");
            let later = 5 + refused.retry_after_s * 1_000;
            assert!(count(later).is_ok() && count(later).is_err(), "of {limit}");
            let long_after = later + 2 * HOUR_MS;
            assert_eq!((0..=limit).filter(|_| count(long_after).is_ok()).count(), limit as usize);
        }
    }

    #[test]
    fn clients_and_kinds_are_counted_apart() {
        let limits = RateLimits { questions: 1, answers: 0, votes: 1, reports: 1 };
        let limiter = RateLimiter::new(limits);
        assert!(limiter.count(Kind::Votes, client(1)).is_ok());
        assert!(limiter.count(Kind::Votes, client(1)).is_err());
        assert!(limiter.count(Kind::Votes, client(2)).is_ok());
        assert!(limiter.count(Kind::Reports, client(1)).is_ok());
        for _ in 0..100 {
            assert_eq!(limiter.count(Kind::Answers, client(1)), Ok(None), "0 is no limit");
        }
    }

    #[test]
    fn memory_is_bounded_and_the_idle_are_forgotten_first() {
        let mut used = Use::default();
        let many = u32::try_from(MAX_REMEMBERED).expect("fits");
        for number in 0..many {
            assert!(used.count(Kind::Votes, client(number), 1, 0).expect("the first").is_some());
        }
        assert_eq!(used.count(Kind::Votes, client(many), 1, 2_000), Ok(None), "not counted, not refused");
        assert!(used.count(Kind::Votes, client(0), 1, 2_000).is_err(), "the known are still known");
        assert!(used.count(Kind::Votes, client(many), 1, HOUR_MS + 1).expect("the first").is_some());
        assert_eq!(used.whole_again_ms.len(), 1);
    }
}
