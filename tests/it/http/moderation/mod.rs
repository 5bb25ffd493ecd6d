//! The routes of moderators, on every store, through a real port. How a decision is carried out is
//! tested in `tests/it/store`; here is what a client sends and gets.

mod command;
mod decisions;
mod items;
mod queue;
mod rights;
mod shapes;
mod story;
mod try_text;
mod words;

use atelier::service::Scope;
use serde_json::{Value, json};

use super::keys::make;
use crate::support::client::Request;
use crate::support::{Response, Shop, answer, question};

/// A moderator with a key.
struct Desk<'s> {
    shop: &'s Shop,
    key: String,
}

impl<'s> Desk<'s> {
    /// A moderator of this name, who may also change words.
    fn of(shop: &'s Shop, name: &str) -> Self {
        Self { shop, key: make(shop, name, &[Scope::Moderate, Scope::Admin], None) }
    }

    fn request(&self, method: &str, target: &str) -> Request {
        let authorization = format!("Bearer {}", self.key);
        self.shop.request(method, &format!("/moderation/{target}")).header("Authorization", &authorization)
    }

    fn send(&self, method: &str, target: &str) -> Response {
        self.request(method, target).send()
    }

    /// The JSON of a page or an item that is there.
    fn get(&self, target: &str) -> Value {
        let response = self.send("GET", target);
        assert_eq!(response.status, 200, "{target}: {response:?}");
        response.json()
    }

    fn post(&self, target: &str, body: &Value) -> Response {
        self.request("POST", target).json(body).send()
    }

    /// Rejects or publishes one row. Returns its outcome.
    fn decide(&self, kind: &str, id: u64, to: &str) -> Value {
        let reason = if to == "published" { Value::Null } else { json!("spam") };
        let body = json!({"items": [{"kind": kind, "id": id}], "to": to, "reason": reason});
        let response = self.post("decisions", &body);
        assert_eq!(response.status, 200, "{response:?}");
        response.json()["outcomes"][0].clone()
    }

    /// The kinds and ids of a page of the queue.
    fn queue(&self, query: &str) -> Vec<(String, u64)> {
        named(&self.get(&format!("queue?{query}")))
    }
}

/// The kinds and ids of a page.
fn named(page: &Value) -> Vec<(String, u64)> {
    let name = |item: &Value| {
        (item["kind"].as_str().expect("a kind").to_owned(), item["id"].as_u64().expect("an id"))
    };
    page["items"].as_array().expect("a page has items").iter().map(name).collect()
}

/// A row as pages name it.
fn row(kind: &str, id: u64) -> (String, u64) {
    (kind.to_owned(), id)
}

/// Fills a shop in which it takes three reports to hide a row: three questions of product 5 with an
/// answer each.
fn stock(shop: &mut Shop) {
    shop.service_settings.moderation.report_threshold = 3;
    shop.stock((1..=3).map(|id| question(id).answers([answer(10 * id)])));
}

/// Reports a row once.
fn report(shop: &Shop, path: &str) {
    assert_eq!(shop.put(&format!("/qa/{path}/report")).status, 204, "{path}");
}
