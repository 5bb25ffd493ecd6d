//! What a text itself gives away, without the store: links, contacts in names, capitals, mail
//! domains, and how the form was filled in. Deliberately absent: what must be looked up
//! (`author`).

use super::contacts::{find_link, find_mail_address, find_phone_number};
use super::findings::Findings;
use super::post::Post;
use crate::domain::{Finding, FormSignals, Reason};
use crate::service::settings::{Signal, Signals};

/// A form that was open for less was not filled in by a person, in milliseconds.
const MIN_OPEN_MS: u64 = 3_000;

/// A text with fewer letters does not shout.
const MIN_LETTERS: usize = 20;

/// From this share of capitals on a text shouts, in percent of its letters that have a case.
const MIN_CAPITALS_PERCENT: usize = 70;

/// Links, contacts, capitals, mail domains.
pub(super) fn look_at_texts(post: &Post<'_>, signals: &Signals, findings: &mut Findings) {
    if signals.links != Signal::Off {
        for (field, text) in [("body", post.body), ("summary", post.summary)] {
            if let Some(place) = find_link(text) {
                findings.notice_at(signals.links, Reason::Links, (field, text), place);
            }
        }
    }
    if signals.contacts_in_names != Signal::Off {
        let found = find_link(post.name).or_else(|| find_mail_address(post.name));
        if let Some(place) = found.or_else(|| find_phone_number(post.name)) {
            findings.notice_at(signals.contacts_in_names, Reason::Links, ("name", post.name), place);
        }
    }
    if signals.mail_domains != Signal::Off
        && let Some(domain) = listed_domain(post.email, &signals.listed_mail_domains)
    {
        // The domain alone: nobody is shown an address.
        let (matched, holds) = (Some(domain.to_owned()), signals.mail_domains == Signal::Hold);
        findings.add(Finding { reason: Reason::Links, field: Some("email"), matched, at: None, holds });
    }
    if signals.capitals != Signal::Off && (shouts(post.body) || shouts(post.summary)) {
        findings.notice(signals.capitals, Reason::Capitals);
    }
}

/// Fields that people do not see, and the time that the form was open.
pub(super) fn look_at_form(form: FormSignals, signal: Signal, findings: &mut Findings) {
    if form.is_trapped {
        findings.notice(signal, Reason::Honeypot);
    }
    if form.open_ms.is_some_and(|open_ms| open_ms < MIN_OPEN_MS) {
        findings.notice(signal, Reason::TooFast);
    }
}

/// The entry of a list that a mail address's domain is, or is below.
fn listed_domain<'l>(email: &str, listed: &'l [String]) -> Option<&'l str> {
    let (_, domain) = email.rsplit_once('@')?;
    let domain = domain.to_lowercase();
    let is_it = |entry: &&String| {
        domain.strip_suffix(entry.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    listed.iter().find(is_it).map(String::as_str)
}

fn shouts(text: &str) -> bool {
    let (mut capitals, mut letters) = (0, 0);
    for character in text.chars() {
        capitals += usize::from(character.is_uppercase());
        letters += usize::from(character.is_uppercase() || character.is_lowercase());
    }
    letters >= MIN_LETTERS && capitals * 100 >= letters * MIN_CAPITALS_PERCENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shouting_is_long_and_mostly_capitals() {
        assert!(shouts("THIS IS THE BEST COAT EVER, buy"));
        for text in
            ["OK", "SIZE XL", "This is the BEST COAT EVER made", "", "100 200 300 400 500 600 700 800"]
        {
            assert!(!shouts(text), "{text}");
        }
    }

    #[test]
    fn domains_are_whole_labels() {
        let listed = ["mail.example".to_owned(), "spam.test".to_owned()];
        for (email, expected) in [
            ("a@Mail.Example", Some("mail.example")),
            ("a@b.spam.test", Some("spam.test")),
            ("a@hotmail.example", None),
            ("a", None),
        ] {
            assert_eq!(listed_domain(email, &listed), expected, "{email}");
        }
    }
}
