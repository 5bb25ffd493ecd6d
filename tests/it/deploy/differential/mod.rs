//! The same generated requests down every way into the service: over TCP in one piece, in pieces
//! and behind another request, over TLS, over HTTP/2, and through nginx. Statuses, headers and
//! bodies have to be the same; each exception is listed with its reason. The suites of `http` test
//! which response is right.

mod requests;
mod ways;

use std::collections::BTreeMap;

use atelier::http::TlsFiles;

use self::requests::{Asked, Generator};
use self::ways::{Replied, Way};
use super::front::Front;
use crate::support::OnStore as _;
use crate::support::program::Chance;
use crate::support::{Certificate, Shop, StoreKind, answer, question, review};

/// Generated requests; each goes down six ways at most, together more than 20,000.
const REQUESTS: u64 = 4_000;

/// Most differences that a failure shows.
const MAX_SHOWN: usize = 15;

/// Headers that belong to a connection or a moment.
const OF_THE_CONNECTION: [&str; 6] =
    ["connection", "date", "keep-alive", "server", "transfer-encoding", "via"];

/// Why a response may differ from the one over TCP in one piece; `None` when it may not.
fn excuse(way: Way, asked: &Asked, direct: &Replied, other: &Replied) -> Option<&'static str> {
    let refused = |replied: &Replied| (400..500).contains(&replied.status) || replied.status == 505;
    match way {
        Way::Nginx if !asked.is_sound && refused(direct) && refused(other) => {
            Some("nginx refuses what is no HTTP by itself, in its own words")
        }
        Way::Nginx if !asked.is_sound && refused(direct) && other.status < 400 => {
            Some("nginx mends what it passes on: it sets Host, and drops fields that it does not accept")
        }
        Way::Nginx if other.status == 405 && direct.status == 405 => {
            Some("nginx refuses methods that it does not know by itself")
        }
        _ => None,
    }
}

/// A response without what may differ between two ways.
fn comparable(replied: &Replied) -> (u16, BTreeMap<String, String>, String) {
    let mut headers = replied.headers.clone();
    headers.retain(|name, _| !OF_THE_CONNECTION.contains(&name.as_str()));
    let mut body = String::from_utf8_lossy(&replied.body).into_owned();
    if replied.status == 201 {
        // Every way gets an id of its own.
        for text in headers.values_mut().chain([&mut body]) {
            *text = text.replace(|character: char| character.is_ascii_digit(), "0");
        }
        headers.remove("content-length");
        body.retain(|character| character != '0');
        headers.entry("location".to_owned()).and_modify(|place| place.retain(|character| character != '0'));
    }
    (replied.status, headers, body)
}

/// A response, short enough for a message.
fn shown(replied: &Replied) -> String {
    let (status, headers, mut body) = comparable(replied);
    body.truncate(body.floor_char_boundary(200));
    format!("{status} {headers:?} {body:?}")
}

fn stocked(tls: Option<&Certificate>) -> Shop {
    let mut shop = Shop::on(StoreKind::Postgres);
    // The home page shows counters, which every request changes.
    shop.http_settings.first_page = false;
    if let Some(certificate) = tls {
        shop.http_settings.tls =
            Some(TlsFiles { certificate: certificate.path.clone(), key: certificate.key.clone() });
    }
    let many = (10..60).map(|id| question(id).about(2).body("A longer text, so that a page is compressed."));
    shop.stock_products();
    let reviews = (10..60).map(|id| review(id).of(2).helpful(u32::from(id % 3 == 0)).rated([(1, 4)]));
    let for_writes = (90..93).map(|id| review(id).of(9));
    shop.stock_reviews(
        &[(1, 2, "Fit"), (9, 9, "Fit")],
        [review(1)].into_iter().chain(reviews).chain(for_writes),
    );
    let for_writes = (90..93).map(|id| question(id).about(9).answers([answer(100 + id)]));
    shop.stock([question(1).answers([answer(8)]), question(2)].into_iter().chain(many).chain(for_writes));
    shop
}

#[test]
fn every_way_gives_the_same_response() {
    let certificate = Certificate::new("localhost");
    let (plain, secure) = (stocked(None), stocked(Some(&certificate)));
    let front = Front::before([plain.address(), plain.address()]);
    let mut ways = ways::Ways::new(plain.address(), secure.address(), &certificate.path, front.address);
    let mut generator = Generator::new(Chance::new(20));
    let (mut excused, mut sent, mut statuses) = (BTreeMap::new(), 0, BTreeMap::new());
    let mut differences = Vec::new();
    for number in 0..REQUESTS {
        let asked = generator.next();
        let direct = ways.send(Way::Whole, &asked).expect("every request can be sent in one piece");
        *statuses.entry(direct.status).or_insert(0) += 1;
        sent += 1;
        for way in [Way::Pieces, Way::Behind, Way::Tls, Way::Http2, Way::Nginx] {
            let Some(other) = ways.send(way, &asked) else { continue };
            sent += 1;
            if comparable(&direct) == comparable(&other) {
                continue;
            }
            match excuse(way, &asked, &direct, &other) {
                Some(reason) => *excused.entry(reason).or_insert(0_u64) += 1,
                None => differences.push(format!(
                    "request {number} {way:?}: {asked:?}\n{}\nnot\n{}",
                    shown(&other),
                    shown(&direct)
                )),
            }
        }
    }
    let first = differences.iter().take(MAX_SHOWN).map(String::as_str).collect::<Vec<&str>>().join("\n\n");
    assert!(differences.is_empty(), "{} differences:\n{first}", differences.len());
    assert!(sent > 5 * REQUESTS, "{sent} requests were sent, excused {excused:?}");
    for status in [200, 201, 204, 304, 400, 404, 405, 413, 414, 415, 422, 431] {
        assert!(statuses.contains_key(&status), "no request came to {status}: {statuses:?}");
    }
}
