//! `atelier openapi`: prints the OpenAPI document of a server with the same options. What it says
//! is up to `http`.

use crate::config::ServeOptions;
use crate::http::openapi_document;

/// Prints the document.
pub(super) fn run(options: &ServeOptions) {
    print!("{}", openapi_document(&options.http_settings(), &options.service_settings()));
}
