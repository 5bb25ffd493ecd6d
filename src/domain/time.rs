//! Points in time: milliseconds since 1970 in UTC, the forms in which files have them, and the one
//! in which they are shown. The current time is not read here. It is an argument
//! (`service::clock`).

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::{Time, date};
use jiff::fmt::temporal::Pieces;

const MILLISECONDS_PER_DAY: i64 = 86_400_000;
/// Days from 0000-03-01 to 1970-01-01.
const MARCH_OF_YEAR_0: i64 = 719_468;
/// 0001-01-01T00:00:00.000Z.
const MIN_MILLISECONDS: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59.999Z.
const MAX_MILLISECONDS: i64 = 253_402_300_799_999;
/// The years 1990 to 2199. Seconds, `YYYYMMDD` and `YYYYMMDDhhmmss` read as milliseconds are all
/// outside of them.
const PLAUSIBLE_MILLISECONDS: std::ops::Range<i64> = 631_152_000_000..7_258_118_400_000;

/// A point in time with millisecond precision, in the years 1 to 9999, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a value is not a [`Timestamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTimestamp {
    /// It has none of the forms, or is outside of the years 1 to 9999.
    #[error("must be milliseconds since 1970, an ISO 8601 date-time or YYYY-MM-DD, in the years 1 to 9999")]
    Form,
    /// As a number of milliseconds it is a date that hardly anybody means.
    #[error(
        "a number must be milliseconds since 1970 in the years 1990 to 2199; multiply seconds by 1000, and write any \
         other date as YYYY-MM-DD"
    )]
    Implausible,
    /// A time zone in brackets, without an offset.
    #[error("a time zone in brackets is not understood; write the offset from UTC, such as +02:00")]
    ZoneWithoutOffset,
}

impl Timestamp {
    /// Takes milliseconds since 1970-01-01T00:00:00Z within the years 1 to 9999.
    pub fn from_milliseconds(milliseconds: i64) -> Result<Self, InvalidTimestamp> {
        if (MIN_MILLISECONDS..=MAX_MILLISECONDS).contains(&milliseconds) {
            Ok(Self(milliseconds))
        } else {
            Err(InvalidTimestamp::Form)
        }
    }

    /// The same for any number: one out of range becomes the nearest in range.
    pub fn nearest(milliseconds: i64) -> Self {
        Self(milliseconds.clamp(MIN_MILLISECONDS, MAX_MILLISECONDS))
    }

    /// What a clock shows, which may be set to any year: one out of range becomes the nearest in
    /// range.
    pub fn of_clock(time: SystemTime) -> Self {
        let milliseconds =
            |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::nearest(match time.duration_since(UNIX_EPOCH) {
            Ok(after) => milliseconds(after),
            Err(before) => -milliseconds(before.duration()),
        })
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn milliseconds(self) -> i64 {
        self.0
    }

    /// Whether [`parse`](Self::parse) reads this time when it is written as a plain number of
    /// milliseconds.
    pub fn is_plausible(self) -> bool {
        PLAUSIBLE_MILLISECONDS.contains(&self.0)
    }

    /// Reads what the files to import contain: milliseconds since 1970, an ISO 8601 date-time
    /// (without an offset it is UTC), or a plain date (midnight UTC). Fractions below a millisecond
    /// are cut off.
    ///
    /// # Errors
    /// [`InvalidTimestamp::Implausible`] for a number that is not [plausible](Self::is_plausible):
    /// it may be seconds.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        let text = text.trim();
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let time = text.parse().ok().map(Self).filter(|time| time.is_plausible());
            return time.ok_or(InvalidTimestamp::Implausible);
        }
        let pieces = Pieces::parse(text).map_err(|_| InvalidTimestamp::Form)?;
        let offset = pieces.to_numeric_offset();
        if offset.is_none() && pieces.time_zone_annotation().is_some() {
            return Err(InvalidTimestamp::ZoneWithoutOffset);
        }
        // jiff's own timestamps end a day before the year 9999 does.
        let local = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
        let nanoseconds = local.duration_since(date(1970, 1, 1).at(0, 0, 0, 0)).as_nanos();
        let milliseconds =
            i64::try_from(nanoseconds.div_euclid(1_000_000)).map_err(|_| InvalidTimestamp::Form)?;
        Self::from_milliseconds(milliseconds - 1_000 * offset.map_or(0, |offset| i64::from(offset.seconds())))
    }

    /// The public form, `2018-10-18T00:00:00.000Z`.
    pub fn to_bytes(self) -> [u8; 24] {
        let since_march_of_year_0 = (self.0 + MARCH_OF_YEAR_0 * MILLISECONDS_PER_DAY).cast_unsigned();
        let days = since_march_of_year_0 / MILLISECONDS_PER_DAY.cast_unsigned();
        let in_day = since_march_of_year_0 % MILLISECONDS_PER_DAY.cast_unsigned();
        let (days, in_day) = (u32::try_from(days).unwrap_or(0), u32::try_from(in_day).unwrap_or(0));
        let (year, month, day) = civil_from_days(days);
        let (seconds, milliseconds) = (in_day / 1_000, in_day % 1_000);
        let (minutes, second) = (seconds / 60, seconds % 60);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        text[0..2].copy_from_slice(two_digits(year / 100));
        text[2..4].copy_from_slice(two_digits(year % 100));
        text[5..7].copy_from_slice(two_digits(month));
        text[8..10].copy_from_slice(two_digits(day));
        text[11..13].copy_from_slice(two_digits(minutes / 60));
        text[14..16].copy_from_slice(two_digits(minutes % 60));
        text[17..19].copy_from_slice(two_digits(second));
        text[20] = two_digits(milliseconds / 100)[1];
        text[21..23].copy_from_slice(two_digits(milliseconds % 100));
        text
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

/// A number below 100 in two decimal digits.
fn two_digits(number: u32) -> &'static [u8; 2] {
    /// As long as a power of two, so that no index into it needs a look at its length.
    static DIGITS: [[u8; 2]; 128] = {
        let mut digits = [[b'0'; 2]; 128];
        let mut number = 0_u8;
        while number < 100 {
            digits[number as usize] = [b'0' + number / 10, b'0' + number % 10];
            number += 1;
        }
        digits
    };
    &DIGITS[(number % 128) as usize]
}

/// Year, month and day of a day counted from 0000-03-01. Cassio Neri and Lorenz Schneider,
/// "Euclidean affine functions and their application to calendar algorithms" (Software: Practice
/// and Experience 53, 2023), figure 12. By hand because a page holds a dozen dates and this is two
/// nanoseconds each.
fn civil_from_days(days: u32) -> (u32, u32, u32) {
    let quarter_days = 4 * days + 3;
    let century = quarter_days / 146_097;
    let day_of_century = quarter_days % 146_097 / 4;
    let product = 2_939_745 * u64::from(4 * day_of_century + 3);
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    let (year_of_century, fraction) = ((product >> 32) as u32, product as u32);
    let day_of_year = fraction / 2_939_745 / 4;
    let shifted = 2_141 * day_of_year + 197_913;
    let (month, day) = (shifted >> 16, (shifted & 0xFFFF) / 2_141);
    let year = 100 * century + year_of_century;
    // Years begin in March here.
    if day_of_year >= 306 { (year + 1, month - 12, day + 1) } else { (year, month, day + 1) }
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
        assert_eq!(shown(MAX_MILLISECONDS + 1), Err(InvalidTimestamp::Form));
    }

    #[test]
    fn a_clock_may_show_any_year() {
        let shown = |time: SystemTime| Timestamp::of_clock(time).to_string();
        assert_eq!(
            shown(UNIX_EPOCH + std::time::Duration::from_millis(1_595_884_714_409)),
            "2020-07-27T21:18:34.409Z"
        );
        assert_eq!(shown(UNIX_EPOCH - std::time::Duration::from_millis(1)), "1969-12-31T23:59:59.999Z");
        let year = std::time::Duration::from_hours(24 * 365);
        assert_eq!(shown(UNIX_EPOCH + year * 9_000), "9999-12-31T23:59:59.999Z");
        assert_eq!(shown(UNIX_EPOCH - year * 3_000), "0001-01-01T00:00:00.000Z");
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
            ("2018-10-18T02:00:00+02:00[Europe/Berlin]", 1_539_820_800_000),
            ("1969-12-31T23:59:59.9999Z", -1),
            (" 1595884714409 ", 1_595_884_714_409),
            ("0001-01-01T00:00:00Z", MIN_MILLISECONDS),
            ("9999-12-31T23:59:59.999Z", MAX_MILLISECONDS),
            ("9999-12-31T23:59:59.999999999", MAX_MILLISECONDS),
            ("631152000000", 631_152_000_000),
            ("7258118399999", 7_258_118_399_999),
        ] {
            assert_eq!(Timestamp::parse(text).map(Timestamp::milliseconds), Ok(milliseconds), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2018-13-01",
            "2018-02-30",
            "1e3",
            "-",
            "0000-12-31",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert_eq!(Timestamp::parse(text), Err(InvalidTimestamp::Form), "{text}");
        }
        let zone = Timestamp::parse("2018-10-18T02:00:00[Europe/Berlin]");
        assert_eq!(zone, Err(InvalidTimestamp::ZoneWithoutOffset));
    }

    #[test]
    fn numbers_that_are_hardly_milliseconds_are_refused() {
        // Nothing, a year, a day, seconds, before and after the bounds, a day with its time, micro-
        // and nanoseconds.
        for text in [
            "0",
            "-1",
            "2018",
            "20181018",
            "1539820800",
            "631151999999",
            "7258118400000",
            "20181018120000",
            "1539820800000000",
            "1539820800000000000",
            "99999999999999999999",
        ] {
            assert_eq!(Timestamp::parse(text), Err(InvalidTimestamp::Implausible), "{text}");
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
