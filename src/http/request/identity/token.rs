//! Reads a shopper's token: a JSON Web Token in its compact form (RFC 7519, RFC 7515), with the
//! advice of RFC 8725. The signature comes first, and nothing of the rest is read before it is
//! right. The key decides the algorithm. Deliberately absent: which header or field has the token.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::settings::IdentitySettings;
use crate::domain::{AuthorRole, Email, Id as _, Identity, Name, ProductId, SubmissionLimits, Timestamp};

/// Longest token, in bytes.
pub(super) const MAX_TOKEN_BYTES: usize = 8 * 1_024;

/// Longest subject, in characters.
const MAX_SUBJECT_CHARS: usize = 255;

/// Most products that a token may call bought.
const MAX_BOUGHT: usize = 200;

/// How long a token may still be valid.
const MAX_LIFETIME_S: f64 = 86_400.0;

/// How far the clock of who signs may be ahead. An expired token has no such grace.
const LEEWAY_S: f64 = 5.0;

/// Members of a header that name a key or change what is signed. This program takes keys from its
/// settings alone and knows no extension.
const REFUSED_MEMBERS: [&str; 6] = ["crit", "jku", "jwk", "x5c", "x5u", "b64"];

/// What is wrong with a token, in words that fit behind "Atelier-Identity". It repeats nothing that
/// the client chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadIdentity {
    #[error("must come once")]
    Twice,
    #[error("must have at most {MAX_TOKEN_BYTES} bytes")]
    TooLong,
    #[error("must be a JSON Web Token: three parts in base64url with dots between them")]
    NoToken,
    #[error("must have a JSON object as its header")]
    BadHeader,
    #[error("must not have {0} in its header")]
    RefusedMember(&'static str),
    #[error("must name one of the shop's keys as kid in its header")]
    UnknownKey,
    #[error("must be signed with the algorithm of its key")]
    WrongAlgorithm,
    #[error("is not signed with that key")]
    WrongSignature,
    #[error("must have a JSON object as its payload")]
    BadPayload,
    #[error("must have {0}")]
    Wrong(&'static str),
    #[error("has expired")]
    Expired,
    #[error("must expire within 24 hours (exp)")]
    TooLongValid,
    #[error("is not valid yet (nbf)")]
    NotYet,
    #[error("is for another audience (aud)")]
    WrongAudience,
}

/// What a token says of a shopper.
pub(super) fn read(
    token: &str,
    settings: &IdentitySettings,
    limits: &SubmissionLimits,
    now: Timestamp,
) -> Result<Identity, BadIdentity> {
    let payload = signed_payload(token, settings)?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| BadIdentity::BadPayload)?;
    check_times(&claims, now)?;
    check_audience(&claims, &settings.audience)?;
    Ok(Identity {
        subject: subject(&claims)?,
        name: text(&claims, "name", "a name within the limits of names", |text| {
            Name::parse(text, limits.name_max_chars)
        })?,
        email: text(&claims, "email", "an e-mail address within the limits of addresses", |text| {
            Email::parse(text, limits.email_max_chars)
        })?,
        role: role(&claims)?,
        bought: bought(&claims)?,
    })
}

/// The payload of a token whose signature is right.
fn signed_payload(token: &str, settings: &IdentitySettings) -> Result<Vec<u8>, BadIdentity> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(BadIdentity::TooLong);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(BadIdentity::NoToken)?;
    let (header, payload) = message.split_once('.').ok_or(BadIdentity::NoToken)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| BadIdentity::NoToken);
    let (header, payload, signature) = (decode(header)?, decode(payload)?, decode(signature)?);
    let header: Claims = serde_json::from_slice(&header).map_err(|_| BadIdentity::BadHeader)?;
    if let Some(member) = REFUSED_MEMBERS.into_iter().find(|member| header.contains_key(*member)) {
        return Err(BadIdentity::RefusedMember(member));
    }
    let kid = match header.get("kid") {
        None => None,
        Some(kid) => Some(kid.as_str().ok_or(BadIdentity::UnknownKey)?),
    };
    let key = settings.keys.find(kid).ok_or(BadIdentity::UnknownKey)?;
    let algorithm = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    if !key.is_called(algorithm) {
        return Err(BadIdentity::WrongAlgorithm);
    }
    if key.verifies(message.as_bytes(), &signature) { Ok(payload) } else { Err(BadIdentity::WrongSignature) }
}

/// The members of a JSON object. Of those that come twice, the last one counts.
type Claims = BTreeMap<String, Value>;

/// A member that is there and not null.
fn claim<'c>(claims: &'c Claims, name: &str) -> Option<&'c Value> {
    claims.get(name).filter(|value| !value.is_null())
}

/// A time, in seconds since 1970.
fn time(claims: &Claims, name: &str, wanted: &'static str) -> Result<Option<f64>, BadIdentity> {
    match claim(claims, name) {
        None => Ok(None),
        Some(time) => {
            let time = time.as_f64().filter(|seconds| seconds.is_finite());
            time.map(Some).ok_or(BadIdentity::Wrong(wanted))
        }
    }
}

fn check_times(claims: &Claims, now: Timestamp) -> Result<(), BadIdentity> {
    const EXP: &str = "the time when it expires, in seconds since 1970 (exp)";
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 have 41 bits")]
    let now_s = now.milliseconds() as f64 / 1_000.0;
    let expires_s = time(claims, "exp", EXP)?.ok_or(BadIdentity::Wrong(EXP))?;
    if expires_s <= now_s {
        return Err(BadIdentity::Expired);
    }
    if expires_s > now_s + MAX_LIFETIME_S + LEEWAY_S {
        return Err(BadIdentity::TooLongValid);
    }
    match time(claims, "nbf", "a time in seconds since 1970 as nbf")? {
        Some(begins_s) if begins_s > now_s + LEEWAY_S => Err(BadIdentity::NotYet),
        _ => Ok(()),
    }
}

fn check_audience(claims: &Claims, audience: &str) -> Result<(), BadIdentity> {
    let is_meant = match claim(claims, "aud") {
        Some(Value::String(meant)) => meant == audience,
        Some(Value::Array(all)) => all.iter().any(|meant| meant == audience),
        _ => return Err(BadIdentity::Wrong("an audience, a text or several (aud)")),
    };
    if is_meant { Ok(()) } else { Err(BadIdentity::WrongAudience) }
}

fn subject(claims: &Claims) -> Result<String, BadIdentity> {
    let subject = claim(claims, "sub").and_then(Value::as_str).filter(|subject| {
        (1..=MAX_SUBJECT_CHARS).contains(&subject.chars().count()) && !subject.contains(char::is_control)
    });
    subject.map(str::to_owned).ok_or(BadIdentity::Wrong("a subject of 1 to 255 characters (sub)"))
}

/// A text that may be missing.
fn text<T, E>(
    claims: &Claims,
    name: &str,
    wanted: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, BadIdentity> {
    let Some(value) = claim(claims, name) else { return Ok(None) };
    let parsed = value.as_str().and_then(|text| parse(text).ok());
    parsed.map(Some).ok_or(BadIdentity::Wrong(wanted))
}

fn role(claims: &Claims) -> Result<AuthorRole, BadIdentity> {
    let Some(role) = claim(claims, "role") else { return Ok(AuthorRole::default()) };
    let role = role.as_str().and_then(AuthorRole::parse);
    role.ok_or(BadIdentity::Wrong("shopper, seller or expert as its role"))
}

fn bought(claims: &Claims) -> Result<Vec<ProductId>, BadIdentity> {
    let wrong = BadIdentity::Wrong("a list of at most 200 product ids as bought");
    let ids = match claim(claims, "bought") {
        None => return Ok(Vec::new()),
        Some(Value::Array(ids)) if ids.len() <= MAX_BOUGHT => ids,
        Some(_) => return Err(wrong),
    };
    let id = |id: &Value| match id {
        Value::Number(number) => number.as_u64().and_then(|id| ProductId::new(id).ok()),
        Value::String(digits) => ProductId::parse(digits).ok(),
        _ => None,
    };
    ids.iter().map(|value| id(value).ok_or(wrong)).collect()
}

#[cfg(test)]
mod tests;
