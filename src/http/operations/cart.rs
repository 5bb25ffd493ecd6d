//! The two operations on a shopper's cart, which belongs to what the shopper sends as
//! `Authorization`. Deliberately absent: the carts themselves (`service`).

use bytes::Bytes;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::domain::{CartItem, Digest};
use crate::http::call::Call;
use crate::http::request::body::read_draft;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;

/// `GET /cart`. Without an owner it is empty.
pub(crate) async fn show(call: Call<'_>) -> Result<Reply, Problem> {
    let mut json = String::new();
    match owner(&call.head.headers) {
        Some(owner) => call.app.service.show_cart(owner, &mut json),
        None => json.push_str("[]"),
    }
    Ok(Reply::Figures(Bytes::from(json)))
}

/// `POST /cart`. Without an owner it is checked and forgotten.
pub(crate) async fn add(call: Call<'_>) -> Result<Reply, Problem> {
    let Call { app, head, body, .. } = call;
    let draft = read_draft(head, body, app.settings.max_body_bytes)?;
    let item = CartItem::parse(&draft).map_err(Problem::InvalidFields)?;
    if let Some(owner) = owner(&head.headers) {
        app.service.add_to_cart(owner, item);
    }
    Ok(Reply::Noted)
}

/// The digest of a text in `Authorization`. Only the digest is kept.
fn owner(headers: &HeaderMap) -> Option<Digest> {
    let value = headers.get(AUTHORIZATION)?.as_bytes().trim_ascii();
    (!value.is_empty()).then(|| Digest::of_authorization(value))
}
