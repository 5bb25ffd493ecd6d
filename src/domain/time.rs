//! Points in time: milliseconds since 1970 in UTC, as stored, and the one form in which they are shown.
//! The current time is not read here: it is an argument (`service::clock`).

use std::fmt;

const MILLISECONDS_PER_DAY: i64 = 86_400_000;
/// 0001-01-01T00:00:00.000Z.
const MIN_MILLISECONDS: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59.999Z.
const MAX_MILLISECONDS: i64 = 253_402_300_799_999;

/// A point in time with millisecond precision, in the years 1 to 9999, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a value is not a [`Timestamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be milliseconds since 1970, an ISO 8601 date-time or YYYY-MM-DD, in the years 1 to 9999")]
pub struct InvalidTimestamp;

impl Timestamp {
    /// Takes milliseconds since 1970-01-01T00:00:00Z within the years 1 to 9999.
    pub fn from_milliseconds(milliseconds: i64) -> Result<Self, InvalidTimestamp> {
        if (MIN_MILLISECONDS..=MAX_MILLISECONDS).contains(&milliseconds) {
            Ok(Self(milliseconds))
        } else {
            Err(InvalidTimestamp)
        }
    }

    /// The same, for values that were a timestamp's before: any other becomes the nearest.
    pub fn nearest(milliseconds: i64) -> Self {
        Self(milliseconds.clamp(MIN_MILLISECONDS, MAX_MILLISECONDS))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn milliseconds(self) -> i64 {
        self.0
    }

    /// Reads what the files to migrate contain: epoch milliseconds, an ISO 8601 date-time (without an
    /// offset it is UTC), or a plain date (midnight UTC). Fractions below a millisecond are cut off.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        let text = text.trim();
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::from_milliseconds(text.parse().map_err(|_| InvalidTimestamp)?);
        }
        if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            return Self::from_milliseconds(instant.as_millisecond());
        }
        let local: jiff::civil::DateTime = text.parse().map_err(|_| InvalidTimestamp)?;
        let instant = jiff::tz::TimeZone::UTC.to_timestamp(local).map_err(|_| InvalidTimestamp)?;
        Self::from_milliseconds(instant.as_millisecond())
    }

    /// The public form, `2018-10-18T00:00:00.000Z`.
    pub fn to_bytes(self) -> [u8; 24] {
        let days = self.0.div_euclid(MILLISECONDS_PER_DAY);
        let in_day = u32::try_from(self.0.rem_euclid(MILLISECONDS_PER_DAY)).unwrap_or(0);
        let (year, month, day) = civil_from_days(days);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        put_digits::<4>(&mut text[0..], year);
        put_digits::<2>(&mut text[5..], month);
        put_digits::<2>(&mut text[8..], day);
        put_digits::<2>(&mut text[11..], in_day / 3_600_000);
        put_digits::<2>(&mut text[14..], in_day / 60_000 % 60);
        put_digits::<2>(&mut text[17..], in_day / 1_000 % 60);
        put_digits::<3>(&mut text[20..], in_day % 1_000);
        text
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

/// Writes a number's last decimal digits.
fn put_digits<const DIGITS: usize>(place: &mut [u8], number: u32) {
    let mut rest = number;
    for digit in place[..DIGITS].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Year, month and day of a day counted from 1970-01-01: Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>), in unsigned arithmetic since no day before the
/// year 1 comes in. By hand because a page holds a dozen dates and this is a few nanoseconds each.
fn civil_from_days(days: i64) -> (u32, u32, u32) {
    let days = u32::try_from(days + 719_468).unwrap_or(0);
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + u32::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_with_three_digits_and_z() {
        let shown = |milliseconds| Timestamp::from_milliseconds(milliseconds).map(|time| time.to_string());
        assert_eq!(shown(0).as_deref(), Ok("1970-01-01T00:00:00.000Z"));
        assert_eq!(shown(1_595_884_714_409).as_deref(), Ok("2020-07-27T21:18:34.409Z"));
        assert_eq!(shown(-1).as_deref(), Ok("1969-12-31T23:59:59.999Z"));
        assert_eq!(shown(MIN_MILLISECONDS).as_deref(), Ok("0001-01-01T00:00:00.000Z"));
        assert_eq!(shown(MAX_MILLISECONDS).as_deref(), Ok("9999-12-31T23:59:59.999Z"));
        assert_eq!(shown(MAX_MILLISECONDS + 1), Err(InvalidTimestamp));
    }

    #[test]
    fn every_form_of_the_files_is_read() {
        for (text, milliseconds) in [
            ("1595884714409", 1_595_884_714_409),
            ("2018-10-18", 1_539_820_800_000),
            ("2018-10-18T00:00:00.000Z", 1_539_820_800_000),
            ("2018-10-18T02:00:00+02:00", 1_539_820_800_000),
            ("2018-10-18T00:00:00", 1_539_820_800_000),
            ("2018-10-18 00:00:00.5", 1_539_820_800_500),
            (" 0 ", 0),
        ] {
            assert_eq!(Timestamp::parse(text).map(Timestamp::milliseconds), Ok(milliseconds), "{text}");
        }
        for text in ["", "yesterday", "2018-13-01", "2018-02-30", "99999999999999999999", "1e3", "-"] {
            assert_eq!(Timestamp::parse(text), Err(InvalidTimestamp), "{text}");
        }
    }

    #[test]
    fn agrees_with_a_calendar_library_over_ten_thousand_years() {
        let step = 37 * MILLISECONDS_PER_DAY + 12_345_678;
        let mut milliseconds = MIN_MILLISECONDS;
        while milliseconds <= MAX_MILLISECONDS {
            let expected = jiff::Timestamp::from_millisecond(milliseconds).map(|time| format!("{time:.3}"));
            let shown = Timestamp::from_milliseconds(milliseconds).map(|time| time.to_string());
            assert_eq!(shown.ok(), expected.ok());
            milliseconds += step;
        }
    }
}
