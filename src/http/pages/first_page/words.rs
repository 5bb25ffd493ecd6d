//! Numbers as people read them. Deliberately absent: locales, because the page is in English.

/// A whole number with its thousands apart: `12,345`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number of bytes: `12.3 MiB`.
pub(crate) fn bytes(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1_024 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "three digits of it are shown")]
    let mut value = bytes as f64 / 1_024.0;
    let mut unit = 0;
    while value >= 1_000.0 && unit + 1 < units.len() {
        value /= 1_024.0;
        unit += 1;
    }
    format!("{} {}", digits(value), units[unit])
}

/// A time since something began: `3 min 12 s`, the two largest units.
pub(crate) fn duration(seconds: u64) -> String {
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let first = parts.iter().position(|(number, _)| *number > 0).unwrap_or(parts.len() - 1);
    let shown = parts.iter().skip(first).take(2).filter(|(number, _)| *number > 0 || seconds == 0);
    shown.map(|(number, unit)| format!("{number} {unit}")).collect::<Vec<String>>().join(" ")
}

/// How long a request took, in seconds: `250 µs`, `2.5 ms`; a dash where there was none.
pub(crate) fn latency(seconds: Option<f64>) -> String {
    match seconds {
        None => "–".to_owned(),
        Some(seconds) if seconds < 0.001 => format!("{} µs", digits(seconds * 1_000_000.0)),
        Some(seconds) if seconds < 1.0 => format!("{} ms", digits(seconds * 1_000.0)),
        Some(seconds) => format!("{} s", digits(seconds)),
    }
}

/// A rate per second: `1,234`, `7.5`.
pub(crate) fn rate(a_second: f64) -> String {
    if a_second < 100.0 {
        return digits(a_second);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number below 2^53"
    )]
    let whole = a_second.round() as u64;
    count(whole)
}

/// At most three digits, without zeros at the end; a little is never shown as nothing.
fn digits(value: f64) -> String {
    let places = match value {
        value if value < 0.1 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (1_000_011, "1,000,011")]
        {
            assert_eq!(count(number), text);
        }
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn sizes() {
        for (number, text) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1 KiB"),
            (12_900_000, "12.3 MiB"),
            (1_023 << 20, "1 GiB"),
            (4 << 30, "4 GiB"),
            (2_503_000_000, "2.3 GiB"),
            (u64::MAX, "16777216 TiB"),
        ] {
            assert_eq!(bytes(number), text);
        }
    }

    #[test]
    fn times_since() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (192, "3 min 12 s"),
            (3_600, "1 h"),
            (3_601, "1 h"),
            (7_500, "2 h 5 min"),
            (1_000_000, "11 d 13 h"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn latencies() {
        for (seconds, text) in [
            (0.000_01, "10 µs"),
            (0.000_25, "250 µs"),
            (0.001, "1 ms"),
            (0.002_5, "2.5 ms"),
            (0.5, "500 ms"),
            (2.5, "2.5 s"),
        ] {
            assert_eq!(latency(Some(seconds)), text);
        }
        assert_eq!(latency(None), "–");
    }

    #[test]
    fn rates() {
        for (a_second, text) in [
            (0.0, "0"),
            (0.03, "0.03"),
            (0.5, "0.5"),
            (7.0, "7"),
            (99.94, "99.9"),
            (1_234.4, "1,234"),
            (95_906.0, "95,906"),
        ] {
            assert_eq!(rate(a_second), text);
        }
    }
}
