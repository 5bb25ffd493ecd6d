//! The queue and how long it is. Deliberately absent: the order of the queue (`store`).

use serde::Serialize;

use super::{ask, cursor, json, parameters, serves, unexpected};
use crate::http::call::Call;
use crate::http::response::moderation::{ShownCounts, ShownItem};
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::http::services::Services;
use crate::service::moderation::{ModerationAnswer, ModerationQuery};

/// The number of reviews among the kinds of rows.
const REVIEWS: u8 = 2;

/// A page of the queue.
#[derive(Debug, Serialize)]
struct Page {
    items: Vec<ShownItem>,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
    /// Whether rows were passed over that did not fit, so that the page is short. The next page
    /// goes on.
    is_partial: bool,
}

/// `GET /moderation/queue?…`
pub(crate) async fn list(call: Call<'_>) -> Result<Reply, Problem> {
    let Call { app, head, .. } = call;
    let mut query = parameters::queue(head.uri.query(), app.service.now())?;
    let (sort, services) = (query.sort, app.settings.services);
    // What is left out is not looked for where that is one kind.
    if query.kind.is_none() && !services.questions {
        query.kind = Some(REVIEWS);
    }
    match ask(app, ModerationQuery::Queue(query)).await? {
        ModerationAnswer::Queue { items, next, is_partial } => {
            let is_left_out = services != Services { products: services.products, ..Services::ALL };
            let items = items.into_iter().filter(|item| serves(services, item.target));
            json(&Page {
                items: items.map(ShownItem::new).collect(),
                is_partial: is_partial || (is_left_out && next.is_some()),
                next: next.map(|place| cursor::of_place(sort, &place)),
            })
        }
        other => Err(unexpected(&other)),
    }
}

/// `GET /moderation/counts`
pub(crate) async fn counts(call: Call<'_>) -> Result<Reply, Problem> {
    match ask(call.app, ModerationQuery::Counts).await? {
        ModerationAnswer::Counts(counts) => json(&ShownCounts::new(&counts)),
        other => Err(unexpected(&other)),
    }
}
