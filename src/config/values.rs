//! The values that an operator writes, each read from its text. A reader that refuses a text says
//! "write …": what to write instead. Where the text stood is added by the caller.

use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::SignedDuration;
use tracing_subscriber::EnvFilter;

/// A switch; `true` and `false` are its old form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// It is on
    #[value(alias = "true")]
    On,
    /// It is off
    #[value(alias = "false")]
    Off,
}

impl Switch {
    /// Whether it is on.
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}

/// Whether a text has digits and nothing else.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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

/// Durations within a range, in whole steps: `250ms`, `5s`, `15m`, `1h`. Zero is `off` or `0`,
/// where the range begins with it.
pub(super) fn duration(
    step: Duration,
    range: RangeInclusive<Duration>,
) -> impl Fn(&str) -> Result<Duration, String> + Clone + Send + Sync + 'static {
    move |text| {
        let can_be_off = range.start().is_zero();
        if can_be_off && matches!(text, "off" | "0") {
            return Ok(Duration::ZERO);
        }
        let read = text.parse::<SignedDuration>().ok().and_then(|read| Duration::try_from(read).ok());
        let is_whole = |read: &Duration| read.as_nanos().is_multiple_of(step.as_nanos());
        read.filter(|read| range.contains(read) && is_whole(read)).ok_or_else(|| {
            let off = if can_be_off { "off, or " } else { "" };
            let examples = if step < Duration::from_secs(1) { "250ms, 5s or 15m" } else { "30s, 15m or 1h" };
            let (step, most) = (shown(step), shown(*range.end()));
            format!("write {off}a duration such as {examples}, in steps of {step}, up to {most}")
        })
    }
}

/// Durations of whole seconds or of whole days, such as `90d`, of at most `most_days` days.
pub(crate) fn lifetime(
    most_days: u64,
) -> impl Fn(&str) -> Result<Duration, String> + Clone + Send + Sync + 'static {
    const SECOND: Duration = Duration::from_secs(1);
    let read = duration(SECOND, SECOND..=Duration::from_hours(24 * most_days));
    move |text| {
        let days = text.strip_suffix('d').and_then(|days| whole_number(1..=most_days)(days).ok());
        days.map_or_else(|| read(text), |days| Ok(Duration::from_hours(24 * days))).map_err(|_| {
            format!("write a duration such as 90d, 12h or 30m, in steps of 1s, up to {most_days}d")
        })
    }
}

/// Durations of whole seconds, for a setting whose old form is a number of seconds.
pub(super) fn duration_or_seconds(
    range: RangeInclusive<Duration>,
) -> impl Fn(&str) -> Result<Duration, String> + Clone + Send + Sync + 'static {
    let read = duration(Duration::from_secs(1), range);
    move |text| if is_number(text) && text != "0" { read(&format!("{text}s")) } else { read(text) }
}

/// A duration as it is written: `15m`, or `off`.
pub(super) fn shown(duration: Duration) -> String {
    match SignedDuration::try_from(duration) {
        Ok(duration) if !duration.is_zero() => format!("{duration:#}"),
        _ => "off".to_owned(),
    }
}

/// An address and a port, or a port of 127.0.0.1: `3000`, `:3000` and `localhost:3000`.
pub(super) fn socket_address(text: &str) -> Result<SocketAddr, &'static str> {
    let port = text.strip_prefix("localhost:").or(text.strip_prefix(':')).unwrap_or(text);
    let local = is_number(port).then(|| port.parse().ok()).flatten();
    local.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))).or_else(|| text.parse().ok()).ok_or(
        "write an address and a port, such as 0.0.0.0:3000 or [::1]:3000, or a port of 127.0.0.1, such as 3000",
    )
}

/// One of some words, each with what it means.
pub(super) fn one_of<T: Copy + Send + Sync + 'static>(
    words: &'static [(&'static str, T)],
) -> impl TypedValueParser<Value = T> {
    let parser = PossibleValuesParser::new(words.iter().map(|(word, _)| *word));
    // The parser lets no other words through.
    parser.map(|text| words.iter().find(|(word, _)| *word == text).unwrap_or(&words[0]).1)
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
    let is_open = |url: &url::Url| url.username().is_empty() && url.password().is_none();
    let url = url::Url::parse(text).ok().filter(|url| url.scheme() == "http" && url.has_host());
    let url = url.filter(is_open).map(|_| text.to_owned());
    url.ok_or("write an address without a user, such as http://127.0.0.1:4318/v1/traces")
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

/// What is put before every route: nothing, or segments each led by a slash, without one at the
/// end.
pub(super) fn path_prefix(text: &str) -> Result<String, &'static str> {
    let prefix = text.trim_end_matches('/');
    let visible = prefix.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'));
    if prefix.is_empty() || (prefix.starts_with('/') && visible) {
        return Ok(prefix.to_owned());
    }
    Err("write a path that begins with a slash, in visible ASCII characters, such as /api/fec2/hr-rfp")
}

/// Most characters of a campus.
const MAX_CAMPUS_CHARS: usize = 60;

/// Domains of mail addresses, in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailDomains(pub Vec<String>);

/// Most domains of mail addresses.
const MAX_MAIL_DOMAINS: usize = 1_000;

impl FromStr for MailDomains {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let domains: Vec<String> =
            text.split(',').map(|part| part.trim().to_lowercase()).filter(|part| !part.is_empty()).collect();
        let is_label = |label: &str| {
            !label.is_empty()
                && label.chars().all(|character| character.is_alphanumeric() || character == '-')
        };
        let is_domain = |domain: &String| domain.contains('.') && domain.split('.').all(is_label);
        if domains.iter().all(is_domain) && domains.len() <= MAX_MAIL_DOMAINS {
            return Ok(Self(domains));
        }
        Err(format!("write up to {MAX_MAIL_DOMAINS} domains such as mail.example,other.example"))
    }
}

/// The address of the shop's program that is asked about texts. It is not shown in whole, so it has
/// no user; whether it needs TLS is up to another setting.
pub(super) fn hook_url(text: &str) -> Result<String, &'static str> {
    let is_open = |url: &url::Url| url.username().is_empty() && url.password().is_none();
    let has_scheme = |url: &url::Url| matches!(url.scheme(), "https" | "http") && url.has_host();
    let url = url::Url::parse(text).ok().filter(has_scheme).filter(is_open);
    url.map(Into::into).ok_or("write an address without a user, such as https://moderation.example/texts")
}

/// The name of a campus: some visible characters, spaces between them allowed.
pub(super) fn campus(text: &str) -> Result<String, String> {
    let is_shown = text.trim() == text && !text.is_empty() && !text.contains(char::is_control);
    if is_shown && text.chars().count() <= MAX_CAMPUS_CHARS {
        return Ok(text.to_owned());
    }
    Err(format!("write a name of 1 to {MAX_CAMPUS_CHARS} characters, such as hr-rfp"))
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

    /// Reads levels and `TARGET=LEVEL`, separated by commas. A word that is no level would be a
    /// target of which everything is logged, and nothing else: nobody means that.
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
    fn durations() {
        let (step, max) = (Duration::from_millis(1), Duration::from_hours(1));
        let read = duration(step, step..=max);
        for (text, ms) in
            [("250ms", 250), ("5s", 5_000), ("15m", 900_000), ("1h", 3_600_000), ("1m30s", 90_000)]
        {
            assert_eq!(read(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for bad in ["", "0", "off", "5", "-5s", "61m", "0s", "100us", "1.5", "s", "1d", "5 apples"] {
            let wanted = "write a duration such as 250ms, 5s or 15m, in steps of 1ms, up to 1h";
            assert_eq!(read(bad), Err(wanted.to_owned()), "{bad}");
        }
        let seconds = duration(Duration::from_secs(1), Duration::ZERO..=max);
        assert_eq!(
            (seconds("off"), seconds("0"), seconds("1s")),
            (Ok(Duration::ZERO), Ok(Duration::ZERO), Ok(Duration::from_secs(1)))
        );
        for bad in ["1500ms", "", "5", "on"] {
            let wanted = "write off, or a duration such as 30s, 15m or 1h, in steps of 1s, up to 1h";
            assert_eq!(seconds(bad), Err(wanted.to_owned()), "{bad}");
        }
        let old = duration_or_seconds(Duration::ZERO..=max);
        assert_eq!((old("300"), old("5m")), (Ok(Duration::from_mins(5)), Ok(Duration::from_mins(5))));
        assert_eq!((old("0"), old("3601").is_err()), (Ok(Duration::ZERO), true));
        assert_eq!(
            (shown(Duration::ZERO), shown(Duration::from_mins(15))),
            ("off".to_owned(), "15m".to_owned())
        );
    }

    #[test]
    fn lifetimes_have_days() {
        let read = lifetime(3_650);
        assert_eq!(read("90d"), Ok(Duration::from_hours(90 * 24)));
        assert_eq!(read("1h30m"), Ok(Duration::from_mins(90)));
        for bad in ["", "d", "0d", "-1d", "1.5d", "3651d", "0", "off", "90", "1d12h", "500ms"] {
            let wanted = "write a duration such as 90d, 12h or 30m, in steps of 1s, up to 3650d";
            assert_eq!(read(bad), Err(wanted.to_owned()), "{bad}");
        }
    }

    #[test]
    fn a_port_alone_is_one_of_this_machine() {
        for (text, address) in [
            ("3000", "127.0.0.1:3000"),
            (":3000", "127.0.0.1:3000"),
            ("localhost:3000", "127.0.0.1:3000"),
            ("0", "127.0.0.1:0"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(socket_address(text).map(|address| address.to_string()).as_deref(), Ok(address));
        }
        for bad in
            ["", ":", "65536", ":+80", "localhost", "localhost:", "127.0.0.1", "::1:80", "db:80", " 80"]
        {
            assert!(socket_address(bad).is_err(), "{bad}");
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
    fn a_campus_is_a_short_name() {
        assert_eq!(campus("hr-rfp").as_deref(), Ok("hr-rfp"));
        for bad in ["", " a", "a\n", &"a".repeat(61)] {
            assert!(campus(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn mail_domains_and_hooks() {
        let domains = |text: &str| text.parse::<MailDomains>().map(|domains| domains.0);
        assert_eq!(
            domains(" A.example, b.c.test ,"),
            Ok(vec!["a.example".to_owned(), "b.c.test".to_owned()])
        );
        assert_eq!(domains(""), Ok(vec![]));
        for bad in ["?", "com", "a@b.example", "a..b", ".a.b"] {
            assert!(domains(bad).is_err(), "{bad}");
        }
        assert_eq!(hook_url("https://a.example/x").as_deref(), Ok("https://a.example/x"));
        for bad in ["", "?", "ftp://a.example", "https://u:p@a.example", "a.example"] {
            assert!(hook_url(bad).is_err(), "{bad}");
        }
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
        for bad in ["http://u:p@h/", "127.0.0.1:4318", "https://collector.example", "collector", ""] {
            assert!(collector(bad).is_err(), "{bad}");
        }
    }
}
