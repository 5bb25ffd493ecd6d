//! One question, answer or review: all that is known of it, who looks at it, and whether it is
//! pinned. Deliberately absent: changes of its state (`decisions`).

use serde::Serialize;

use super::{ask, change, json, target, unexpected};
use crate::domain::Timestamp;
use crate::http::call::Call;
use crate::http::response::moderation::{ShownActor, ShownDecision, ShownItem};
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::service::moderation::{CLAIM_LASTS, Moderated, Moderation, ModerationAnswer, ModerationQuery};

/// A row with its decisions, the newest first.
#[derive(Debug, Serialize)]
struct WithHistory {
    #[serde(flatten)]
    item: ShownItem,
    history: Vec<ShownDecision>,
}

/// A claim.
#[derive(Debug, Serialize)]
struct Claim {
    claimed_by: ShownActor,
    claimed_until: String,
}

/// `GET /moderation/items/:kind/:id`
pub(crate) async fn show(call: Call<'_>) -> Result<Reply, Problem> {
    match ask(call.app, ModerationQuery::Item(target(&call)?)).await? {
        ModerationAnswer::Item(item, history) => json(&WithHistory {
            item: ShownItem::new(*item),
            history: history.into_iter().map(ShownDecision::new).collect(),
        }),
        ModerationAnswer::NotFound => Err(Problem::UnknownItem),
        other => Err(unexpected(&other)),
    }
}

/// `PUT /moderation/items/:kind/:id/claim`. Again, it lasts ten minutes from then on.
pub(crate) async fn claim(call: Call<'_>) -> Result<Reply, Problem> {
    let (target, actor) = (target(&call)?, call.actor()?.clone());
    let now = call.app.service.now();
    let until = after(now);
    let claimed_by = ShownActor::new(&actor);
    match change(call.app, Moderation::Claim { target, actor, until, now }).await? {
        Moderated::Done => json(&Claim { claimed_by, claimed_until: until.to_string() }),
        Moderated::ClaimedBy(other, until) => {
            Err(Problem::Claimed { by: other.name().unwrap_or("somebody").to_owned(), until })
        }
        Moderated::NotFound => Err(Problem::UnknownItem),
        other => Err(unexpected(&other)),
    }
}

/// `DELETE /moderation/items/:kind/:id/claim`. Without a claim of one's own nothing happens.
pub(crate) async fn unclaim(call: Call<'_>) -> Result<Reply, Problem> {
    let moderation = Moderation::Unclaim { target: target(&call)?, actor: call.actor()?.clone() };
    match change(call.app, moderation).await? {
        Moderated::Done | Moderated::ClaimedBy(..) => Ok(Reply::Done),
        Moderated::NotFound => Err(Problem::UnknownItem),
        other => Err(unexpected(&other)),
    }
}

/// `PUT /moderation/items/:kind/:id/featured`
pub(crate) async fn feature(call: Call<'_>) -> Result<Reply, Problem> {
    let since = Some(call.app.service.now());
    set_featured(call, since).await
}

/// `DELETE /moderation/items/:kind/:id/featured`
pub(crate) async fn unfeature(call: Call<'_>) -> Result<Reply, Problem> {
    set_featured(call, None).await
}

async fn set_featured(call: Call<'_>, since: Option<Timestamp>) -> Result<Reply, Problem> {
    match change(call.app, Moderation::Feature { target: target(&call)?, since }).await? {
        Moderated::Done => Ok(Reply::Done),
        Moderated::NotFound => Err(Problem::UnknownItem),
        other => Err(unexpected(&other)),
    }
}

/// When a claim ends that begins now.
fn after(now: Timestamp) -> Timestamp {
    let lasts = i64::try_from(CLAIM_LASTS.as_millis()).unwrap_or(i64::MAX);
    Timestamp::nearest(now.milliseconds().saturating_add(lasts))
}
