//! Who a shopper is, as the shop's own server says: the token in the header `Atelier-Identity`, or
//! in the hidden field `identity` of a form. Deliberately absent: what somebody with an identity
//! may do (`operations`), and roles of moderators, which no token gives.

mod keys;
mod names;
mod settings;
mod token;

use http::HeaderMap;
use http::header::HeaderName;

pub use keys::{IdentityKeys, InvalidIdentityKeys};
pub use names::{InvalidReservedNames, ReservedNames};
pub use settings::{IdentityMode, IdentitySettings};

use self::token::BadIdentity;
use crate::domain::{Identity, SubmissionLimits, Timestamp};
use crate::http::response::problem::Problem;

/// The header of a token.
pub(crate) const IDENTITY: HeaderName = HeaderName::from_static("atelier-identity");

impl IdentitySettings {
    /// What the token in a header says; `None` when there is none, or when tokens do not count.
    ///
    /// # Errors
    /// [`Problem::BadIdentity`]. A wrong token is never taken for none.
    pub(crate) fn of_header(
        &self,
        headers: &HeaderMap,
        limits: &SubmissionLimits,
        now: Timestamp,
    ) -> Result<Option<Identity>, Problem> {
        if self.mode == IdentityMode::Off {
            return Ok(None);
        }
        let mut values = headers.get_all(IDENTITY).iter();
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(bad(BadIdentity::Twice));
        }
        let token = value.to_str().map_err(|_| bad(BadIdentity::NoToken))?;
        token::read(token, self, limits, now).map(Some).map_err(bad)
    }

    /// What the token in a form's field says; an empty field is none.
    ///
    /// # Errors
    /// As [`of_header`](Self::of_header).
    pub(crate) fn of_field(
        &self,
        token: &str,
        limits: &SubmissionLimits,
        now: Timestamp,
    ) -> Result<Option<Identity>, Problem> {
        if self.mode == IdentityMode::Off || token.trim().is_empty() {
            return Ok(None);
        }
        token::read(token.trim(), self, limits, now).map(Some).map_err(bad)
    }
}

fn bad(why: BadIdentity) -> Problem {
    Problem::BadIdentity(why.to_string())
}
