//! What all lists have in common: whether the client has the page, whether it is cached in the
//! encoding that the client prefers, and encoding it. Deliberately absent: what is in a list
//! (`view`).

use bytes::Bytes;
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

use crate::domain::Page;
use crate::http::app::App;
use crate::http::response::encoded_pages::{ListOf, PageKey};
use crate::http::response::encoding;
use crate::http::response::encoding::Accepted;
use crate::http::response::reply::Reply;
use crate::http::response::validators;
use crate::service::Listed;
use crate::view::ListTag;

/// Room for nearly every page of five questions without growing.
pub(crate) const TYPICAL_PAGE_BYTES: usize = 8_192;

/// The page of what has one page alone.
pub(crate) fn only_page() -> Page {
    Page::new(1, 1, 1)
}

/// A request for a list.
pub(crate) struct ListRequest<'a> {
    app: &'a App,
    headers: &'a HeaderMap,
    of: ListOf,
    page: Page,
    accepted: Accepted,
    /// The encoded page from the cache.
    kept: Option<Bytes>,
}

impl<'a> ListRequest<'a> {
    pub(crate) fn new(app: &'a App, headers: &'a HeaderMap, of: ListOf, page: Page) -> Self {
        let values = headers.get_all(ACCEPT_ENCODING).iter();
        let accepted = encoding::accepted(values.map(http::HeaderValue::as_bytes));
        Self { app, headers, of, page, accepted, kept: None }
    }

    /// Whether the page of this tag need not be written: the client has it, or it is cached in the
    /// encoding.
    pub(crate) fn is_known(&mut self, tag: ListTag) -> bool {
        if validators::has(self.headers, tag) {
            return true;
        }
        let key = |encoding| PageKey::new(self.of, self.page, tag, encoding);
        self.kept = self.accepted.encoding.and_then(|encoding| self.app.encoded_pages.find(&key(encoding)));
        self.kept.is_some()
    }

    /// Makes the reply from the list and, if it was written, the page.
    pub(crate) fn reply(self, listed: Listed, json: Vec<u8>) -> Reply {
        let encoding = self.accepted.encoding;
        match (listed, &self.kept) {
            (Listed::Unchanged(tag), None) => Reply::Unchanged(tag),
            (Listed::Unchanged(tag), Some(kept)) => Reply::List { body: kept.clone(), tag, encoding },
            (Listed::Page(tag), _) => match self.encode(tag, &json) {
                Some(body) => Reply::List { body, tag, encoding },
                None => Reply::List { body: Bytes::from(json), tag, encoding: None },
            },
        }
    }

    /// Encodes a page and caches it, if the client wants that and it saves enough.
    fn encode(&self, tag: ListTag, json: &[u8]) -> Option<Bytes> {
        let encoding = self.accepted.encoding_of(json.len())?;
        let encoded = Bytes::from(encoding.encode(json)?.into_boxed_slice());
        self.app.encoded_pages.keep(PageKey::new(self.of, self.page, tag, encoding), encoded.clone());
        Some(encoded)
    }
}
