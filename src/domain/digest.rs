//! How a submission is recognized: the key that its client gave it, and digests of keys and of
//! contents. Clients choose both, so the digest is cryptographic. Deliberately absent: how long
//! digests are stored (`service`).

use ring::hmac;
use sha2::{Digest as _, Sha256};

use super::{Email, Id, Name, NewAnswer, NewQuestion, NewReview, PhotoUrl, QuestionId, Rated};

/// Longest key, in characters.
const KEY_MAX_CHARS: usize = 255;

/// The first 128 bits of a SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 16]);

impl Digest {
    /// Takes bytes that were a digest's before.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Whose cart it is: of the value of `Authorization`, which clients choose. The value itself is
    /// not kept.
    pub fn of_authorization(value: &[u8]) -> Self {
        let mut digest = Self([0; 16]);
        digest.0.copy_from_slice(&Sha256::digest(value)[..16]);
        digest
    }

    /// Digests parts. Each is led by its length, so that no two lists of parts are the same bytes.
    fn of<'p>(kind: &'p str, parent: u64, parts: impl IntoIterator<Item = &'p str>) -> Self {
        let mut hasher = Sha256::new_with_prefix(parent.to_le_bytes());
        for part in std::iter::once(kind).chain(parts) {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let mut digest = Self([0; 16]);
        digest.0.copy_from_slice(&hasher.finalize()[..16]);
        digest
    }
}

/// The name under which stores keep the secret of [`DigestKey`].
pub const PEOPLE_SECRET: &str = "people";

/// What digests that stand for people are keyed with, so that nobody without it can try out who is
/// meant.
#[derive(Debug, Clone)]
pub struct DigestKey(hmac::Key);

impl DigestKey {
    /// The key of a secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The digest of a value. `kind` keeps equal values of different kinds apart.
    pub fn digest(&self, kind: &str, value: &[u8]) -> Digest {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(value);
        let mut digest = Digest([0; 16]);
        digest.0.copy_from_slice(&context.sign().as_ref()[..16]);
        digest
    }

    /// The digest that stands for a subject of the shop's tokens.
    pub fn of_subject(&self, subject: &str) -> Digest {
        self.digest("subject", subject.as_bytes())
    }
}

/// What a client calls one submission, however often it sends it: 1 to 255 visible ASCII
/// characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// Why a text is not an [`IdempotencyKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {KEY_MAX_CHARS} visible ASCII characters")]
pub struct InvalidKey;

impl IdempotencyKey {
    /// Checks a key.
    pub fn parse(text: String) -> Result<Self, InvalidKey> {
        let is_good = (1..=KEY_MAX_CHARS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if is_good { Ok(Self(text)) } else { Err(InvalidKey) }
    }

    /// The key's digest, which is no content's.
    pub fn digest(&self) -> Digest {
        Digest::of("key", 0, [self.0.as_str()])
    }

    /// The digest of the key of this client, where each client has keys of its own.
    pub fn digest_of(&self, client: &str) -> Digest {
        Digest::of("key of a client", 0, [client, self.0.as_str()])
    }
}

impl NewQuestion {
    /// A digest of everything that makes it this question: product, name, address and text.
    pub fn digest(&self) -> Digest {
        let Self { product_id, body, name, email } = self;
        Digest::of("question", product_id.get(), author(name, email).into_iter().chain([body.as_str()]))
    }
}

impl NewAnswer {
    /// A digest of everything that makes it this answer: question, name, address, text and photos.
    pub fn digest(&self, question_id: QuestionId) -> Digest {
        let Self { body, name, email, photos } = self;
        let photos = photos.iter().map(PhotoUrl::as_str);
        let parts = author(name, email).into_iter().chain([body.as_str()]).chain(photos);
        Digest::of("answer", question_id.get(), parts)
    }
}

impl NewReview {
    /// A digest of everything that makes it this review.
    pub fn digest(&self) -> Digest {
        let Self { product_id, rating, recommend, summary, body, name, email, photos, rated } = self;
        let rated: Vec<_> = rated
            .iter()
            .map(|Rated { characteristic_id, stars }| format!(" {characteristic_id}:{}", stars.get()))
            .collect();
        let numbers = format!("{} {recommend}{}", rating.get(), rated.concat());
        let photos = photos.iter().map(PhotoUrl::as_str);
        let texts = [summary.as_str(), body.as_str(), numbers.as_str()];
        Digest::of("review", product_id.get(), author(name, email).into_iter().chain(texts).chain(photos))
    }
}

fn author<'a>(name: &'a Name, email: &'a Email) -> [&'a str; 2] {
    [name.as_str(), email.as_str()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Body, ProductId};

    fn question(product: u64, name: &str, email: &str, body: &str) -> Digest {
        let question = NewQuestion {
            product_id: ProductId::new(product).unwrap(),
            body: Body::parse(body, 1_000).unwrap(),
            name: Name::parse(name, 60).unwrap(),
            email: Email::parse(email, 254).unwrap(),
        };
        question.digest()
    }

    fn answer(question: u64, body: &str, photos: &[&str]) -> Digest {
        let answer = NewAnswer {
            body: Body::parse(body, 1_000).unwrap(),
            name: Name::parse("ann", 60).unwrap(),
            email: Email::parse("ann@mail.test", 254).unwrap(),
            photos: photos.iter().map(|url| PhotoUrl::parse(url, 2_000).unwrap()).collect(),
        };
        answer.digest(QuestionId::new(question).unwrap())
    }

    #[test]
    fn every_part_of_a_submission_counts() {
        let (a, b) = ("https://a.test/1.jpg", "https://a.test/2.jpg");
        let digests = [
            question(1, "ann", "ann@mail.test", "Big?"),
            question(2, "ann", "ann@mail.test", "Big?"),
            question(1, "anna", "ann@mail.test", "Big?"),
            question(1, "ann", "anna@mail.test", "Big?"),
            question(1, "ann", "ann@mail.test", "Small?"),
            answer(1, "Big?", &[]),
            answer(2, "Big?", &[]),
            answer(1, "Small?", &[]),
            answer(1, "Big?", &[a]),
            answer(1, "Big?", &[a, b]),
            answer(1, "Big?", &[b, a]),
            IdempotencyKey::parse("Big?".to_owned()).unwrap().digest(),
        ];
        for (place, digest) in digests.iter().enumerate() {
            assert!(!digests[..place].contains(digest), "the one at {place} comes twice");
        }
        assert_eq!(question(1, "ann", "ann@mail.test", " Big?\n"), digests[0], "texts are trimmed");
    }

    #[test]
    fn keys_are_visible_and_not_too_long() {
        for good in ["a", "~!", &"k".repeat(255), "8e03978e-40d5-43dd-bc93-6894a57f9324"] {
            assert!(IdempotencyKey::parse(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "a\t", "ü", "\u{7f}", &"k".repeat(256)] {
            assert_eq!(IdempotencyKey::parse(bad.to_owned()), Err(InvalidKey), "{bad}");
        }
    }
}
