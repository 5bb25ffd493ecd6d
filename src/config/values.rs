//! The values that an operator writes, each read from its text. Whatever a reader says of a text that it refuses ends in
//! "write …": what to write instead. Where the text stood is added by who read it there.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use tracing_subscriber::EnvFilter;

use crate::http::LocalPeers;

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// It is
    On,
    /// It is not
    Off,
}

/// Whole numbers within a range, ends included.
pub(crate) fn whole_number<N>(
    range: RangeInclusive<N>,
) -> impl Fn(&str) -> Result<N, String> + Clone + Send + Sync + 'static
where
    N: FromStr + PartialOrd + Display + Send + Sync + Clone + 'static,
{
    move |text| {
        let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| only_digits && range.contains(number));
        number.ok_or_else(|| format!("write a whole number from {} to {}", range.start(), range.end()))
    }
}

/// A switch that is on or off.
pub(super) fn switch(text: &str) -> Result<bool, &'static str> {
    text.parse().map_err(|_| "write true or false")
}

/// An address and a port.
pub(super) fn socket_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "write an address and a port, such as 127.0.0.1:3000 or [::1]:3000")
}

/// Whether the limits count peers on the loopback interface.
pub(super) fn local_peers() -> impl TypedValueParser<Value = LocalPeers> {
    let words = PossibleValuesParser::new(["limited", "exempt"]);
    words.map(|word| if word == "exempt" { LocalPeers::Exempt } else { LocalPeers::Limited })
}

/// A part of a whole.
#[cfg(feature = "otel")]
pub(super) fn share(text: &str) -> Result<f64, &'static str> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or("write a share from 0 to 1, such as 0.01")
}

/// The address of a collector of spans, which is not spoken to by TLS.
#[cfg(feature = "otel")]
pub(super) fn collector(text: &str) -> Result<String, &'static str> {
    let is_http = url::Url::parse(text).is_ok_and(|url| url.scheme() == "http" && url.has_host());
    if is_http {
        Ok(text.to_owned())
    } else {
        Err("write an address such as http://127.0.0.1:4318/v1/traces")
    }
}

/// A number of bytes, with a unit if it likes: `65536`, `64KiB`, `512MiB`, `2GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteSize(pub u64);

impl FromStr for ByteSize {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "write a number of bytes, such as 65536, 64KiB, 512MiB or 2GiB";
        let text = text.trim();
        let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
        let shift = match text[digits.len()..].trim() {
            "" | "B" => 0,
            "KiB" => 10,
            "MiB" => 20,
            "GiB" => 30,
            _ => return Err(WRONG),
        };
        let number = whole_number(0..=u64::MAX)(digits).map_err(|_| WRONG)?;
        number.checked_mul(1 << shift).map(Self).ok_or(WRONG)
    }
}

/// What is put before every route: nothing, or segments each led by a slash, without one at the end.
pub(super) fn path_prefix(text: &str) -> Result<String, &'static str> {
    let prefix = text.trim_end_matches('/');
    let visible = prefix.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'));
    if prefix.is_empty() || (prefix.starts_with('/') && visible) {
        return Ok(prefix.to_owned());
    }
    Err("write a path that begins with a slash, in visible ASCII characters, such as /api/fec2/hr-rfp")
}

/// Which lines are logged, as `tracing_subscriber` reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The filter as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LogFilter {
    type Err = &'static str;

    /// Reads levels and `TARGET=LEVEL`, separated by commas. A word that is no level would be a target of which everything is
    /// logged, and nothing else: nobody means that.
    fn from_str(text: &str) -> Result<Self, &'static str> {
        const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
        let mut parts = text.split(',').map(str::trim);
        let says_levels = parts.all(|part| part.contains(['=', '[']) || LEVELS.contains(&part));
        if says_levels && EnvFilter::builder().parse(text).is_ok() {
            return Ok(Self(text.to_owned()));
        }
        Err("write off, error, warn, info, debug or trace, or levels of parts such as info,atelier=debug")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_digits_within_their_range() {
        let read = whole_number(1..=64_u16);
        assert_eq!((read("1"), read("64")), (Ok(1), Ok(64)));
        for bad in ["0", "65", "", "+5", "-1", "1.0", " 1", "1e1", "99999999999999999999"] {
            assert_eq!(read(bad), Err("write a whole number from 1 to 64".to_owned()), "{bad}");
        }
    }

    #[test]
    fn byte_sizes() {
        for (text, bytes) in [("65536", 65_536), ("64KiB", 65_536), ("2 GiB", 2 << 30), ("0", 0)] {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
        for bad in ["", "KiB", "1kb", "-1", "1.5GiB", "99999999999GiB"] {
            assert!(bad.parse::<ByteSize>().is_err(), "{bad}");
        }
    }

    #[test]
    fn path_prefixes() {
        assert_eq!(path_prefix("/api/fec2/hr-rfp/").as_deref(), Ok("/api/fec2/hr-rfp"));
        assert_eq!(path_prefix("/").as_deref(), Ok(""));
        assert!(path_prefix("api").is_err());
        assert!(path_prefix("/a b").is_err());
    }

    #[test]
    fn log_filters_say_levels() {
        for good in ["info", "debug,hyper=warn", "atelier::http=trace, off"] {
            assert_eq!(good.parse::<LogFilter>().map(|filter| filter.0), Ok(good.to_owned()));
        }
        for bad in ["", "verbose", "info,", "atelier", "atelier=loud", "info;debug"] {
            assert!(bad.parse::<LogFilter>().is_err(), "{bad}");
        }
    }

    #[cfg(feature = "otel")]
    #[test]
    fn shares_and_collectors() {
        assert_eq!((share("0"), share("1"), share("0.25")), (Ok(0.0), Ok(1.0), Ok(0.25)));
        for bad in ["1.1", "-0.1", "NaN", "half", ""] {
            assert!(share(bad).is_err(), "{bad}");
        }
        assert!(collector("http://127.0.0.1:4318/v1/traces").is_ok());
        for bad in ["127.0.0.1:4318", "https://collector.example", "collector", ""] {
            assert!(collector(bad).is_err(), "{bad}");
        }
    }
}
