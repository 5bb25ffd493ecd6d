//! How many writes a client may send. Each kind of write has an allowance, which writes use up and
//! which grows back evenly: the generic cell rate algorithm (GCRA), one number for a client.
//! Deliberately absent: who the client is (`client`), which requests are writes (`dispatch`).

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::Mutex;

use super::caller::{Caller, Origin};
use super::client::Client;
use crate::http::response::allowance::{Allowance, Kind, TooMany};

/// Refused writes of a client in a minute that cost it nothing. With more, all its writes wait.
const MAX_REFUSED_PER_MINUTE: u32 = 100;

/// Allowances that are remembered, one for each client and kind: about 8 MB. More clients are not
/// counted, because counting does not stop an attack from that many addresses.
const MAX_REMEMBERED: usize = 131_072;

/// How often whole allowances are looked for, to forget them, when too many are remembered.
const MIN_SWEEP_INTERVAL_MS: u64 = 1_000;

/// Writes of each kind that a client may send in an hour; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// New questions.
    pub questions: u32,
    /// New answers.
    pub answers: u32,
    /// New reviews.
    pub reviews: u32,
    /// Votes for questions, answers and reviews.
    pub votes: u32,
    /// Reports of questions, answers and reviews.
    pub reports: u32,
}

/// Whether the limits count peers on the loopback interface that send no forwarding header. Such a
/// peer may be a front end's own server, which asks for many shoppers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalPeers {
    /// They are counted like all other clients.
    Limited,
    /// They may write as much as they like.
    Exempt,
}

/// Why a text is not a set of limits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "write off, or numbers of writes an hour such as questions=20,answers=50,reviews=20,votes=600,reports=50"
)]
pub struct InvalidRateLimits;

impl RateLimits {
    /// No limit on anything.
    pub const OFF: Self = Self { questions: 0, answers: 0, reviews: 0, votes: 0, reports: 0 };

    /// More than shoppers do.
    pub const DEFAULT: Self = Self { questions: 20, answers: 50, reviews: 20, votes: 600, reports: 50 };

    /// The limit of a kind.
    pub(crate) fn of(&self, kind: Kind) -> u32 {
        match kind {
            Kind::Questions => self.questions,
            Kind::Answers => self.answers,
            Kind::Reviews => self.reviews,
            Kind::Votes => self.votes,
            Kind::Reports => self.reports,
            Kind::Refused => MAX_REFUSED_PER_MINUTE,
        }
    }
}

impl FromStr for RateLimits {
    type Err = InvalidRateLimits;

    /// Reads `off`, or limits by name. Those that are not named keep their default.
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
                "reviews" => &mut limits.reviews,
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
    used: Mutex<Used>,
    /// Responses 429, by the kind whose allowance was used up.
    refused: [AtomicU64; Kind::ALL.len()],
    /// Whether a 429 was logged, by the origin of its client.
    logged: [AtomicBool; 3],
}

/// A write that is on its way. It is charged before it is carried out, so that writes that are sent
/// at once together stay within the limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charge {
    client: Client,
    allowance: Allowance,
}

/// What became of a write that was charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was carried out. The charge stays.
    Accepted,
    /// The client's fault (4xx), or a repetition that added nothing: free, and counted as refused.
    Refused,
    /// The server's fault (5xx): free.
    Failed,
}

impl RateLimiter {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self {
            limits,
            started: Instant::now(),
            used: Mutex::default(),
            refused: Default::default(),
            logged: Default::default(),
        }
    }

    /// Charges a write. `None` when nothing limits it.
    ///
    /// # Errors
    /// When the client has used up the allowance of this kind, or that of refused writes.
    pub(crate) fn charge(&self, kind: Kind, client: Client) -> Result<Option<Charge>, TooMany> {
        if self.limits.of(kind) == 0 {
            return Ok(None);
        }
        let now_ms = self.now_ms();
        let mut used = self.used.lock();
        let refused = used.of(Kind::Refused, client, &self.limits, now_ms).one_more();
        let charged = refused.and_then(|_| used.take(kind, client, &self.limits, now_ms));
        let charged = charged.inspect_err(|too_many| {
            self.refused[too_many.allowance.kind as usize].fetch_add(1, Ordering::Relaxed);
        })?;
        Ok(charged.map(|allowance| Charge { client, allowance }))
    }

    /// Ends a charge, and returns what is left.
    pub(crate) fn settle(&self, charge: Charge, fate: Fate) -> Allowance {
        let Charge { client, allowance } = charge;
        if fate == Fate::Accepted {
            return allowance;
        }
        let now_ms = self.now_ms();
        let mut used = self.used.lock();
        if fate == Fate::Refused {
            // Many that were sent at once may be above the limit. The next one is not.
            let _ = used.take(Kind::Refused, client, &self.limits, now_ms);
        }
        used.give_back(allowance.kind, client, &self.limits, now_ms)
    }

    /// Takes one of a client's refused writes. `false` when there are none left.
    pub(crate) fn take_refused(&self, client: Client) -> bool {
        self.used.lock().take(Kind::Refused, client, &self.limits, self.now_ms()).is_ok()
    }

    /// Logs the first 429 of each origin: what the operator may want to set depends on it.
    pub(crate) fn log_first(&self, caller: Caller) {
        let Caller { peer, origin, .. } = caller;
        if self.logged[origin as usize].swap(true, Ordering::Relaxed) {
            return;
        }
        match origin {
            Origin::Local => tracing::warn!(
                %peer,
                "refused a write of a peer on this machine (429), later ones are only counted; if it is a front end's \
                 own server, let it send X-Forwarded-For and set trusted_proxies, or set local_peers = exempt"
            ),
            Origin::Untrusted => tracing::warn!(
                %peer,
                "refused a write of a peer that names another client (429), later ones are only counted; if it is a \
                 proxy, name it in trusted_proxies: until then all of its clients share one allowance"
            ),
            Origin::Elsewhere => tracing::info!(
                "refused a write of a client that has used up its allowance (429), later ones are only counted"
            ),
        }
    }

    /// How many responses were 429, by the name of the kind whose allowance was used up.
    pub(crate) fn refused(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Kind::ALL.iter().zip(&self.refused).map(|(kind, count)| (kind.name(), count.load(Ordering::Relaxed)))
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// What all clients have used of their allowances.
#[derive(Debug, Default)]
struct Used {
    /// When each allowance is whole again, in milliseconds from the start.
    whole_again_ms: HashMap<(Kind, Client), u64>,
    swept_ms: u64,
}

/// What a client has used of one allowance, as the time in which that grows back.
#[derive(Debug, Clone, Copy)]
struct Use {
    kind: Kind,
    limit: u32,
    used_ms: u64,
}

impl Use {
    /// One write grows back in this time.
    fn one_ms(self) -> u64 {
        (u64::from(self.kind.window_s()) * 1_000).div_ceil(self.limit.into())
    }

    fn allowance(self) -> Allowance {
        let Self { kind, limit, used_ms } = self;
        let left = (self.one_ms() * u64::from(limit)).saturating_sub(used_ms) / self.one_ms();
        Allowance { kind, limit, left, whole_again_s: used_ms.div_ceil(1_000) }
    }

    /// The same with one more write.
    fn one_more(self) -> Result<Self, TooMany> {
        let more = Self { used_ms: self.used_ms + self.one_ms(), ..self };
        match more.used_ms.saturating_sub(self.one_ms() * u64::from(self.limit)) {
            0 => Ok(more),
            excess_ms => {
                Err(TooMany { allowance: self.allowance(), retry_after_s: excess_ms.div_ceil(1_000) })
            }
        }
    }
}

impl Used {
    fn of(&self, kind: Kind, client: Client, limits: &RateLimits, now_ms: u64) -> Use {
        let whole_again_ms = self.whole_again_ms.get(&(kind, client)).copied().unwrap_or(0);
        Use { kind, limit: limits.of(kind), used_ms: whole_again_ms.saturating_sub(now_ms) }
    }

    /// Takes one write of an allowance. `None` when the client cannot be remembered.
    fn take(
        &mut self,
        kind: Kind,
        client: Client,
        limits: &RateLimits,
        now_ms: u64,
    ) -> Result<Option<Allowance>, TooMany> {
        if !self.whole_again_ms.contains_key(&(kind, client)) && !self.has_room(now_ms) {
            return Ok(None);
        }
        let more = self.of(kind, client, limits, now_ms).one_more()?;
        self.whole_again_ms.insert((kind, client), now_ms + more.used_ms);
        Ok(Some(more.allowance()))
    }

    /// Gives back one write, and returns what is left.
    fn give_back(&mut self, kind: Kind, client: Client, limits: &RateLimits, now_ms: u64) -> Allowance {
        let used = self.of(kind, client, limits, now_ms);
        let less = Use { used_ms: used.used_ms.saturating_sub(used.one_ms()), ..used };
        if let Some(whole_again_ms) = self.whole_again_ms.get_mut(&(kind, client)) {
            *whole_again_ms = now_ms + less.used_ms;
        }
        less.allowance()
    }

    /// Whether one more client can be remembered. Forgets whole allowances if there are too many.
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
            tracing::warn!(clients = MAX_REMEMBERED, "too many clients write, more are not counted");
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: u64 = 3_600_000;

    fn client(number: u32) -> Client {
        Client::of(std::net::Ipv4Addr::from(number).into())
    }

    #[test]
    fn limits_are_read_exactly() {
        assert_eq!("off".parse(), Ok(RateLimits::OFF));
        assert_eq!("votes=5".parse(), Ok(RateLimits { votes: 5, ..RateLimits::DEFAULT }));
        let all = RateLimits { questions: 1, answers: 2, reviews: 4, votes: 3, reports: 0 };
        assert_eq!("questions=1, answers=2,reviews=4,votes=3,reports=0".parse(), Ok(all));
        for bad in ["", "on", "votes", "votes=", "votes=-1", "votes=1;", "likes=1", "votes=99999999999"] {
            assert_eq!(bad.parse::<RateLimits>(), Err(InvalidRateLimits), "{bad}");
        }
    }

    fn votes(limit: u32) -> RateLimits {
        RateLimits { votes: limit, ..RateLimits::OFF }
    }

    #[test]
    fn an_allowance_is_used_up_and_grows_back_evenly() {
        for limit in [1, 3, 7, 600] {
            let mut used = Used::default();
            let mut take = |now_ms| used.take(Kind::Votes, client(1), &votes(limit), now_ms);
            for left in (0..limit).rev() {
                let allowance = take(5).expect("within the limit").expect("limited");
                assert_eq!(allowance.left, u64::from(left), "of {limit}");
            }
            let refused = take(5).expect_err("one too many");
            let one_s = (HOUR_MS.div_ceil(limit.into())).div_ceil(1_000);
            assert_eq!((refused.retry_after_s, refused.allowance.left), (one_s, 0), "of {limit}");
            assert_eq!(take(5), Err(refused), "asking again costs nothing");
            let later = 5 + refused.retry_after_s * 1_000;
            assert!(take(later).is_ok() && take(later).is_err(), "of {limit}");
            let long_after = later + 2 * HOUR_MS;
            assert_eq!((0..=limit).filter(|_| take(long_after).is_ok()).count(), limit as usize);
        }
    }

    #[test]
    fn clients_and_kinds_are_counted_apart() {
        let limits = RateLimits { questions: 1, answers: 0, reviews: 1, votes: 1, reports: 1 };
        let limiter = RateLimiter::new(limits);
        assert!(limiter.charge(Kind::Votes, client(1)).is_ok());
        assert!(limiter.charge(Kind::Votes, client(1)).is_err());
        assert!(limiter.charge(Kind::Votes, client(2)).is_ok());
        assert!(limiter.charge(Kind::Reports, client(1)).is_ok());
        for _ in 0..100 {
            assert!(limiter.charge(Kind::Answers, client(1)).is_ok_and(|charge| charge.is_none()));
        }
        let counted: Vec<_> = limiter.refused().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counted, [("votes", 1)]);
    }

    #[test]
    fn refused_writes_are_free_within_a_limit_of_their_own() {
        let limiter = RateLimiter::new(votes(2));
        let charge = || limiter.charge(Kind::Votes, client(1)).map(|charge| charge.expect("limited"));
        for _ in 0..MAX_REFUSED_PER_MINUTE {
            assert_eq!(limiter.settle(charge().expect("free"), Fate::Failed).left, 2);
            assert_eq!(limiter.settle(charge().expect("free"), Fate::Refused).left, 2);
        }
        let refused = charge().expect_err("too many refused writes").allowance;
        assert_eq!((refused.kind, refused.limit), (Kind::Refused, MAX_REFUSED_PER_MINUTE));
        assert!(!limiter.take_refused(client(1)) && limiter.take_refused(client(2)));
    }

    #[test]
    fn memory_is_bounded_and_whole_allowances_are_forgotten_first() {
        let mut used = Used::default();
        let many = u32::try_from(MAX_REMEMBERED).expect("fits");
        let limits = votes(1);
        for number in 0..many {
            assert!(used.take(Kind::Votes, client(number), &limits, 0).expect("the first").is_some());
        }
        let mut take = |number, now_ms| used.take(Kind::Votes, client(number), &limits, now_ms);
        assert_eq!(take(many, 2_000), Ok(None), "not counted, not refused");
        assert!(take(0, 2_000).is_err(), "known clients are still known");
        assert!(take(many, HOUR_MS + 1).expect("the first").is_some());
        assert_eq!(used.whole_again_ms.len(), 1);
    }
}
