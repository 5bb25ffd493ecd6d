//! Decisions: for up to 100 rows at once, taken back, and their log. Deliberately absent: which
//! state leads to which (`domain`).

use serde::Serialize;
use serde_json::{Map, Value};

use super::{ask, change, cursor, failed, json, parameters, serves, unexpected};
use crate::domain::{Actor, Digest, Id as _, IdempotencyKey, QuestionId, Target};
use crate::http::call::Call;
use crate::http::request::body::read_object;
use crate::http::request::decision::DecisionRequest;
use crate::http::request::idempotency::idempotency_key;
use crate::http::response::moderation::{ShownDecision, ShownOutcome};
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::http::services::Services;
use crate::service::moderation::{Decide, Decided, Moderated, Moderation, ModerationAnswer, ModerationQuery};

/// What became of each row, in the order of the request.
#[derive(Debug, Serialize)]
struct Outcomes {
    outcomes: Vec<ShownOutcome>,
    dry_run: bool,
}

/// A page of the log.
#[derive(Debug, Serialize)]
struct Page {
    decisions: Vec<ShownDecision>,
    next: Option<String>,
}

/// `POST /moderation/decisions`
pub(crate) async fn decide(call: Call<'_>) -> Result<Reply, Problem> {
    let actor = call.actor()?.clone();
    let Call { app, head, body, .. } = call;
    let key = idempotency_key(&head.headers)?;
    let body = read_object(head, body, app.settings.max_body_bytes)?;
    let DecisionRequest { items, verdict, dry_run } =
        DecisionRequest::parse(&body).map_err(Problem::InvalidFields)?;
    let targets: Vec<Target> = items.iter().map(|(target, _)| *target).collect();
    let services = app.settings.services;
    let served: Vec<_> = items.into_iter().filter(|(target, _)| serves(services, *target)).collect();
    let decide = Decide {
        items: served,
        to: verdict.to,
        reason: verdict.reason,
        note: verdict.note,
        legal_ground: verdict.legal_ground,
        request: key.filter(|_| !dry_run).map(|key| request_digest(&key, &actor, &body)),
        actor,
        now: app.service.now(),
        dry_run,
    };
    match change(app, Moderation::Decide(decide)).await? {
        Moderated::Decided(decided) => {
            json(&Outcomes { outcomes: outcomes(&targets, services, &decided), dry_run })
        }
        other => Err(unexpected(&other)),
    }
}

/// The same key with another body, or of another moderator, is another request: nobody is told that
/// something was done that was not asked for then.
fn request_digest(key: &IdempotencyKey, actor: &Actor, body: &Map<String, Value>) -> Digest {
    let asked = serde_json::to_string(body).expect("names are texts");
    key.digest_of(&format!("{}\n{asked}", actor.name().unwrap_or_default()))
}

/// The outcomes of all rows: those of kinds that are left out are unknown.
fn outcomes(targets: &[Target], services: Services, decided: &[Decided]) -> Vec<ShownOutcome> {
    let mut decided = decided.iter();
    let outcome = |target: &Target| {
        let outcome = serves(services, *target).then(|| decided.next()).flatten();
        ShownOutcome::new(*target, outcome.unwrap_or(&Decided::Unknown))
    };
    targets.iter().map(outcome).collect()
}

/// `POST /moderation/decisions/:decision_id/undo`
pub(crate) async fn undo(call: Call<'_>) -> Result<Reply, Problem> {
    let actor = call.actor()?.clone();
    // Ids of decisions have the range of all ids.
    let decision_id = QuestionId::parse(call.variables[0]).map_err(|_| Problem::UnknownDecision)?.get();
    let now = call.app.service.now();
    let services = call.app.settings.services;
    match ask(call.app, ModerationQuery::Decision(decision_id)).await? {
        ModerationAnswer::Decisions(decisions)
            if decisions.iter().all(|one| serves(services, one.target)) => {}
        _ => return Err(Problem::UnknownDecision),
    }
    let undo = Moderation::Undo { decision_id, actor, now };
    match call.app.service.moderate(undo).await.map_err(failed)? {
        Moderated::Undone(done) => json(&ShownOutcome::done(&done)),
        Moderated::Superseded(state, revision) => Err(Problem::Superseded { state, revision }),
        Moderated::NotFound => Err(Problem::UnknownDecision),
        other => Err(unexpected(&other)),
    }
}

/// `GET /moderation/decisions?…`, the newest first.
pub(crate) async fn list(call: Call<'_>) -> Result<Reply, Problem> {
    let mut query = parameters::decisions(call.head.uri.query())?;
    let mut wanted = 0;
    if let ModerationQuery::Decisions { limit, .. } = &mut query {
        wanted = *limit;
        // One more, to know whether there is another page.
        *limit += 1;
    }
    match ask(call.app, query).await? {
        ModerationAnswer::Decisions(mut decisions) => {
            let is_more = decisions.len() > wanted;
            decisions.truncate(wanted);
            let last = decisions.last().filter(|_| is_more);
            let next = last.map(|decision| cursor::of_decision(decision.decision_id));
            let services = call.app.settings.services;
            decisions.retain(|decision| serves(services, decision.target));
            json(&Page { decisions: decisions.into_iter().map(ShownDecision::new).collect(), next })
        }
        other => Err(unexpected(&other)),
    }
}
