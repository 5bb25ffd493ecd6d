//! Finds addresses of pages and of people, and telephone numbers, in a text. Whether they are
//! welcome there is not decided here.

/// Endings of hosts that are told from words without a space behind a full stop. Endings that are
/// words of a language ("it", "me", "is") are left out: they count with a path behind them.
const ENDINGS: [&str; 40] = [
    "app", "biz", "blog", "ca", "ch", "club", "cn", "co", "com", "de", "dev", "es", "eu", "fr", "gl", "gov",
    "icu", "info", "io", "jp", "link", "live", "ly", "net", "nl", "online", "org", "pl", "ru", "shop",
    "site", "store", "stream", "top", "tv", "uk", "us", "vip", "xyz", "zone",
];

/// Fewest digits of a telephone number.
const MIN_PHONE_DIGITS: usize = 7;

/// A place in a text: from and to, in Unicode scalar values.
pub(super) type Place = (u32, u32);

/// A run of visible characters.
struct Chunk<'t> {
    text: &'t str,
    /// Where it begins, in Unicode scalar values.
    from: u32,
}

/// The runs of visible characters of a text.
fn chunks(text: &str) -> impl Iterator<Item = Chunk<'_>> {
    let (mut rest, mut place) = (text, 0_u32);
    std::iter::from_fn(move || {
        let begin = rest.find(|character: char| !character.is_whitespace())?;
        place += count(&rest[..begin]);
        rest = &rest[begin..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let chunk = Chunk { text: &rest[..end], from: place };
        place += count(chunk.text);
        rest = &rest[end..];
        Some(chunk)
    })
}

fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

impl Chunk<'_> {
    /// The chunk without the punctuation around it.
    fn place(&self) -> Place {
        let is_outside = |character: char| {
            matches!(character, '(' | ')' | '<' | '>' | '"' | '\'' | ',' | ';' | '.' | '!' | '?' | ':')
        };
        let inner = self.text.trim_start_matches(is_outside);
        let from = self.from + count(self.text) - count(inner);
        (from, from + count(inner.trim_end_matches(is_outside)))
    }
}

/// The first address of a page.
pub(super) fn find_link(text: &str) -> Option<Place> {
    chunks(text).find(|chunk| is_link(&chunk.text.to_ascii_lowercase())).map(|chunk| chunk.place())
}

/// The first address of a person.
pub(super) fn find_mail_address(text: &str) -> Option<Place> {
    let is_address = |chunk: &Chunk<'_>| {
        let parts = chunk.text.split_once('@');
        parts.is_some_and(|(user, host)| {
            user.chars().next_back().is_some_and(char::is_alphanumeric) && host_with_ending(host).is_some()
        })
    };
    chunks(text).find(is_address).map(|chunk| chunk.place())
}

/// The first telephone number: digits with nothing but spaces, `+`, `-`, `.`, `/` and brackets
/// between them.
pub(super) fn find_phone_number(text: &str) -> Option<Place> {
    let (mut begin, mut end, mut digits) = (0, 0, 0);
    for (place, character) in (0_u32..).zip(text.chars().chain(['x'])) {
        if character.is_numeric() {
            if digits == 0 {
                begin = place;
            }
            digits += 1;
            end = place + 1;
        } else if !matches!(character, ' ' | '+' | '-' | '.' | '/' | '(' | ')' | '\u{a0}') {
            if digits >= MIN_PHONE_DIGITS {
                return Some((begin, end));
            }
            digits = 0;
        }
    }
    None
}

fn is_link(chunk: &str) -> bool {
    if let Some(scheme) = ["http://", "https://", "ftp://", "hxxp://", "hxxps://"]
        .into_iter()
        .find_map(|scheme| chunk.find(scheme).map(|at| at + scheme.len()))
    {
        return chunk[scheme..].chars().next().is_some_and(char::is_alphanumeric);
    }
    let is_of_a_word =
        |character: char| !(character.is_alphanumeric() || matches!(character, '.' | '-' | '/' | '@'));
    chunk.split(is_of_a_word).any(|part| {
        let part = part.trim_matches(['.', '/', '-']);
        // An address of a person is no address of a page.
        let (host, path) = part.split_once('/').map_or((part, None), |(host, path)| (host, Some(path)));
        if host.contains('@') {
            return false;
        }
        let has_path = path.is_some_and(|path| !path.is_empty());
        match host_with_ending(host) {
            Some(ending) => {
                host.starts_with("www.") || ENDINGS.contains(&ending) || (has_path && host.contains('.'))
            }
            None => false,
        }
    })
}

/// The last label of what may be the name of a host: at least two labels of letters, digits and
/// hyphens, the last one of two letters or more.
fn host_with_ending(host: &str) -> Option<&str> {
    let host = host.trim_end_matches(|character: char| !character.is_alphanumeric());
    let (labels, ending) = host.rsplit_once('.')?;
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|character| character.is_alphanumeric() || character == '-')
    };
    let is_ending = ending.chars().count() >= 2 && ending.chars().all(char::is_alphabetic);
    (is_ending && labels.split('.').all(is_label)).then_some(ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, place: Option<Place>) -> Option<String> {
        let (from, to) = place?;
        Some(text.chars().skip(from as usize).take((to - from) as usize).collect())
    }

    #[test]
    fn links_are_found() {
        for (text, link) in [
            ("See https://example.com/a?b=c.", "https://example.com/a?b=c"),
            ("see (www.example.org)", "www.example.org"),
            ("h\u{e9} Cheap-shoes.RU!", "Cheap-shoes.RU"),
            ("at bit.ly/x", "bit.ly/x"),
            ("at t.me/group", "t.me/group"),
            ("HTTP://1.2.3.4/", "HTTP://1.2.3.4/"),
        ] {
            assert_eq!(
                at(text, find_link(text)).as_deref().map(|found| found.trim_end_matches('/')),
                Some(link.trim_end_matches('/')),
                "{text}"
            );
        }
        for text in [
            "I like it.It fits",
            "size 3.5 or S/M/L",
            "e.g. this",
            "a@example.com",
            "and/or",
            "v1.2.3/4",
            "no.",
            "http://",
            "",
            "...",
        ] {
            assert_eq!(find_link(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_of_people_are_found() {
        for (text, address) in
            [("write to Ann.B@shop.example.", "Ann.B@shop.example"), ("<a@b.cd>", "a@b.cd")]
        {
            assert_eq!(at(text, find_mail_address(text)).as_deref(), Some(address), "{text}");
        }
        for text in ["@home", "a@b", "me @ home", "5 @ 3.50", ""] {
            assert_eq!(find_mail_address(text), None, "{text}");
        }
    }

    #[test]
    fn telephone_numbers_are_found() {
        for (text, number) in
            [("call +1 (555) 010-9999 now", "1 (555) 010-9999"), ("0301234567", "0301234567")]
        {
            assert_eq!(at(text, find_phone_number(text)).as_deref(), Some(number), "{text}");
        }
        for text in ["Ann 1985", "3, 4, 5, 6, 7, 8, 9", "123456", ""] {
            assert_eq!(find_phone_number(text), None, "{text}");
        }
    }
}
