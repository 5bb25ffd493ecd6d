//! Reads a submission's body: its type, its encoding, its size, then JSON or a form into a
//! [`Draft`]. Deliberately absent: what the fields may hold (`domain`).

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::request::Parts as Head;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use percent_encoding::percent_decode_str;

use super::json_body;
use crate::domain::{Draft, Field};
use crate::http::response::problem::Problem;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Most bytes of an unread body that are discarded to keep the connection, and how long that may
/// take.
const DISCARD_MAX_BYTES: usize = 1 << 20;
const DISCARD_TIMEOUT: Duration = Duration::from_secs(10);

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Form,
}

/// A request's body.
pub(crate) enum Payload {
    /// It may still be on its way.
    Arriving(Incoming),
    /// All of it is here.
    Whole(Bytes),
}

/// Reads a submission. Checks its type, its encoding, its size and its form in this order.
pub(crate) async fn read_draft(head: &Head, body: &mut Payload, max_bytes: usize) -> Result<Draft, Problem> {
    let format = format(&head.headers)?;
    refuse_encoding(&head.headers)?;
    let body = read_body(&head.headers, body, max_bytes).await?;
    match format {
        Format::Json => json_body::parse(&body),
        Format::Form => parse_form(&body),
    }
}

fn format(headers: &HeaderMap) -> Result<Format, Problem> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let media_type = value.split(';').next().unwrap_or("").trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        Ok(Format::Json)
    } else if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(Format::Form)
    } else {
        Err(Problem::WrongContentType)
    }
}

/// Refuses a body that is compressed: nothing here decompresses it.
fn refuse_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    let is_plain = |value: &HeaderValue| {
        let value = value.as_bytes().trim_ascii();
        value.is_empty() || value.eq_ignore_ascii_case(b"identity")
    };
    if values.all(is_plain) { Ok(()) } else { Err(Problem::EncodedBody) }
}

async fn read_body(headers: &HeaderMap, body: &mut Payload, max_bytes: usize) -> Result<Bytes, Problem> {
    let too_large = || Problem::BodyTooLarge { max_bytes };
    let body = match body {
        Payload::Whole(bytes) if bytes.len() > max_bytes => return Err(too_large()),
        Payload::Whole(bytes) => return Ok(std::mem::take(bytes)),
        Payload::Arriving(body) => body,
    };
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > max_bytes as u64) {
        return Err(too_large());
    }
    let collect = async {
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Problem::Malformed("the body ended early".to_owned()))?;
            let data: Bytes = frame.into_data().unwrap_or_default();
            if bytes.len() + data.len() > max_bytes {
                return Err(too_large());
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Bytes::from(bytes))
    };
    tokio::time::timeout(BODY_TIMEOUT, collect).await.unwrap_or(Err(Problem::BodyTooSlow))
}

/// Discards the unread rest of a body after the response. A client that is still sending then gets
/// the response instead of a reset, and keeps its connection. Too large or too slow a rest ends it.
pub(crate) fn discard_rest(body: Payload) {
    let Payload::Arriving(mut body) = body else { return };
    if body.is_end_stream() {
        return;
    }
    tokio::spawn(async move {
        let discard = async {
            let mut discarded = 0;
            while let Some(Ok(frame)) = body.frame().await {
                discarded += frame.data_ref().map_or(0, Bytes::len);
                if discarded > DISCARD_MAX_BYTES {
                    return;
                }
            }
        };
        // In time or not, the body is dropped, and hyper closes the connection if there is more of
        // it.
        let _ = tokio::time::timeout(DISCARD_TIMEOUT, discard).await;
    });
}

/// Reads `application/x-www-form-urlencoded`. Of a repeated field the first counts; photos are
/// fields named `photos` or `photos[]`, as many as there are.
pub(crate) fn parse_form(body: &[u8]) -> Result<Draft, Problem> {
    let malformed = || Problem::Malformed("the form is not UTF-8".to_owned());
    let body = std::str::from_utf8(body).map_err(|_| malformed())?;
    let mut draft = Draft::default();
    let mut photos = Vec::new();
    for pair in body.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_decode_str(&spaced).decode_utf8().map(String::from).map_err(|_| malformed())
        };
        let value = Field::Text(decode(value)?);
        let place = match decode(name)?.as_str() {
            "body" => &mut draft.body,
            "name" => &mut draft.name,
            "email" => &mut draft.email,
            "product_id" => &mut draft.product_id,
            "photos" | "photos[]" => {
                photos.push(value);
                continue;
            }
            _ => continue,
        };
        if *place == Field::Missing {
            *place = value;
        }
    }
    draft.photos = Ok(photos);
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read() {
        let form = b"body=a+b%21&name=%C3%BC&x=y&email=e&body=second&photos=1&photos%5B%5D=2&product_id=7";
        let draft = parse_form(form).expect("a good form");
        let text = |text: &str| Field::Text(text.to_owned());
        assert_eq!(draft.body, text("a b!"));
        assert_eq!(draft.name, text("ü"));
        assert_eq!(draft.product_id, text("7"));
        assert_eq!(draft.photos, Ok(vec![text("1"), text("2")]));
        assert!(matches!(parse_form(b"body=%FF"), Err(Problem::Malformed(_))));
        assert!(matches!(parse_form(b"body=\xff"), Err(Problem::Malformed(_))));
    }
}
