//! The key in `Authorization: Bearer atk_…` (RFC 6750). On the routes of moderators it decides who
//! may ask; of the older routes only an answer's looks at it, and there at nothing else in that
//! header. Deliberately absent: how keys are kept (`service::keys`).

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::caller::Role;
use crate::domain::Actor;
use crate::http::response::problem::Problem;
use crate::service::{KEY_PREFIX, Key, Scope, Service};

/// Who asks for an operation that is not for everybody: the holder of a key with the role's scope.
/// `None` for operations that are.
///
/// # Errors
/// [`Problem::WrongKey`], [`Problem::ScopeMissing`], or that the store does not answer.
pub(crate) async fn actor(
    service: &Service,
    headers: &HeaderMap,
    who: Role,
) -> Result<Option<Actor>, Problem> {
    let Some(scope) = who.scope() else { return Ok(None) };
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().and_then(|value| value.to_str().ok()).filter(|_| values.next().is_none());
    let text = value.and_then(bearer).ok_or(Problem::WrongKey { is_sent: false })?;
    let key = find(service, text, scope).await?;
    Ok(Some(Actor::Key(key.name)))
}

/// The name of the key with which the seller answers; `None` for everybody else, no matter what is
/// in `Authorization`.
///
/// # Errors
/// As [`actor`].
pub(crate) async fn seller(service: &Service, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let text = value.and_then(|value| value.strip_prefix("Bearer "));
    match text.filter(|text| text.starts_with(KEY_PREFIX)) {
        Some(text) => Ok(Some(find(service, text, Scope::AnswerAsSeller).await?.name)),
        None => Ok(None),
    }
}

/// What is behind the scheme, whose case does not matter.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, text) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| text.trim())
}

async fn find(service: &Service, text: &str, scope: Scope) -> Result<Key, Problem> {
    let key = service.key_in_force(text).await;
    let key = key.map_err(|error| Problem::from_service(error, Problem::UnknownPath))?;
    let key = key.ok_or(Problem::WrongKey { is_sent: true })?;
    if key.scopes.contains(&scope) { Ok(key) } else { Err(Problem::ScopeMissing(scope)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_is_bearer() {
        for (value, expected) in [
            ("Bearer atk_x", Some("atk_x")),
            ("bearer  atk_x", Some("atk_x")),
            ("Basic atk_x", None),
            ("atk_x", None),
            ("", None),
        ] {
            assert_eq!(bearer(value), expected, "{value}");
        }
    }
}
