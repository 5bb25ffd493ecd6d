//! The demo shop's list of products, and its pages with a single message. Deliberately absent: the
//! page of a product (`product_page`).

use askama::Template;

use super::parts::{Card, Frame};

/// A page of the list of products.
#[derive(Template)]
#[template(path = "demo/shop.html")]
pub(super) struct ShopPage<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) cards: Vec<Card>,
    pub(super) number: u64,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
}

/// A page that says one thing.
#[derive(Template)]
#[template(path = "demo/message.html")]
pub(super) struct MessagePage<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) title: &'a str,
    pub(super) text: &'a str,
}
