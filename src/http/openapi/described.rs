//! The server that the document describes. Deliberately absent: the document.

use crate::http::operation::Operation;
use crate::http::settings::HttpSettings;
use crate::service::ServiceSettings;

/// The server that is described.
pub(super) struct Settings<'a> {
    pub(super) http: &'a HttpSettings,
    pub(super) service: &'a ServiceSettings,
    pub(super) operations: &'a [&'static Operation],
}
