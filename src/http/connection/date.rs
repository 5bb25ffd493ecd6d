//! The value of `Date`, for every protocol. The service's own times come from its clock, not from
//! here.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::HeaderValue;

/// The end of the year 9999, in seconds since 1970: the last that `Date` can name.
const LAST_S: u64 = 253_402_300_799;

/// The time in the format of `Date`.
#[expect(
    clippy::disallowed_methods,
    reason = "a header about the response itself, in no rule of the service"
)]
pub(crate) fn date() -> HeaderValue {
    of(SystemTime::now())
}

/// A clock that is far out is shown as the first or last second that can be written.
fn of(now: SystemTime) -> HeaderValue {
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()).min(LAST_S);
    let text = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
    HeaderValue::try_from(text).expect("a date is visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_far_out_has_a_date() {
        let second = Duration::from_secs(1);
        for (now, expected) in [
            (UNIX_EPOCH + second, "Thu, 01 Jan 1970 00:00:01 GMT"),
            (UNIX_EPOCH - second, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (UNIX_EPOCH + second * 4_000_000_000, "Tue, 02 Oct 2096 07:06:40 GMT"),
            (UNIX_EPOCH + Duration::from_secs(LAST_S + 1), "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] {
            assert_eq!(of(now), expected);
        }
    }
}
