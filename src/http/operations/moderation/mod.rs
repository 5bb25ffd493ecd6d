//! What moderators ask and change. Each file is a theme; `parameters` are the queries, `cursor` the
//! places in lists. Deliberately absent: who may ask (`request::key`), the JSON of what moderation
//! knows (`response::moderation`), and what a change does (`store::moderation`).

pub(crate) mod cursor;
pub(crate) mod decisions;
pub(crate) mod items;
mod parameters;
pub(crate) mod queue;
pub(crate) mod try_text;
pub(crate) mod words;

use bytes::Bytes;
use serde::Serialize;

use crate::domain::{Id as _, QuestionId, Target};
use crate::http::app::App;
use crate::http::call::Call;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::http::services::Services;
use crate::service::ServiceError;
use crate::service::moderation::{Moderated, Moderation, ModerationAnswer, ModerationQuery};

/// Answers with JSON that no cache keeps.
fn json(shown: &impl Serialize) -> Result<Reply, Problem> {
    let written = serde_json::to_vec(shown).map_err(|error| {
        tracing::error!(%error, "an answer for moderators could not be written");
        Problem::Unavailable
    })?;
    Ok(Reply::Figures(Bytes::from(written)))
}

/// Whether a process with these services shows rows of this kind to moderators.
fn serves(services: Services, target: Target) -> bool {
    match target {
        Target::Question(_) | Target::Answer(_) => services.questions,
        Target::Review(_) => services.reviews,
    }
}

/// The row in a path that ends with its kind and its id.
fn target(call: &Call<'_>) -> Result<Target, Problem> {
    let [kind, id] = call.variables;
    // All ids have the same range.
    let id = QuestionId::parse(id).map_err(|_| Problem::UnknownItem)?.get();
    let target = Target::of(kind, id).ok_or(Problem::UnknownItem)?;
    if serves(call.app.settings.services, target) { Ok(target) } else { Err(Problem::UnknownItem) }
}

/// The failure of a call that itself knows no row.
fn failed(error: ServiceError) -> Problem {
    Problem::from_service(error, Problem::UnknownItem)
}

async fn ask(app: &App, query: ModerationQuery) -> Result<ModerationAnswer, Problem> {
    app.service.ask_moderation(query).await.map_err(failed)
}

async fn change(app: &App, moderation: Moderation) -> Result<Moderated, Problem> {
    app.service.moderate(moderation).await.map_err(failed)
}

/// What the store must not answer to what was asked.
fn unexpected(answer: &impl std::fmt::Debug) -> Problem {
    tracing::error!(?answer, "the store answered something else than was asked");
    Problem::Unavailable
}
