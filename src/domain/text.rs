//! The texts that shoppers send, each checked once: bodies, names, e-mail addresses, photo
//! addresses. Lengths count Unicode scalar values. Deliberately absent: escaping for a page, since
//! texts are stored as sent.

use std::borrow::Cow;

/// What is wrong with a text, in words that fit behind the field's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing is left after trimming.
    #[error("must have 1 to {max} characters; it is empty")]
    Empty {
        /// The most characters allowed.
        max: usize,
    },
    /// Nothing of it is seen: it has [invisible characters](is_invisible) alone.
    #[error("must have a visible character")]
    Invisible,
    /// Longer than allowed.
    #[error("must have 1 to {max} characters; it has {length}")]
    TooLong {
        /// The most characters allowed.
        max: usize,
        /// How many there are.
        length: usize,
    },
    /// Longer than allowed, where nothing at all is allowed as well.
    #[error("must have at most {max} characters; it has {length}")]
    TooLongOptional {
        /// The most characters allowed.
        max: usize,
        /// How many there are.
        length: usize,
    },
    /// A control character (Unicode category Cc) where none may stand.
    #[error("must not contain the control character U+{0:04X}")]
    ControlCharacter(u32),
    /// Not an e-mail address.
    #[error("must be a valid e-mail address")]
    NotAnEmail,
    /// Not an absolute `http` or `https` address.
    #[error("must be an http or https URL")]
    NotAPhotoUrl,
}

/// Turns CR LF and lone CR into newlines: done before anything else is checked.
pub fn normalize(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

text_type! {
    /// The text of a question, an answer or a review: trimmed, without control characters other
    /// than newline and tab.
    Body
}
text_type! {
    /// The heading of a review: trimmed, without control characters; may be empty.
    Summary
}
text_type! {
    /// The public name of an author: trimmed, without any control character.
    Name
}
text_type! {
    /// An e-mail address. It is stored and never shown.
    Email
}
text_type! {
    /// The absolute `http` or `https` address of a photo, as sent.
    PhotoUrl
}

impl Body {
    /// Checks and trims a text of at most `max` characters.
    pub fn parse(text: &str, max: usize) -> Result<Self, TextError> {
        let text = normalize(text);
        refuse_control_characters(&text, |character| matches!(character, '\n' | '\t'))?;
        trimmed_within(&text, max).map(Self)
    }
}

impl Summary {
    /// Checks and trims a heading of at most `max` characters, which may be none.
    pub fn parse(text: &str, max: usize) -> Result<Self, TextError> {
        let text = normalize(text);
        refuse_control_characters(&text, |_| false)?;
        match trimmed_within(&text, max) {
            Err(TextError::Empty { .. }) => Ok(Self(String::new())),
            Err(TextError::TooLong { max, length }) => Err(TextError::TooLongOptional { max, length }),
            checked => checked.map(Self),
        }
    }
}

impl Name {
    /// Checks and trims a name of at most `max` characters.
    pub fn parse(text: &str, max: usize) -> Result<Self, TextError> {
        let text = normalize(text);
        refuse_control_characters(&text, |_| false)?;
        let text = trimmed_within(&text, max)?;
        if text.chars().all(is_invisible) { Err(TextError::Invisible) } else { Ok(Self(text)) }
    }
}

impl Email {
    /// No address, as rows have it whose author gave none or whose address was erased.
    pub fn none() -> Self {
        Self(String::new())
    }

    /// Checks and trims an address of at most `max` characters (RFC 5321 with RFC 6531's letters).
    pub fn parse(text: &str, max: usize) -> Result<Self, TextError> {
        let text = normalize(text);
        refuse_control_characters(&text, |_| false)?;
        let text = trimmed_within(&text, max)?;
        let options = email_address::Options::default().without_display_text();
        match email_address::EmailAddress::parse_with_options(&text, options) {
            Ok(_) => Ok(Self(text)),
            Err(_) => Err(TextError::NotAnEmail),
        }
    }
}

impl PhotoUrl {
    /// Checks and trims an address of at most `max` characters.
    ///
    /// # Errors
    /// [`TextError::NotAPhotoUrl`] for every text that is no [photo's address](is_photo_address), a
    /// blank one included. [`TextError::TooLong`] for an address of more characters.
    pub fn parse(text: &str, max: usize) -> Result<Self, TextError> {
        if is_photo_address(text) {
            trimmed_within(text, max).map(Self)
        } else {
            Err(TextError::NotAPhotoUrl)
        }
    }
}

/// Whether a text is the address of a photo: an absolute `http://` or `https://` address with a
/// host, without a space or control character inside. White space around it does not matter.
/// Anything else counts as no photo.
pub fn is_photo_address(text: &str) -> bool {
    let text = text.trim();
    if text.contains(|character: char| character.is_control() || character.is_whitespace()) {
        return false;
    }
    // Browsers repair `https:x.co`, `https:/x.co` and `https:///x.co`, and so does `Url`. Other
    // readers do not.
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    is_web
        && !rest.starts_with(['/', '\\'])
        && (has_plain_host(rest) || url::Url::parse(text).is_ok_and(|url| url.has_host()))
}

/// Whether an address continues with a plain name, which nearly all do. `Url` accepts these as
/// well, and takes a thousand instructions and two allocations for it.
fn has_plain_host(rest: &str) -> bool {
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    let is_label = |label: &str| {
        label.starts_with(|first: char| first.is_ascii_lowercase())
            && !label.starts_with("xn--")
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

/// Whether nothing is seen of a character: white space, control and format characters, and fillers
/// such as U+3164.
pub fn is_invisible(character: char) -> bool {
    // Besides white space and controls, these are Unicode's Default_Ignorable_Code_Point, the
    // interlinear marks, and the empty Braille cell.
    character.is_whitespace()
        || character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text as it may be shown on a terminal: invisible characters other than the plain space are
/// written out.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_invisible(character) && character != ' ' {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

fn refuse_control_characters(text: &str, allowed: impl Fn(char) -> bool) -> Result<(), TextError> {
    match text.chars().find(|&character| character.is_control() && !allowed(character)) {
        Some(character) => Err(TextError::ControlCharacter(character.into())),
        None => Ok(()),
    }
}

fn trimmed_within(text: &str, max: usize) -> Result<String, TextError> {
    let text = text.trim();
    let length = text.chars().count();
    match length {
        0 => Err(TextError::Empty { max }),
        _ if length > max => Err(TextError::TooLong { max, length }),
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Result<String, TextError> {
        Body::parse(text, 1_000).map(|body| body.as_str().to_owned())
    }

    #[test]
    fn bodies_are_trimmed_and_line_ends_unified() {
        assert_eq!(body(" \u{2003}a\r\nb\rc\td\u{a0}").as_deref(), Ok("a\nb\nc\td"));
        assert_eq!(body("<b>&amp;\"'").as_deref(), Ok("<b>&amp;\"'"));
    }

    #[test]
    fn lengths_count_scalar_values_after_trimming() {
        assert_eq!(body(&format!(" {} ", "😀".repeat(1_000))).map(|text| text.chars().count()), Ok(1_000));
        assert_eq!(body(&"é".repeat(1_001)), Err(TextError::TooLong { max: 1_000, length: 1_001 }));
        assert_eq!(body(" \n\t "), Err(TextError::Empty { max: 1_000 }));
    }

    #[test]
    fn control_characters_are_refused() {
        for character in ['\0', '\u{1}', '\u{b}', '\u{1b}', '\u{7f}', '\u{85}'] {
            let refused = Err(TextError::ControlCharacter(character.into()));
            assert_eq!(body(&format!("a{character}b")), refused);
        }
        assert_eq!(Name::parse("a\nb", 60), Err(TextError::ControlCharacter(10)));
        assert_eq!(Name::parse("a\tb", 60), Err(TextError::ControlCharacter(9)));
    }

    #[test]
    fn a_name_is_seen() {
        for name in ["\u{200b}", "\u{3164}\u{3164}", "\u{2800} \u{ad}", "\u{e0041}"] {
            assert_eq!(Name::parse(name, 60), Err(TextError::Invisible), "{name:?}");
        }
        for name in ["\u{200b}a", "尺", "😀", "👩\u{200d}🚀", "."] {
            assert!(Name::parse(name, 60).is_ok(), "{name}");
        }
    }

    #[test]
    fn e_mail_addresses() {
        for address in ["a@example.com", "first.last+tag@gmail.com", "ü@bücher.example", "a@localhost"] {
            assert!(Email::parse(address, 254).is_ok(), "{address}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for address in ["", "a", "a@", "@b.c", "a b@c.d", "A <a@b.c>", "a@b@c", "a@b..c", &long] {
            assert!(Email::parse(address, 254).is_err(), "{address}");
        }
    }

    #[test]
    fn photo_addresses() {
        for url in ["https://example.com/a.jpg", "http://bücher.example/ü?x=1#y", "HTTPS://EXAMPLE.COM"] {
            assert!(PhotoUrl::parse(url, 2_000).is_ok(), "{url}");
        }
        for url in [
            "ftp://example.com/a",
            "example.com/a.jpg",
            "/a.jpg",
            "http://",
            "javascript:alert(1)",
            "blob:https://a.example/1",
            "data:image/png;base64,AA==",
            "\"a\"",
            "",
            " ",
            "https:/x.co/a.jpg",
            "https:x.co",
            "http:a",
            "https:///x.co",
            "https://\\x.co",
            "http://?a",
            "http://a/b c",
            "http://a/\u{1}",
            "http://a/\u{a0}b",
        ] {
            assert_eq!(PhotoUrl::parse(url, 2_000), Err(TextError::NotAPhotoUrl), "{url}");
        }
        for host in ["a.example", "a-1.b2.example", "localhost", "x"] {
            assert!(has_plain_host(&format!("{host}/1.jpg")) && has_plain_host(host), "{host}");
            assert!(
                url::Url::parse(&format!("https://{host}/1.jpg")).is_ok_and(|url| url.has_host()),
                "{host}"
            );
        }
        for host in
            ["", ".a", "a..b", "a.1", "1.2.3.4", "xn--a.b", "a:80", "a@b", "[::1]", "A.b", "a_b", "a%"]
        {
            assert!(!has_plain_host(host), "{host}");
        }
        let trimmed = PhotoUrl::parse(" https://a.example/1.jpg\r\n", 2_000);
        assert_eq!(trimmed.unwrap().as_str(), "https://a.example/1.jpg");
        let long = format!("https://a.example/{}", "a".repeat(2_000));
        assert_eq!(PhotoUrl::parse(&long, 2_000), Err(TextError::TooLong { max: 2_000, length: 2_018 }));
    }

    #[test]
    fn invisible_characters_are_written_out() {
        let text = "a b\t\u{a0}\u{200b}\u{3164}\u{202e}é尺😀\u{2800}\u{feff}";
        assert_eq!(visible(text), "a b\\t\\u{a0}\\u{200b}\\u{3164}\\u{202e}é尺😀\\u{2800}\\u{feff}");
        assert!(is_invisible(' ') && !is_invisible('e') && !is_invisible('\u{301}'));
    }
}
