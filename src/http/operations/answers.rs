//! The four operations on answers, each with its description. Deliberately absent: the rules
//! (`service`).

use serde_json::json;

use super::lists::{ListRequest, TYPICAL_PAGE_BYTES};
use super::submissions::created;
use crate::domain::{Draft, Id as _, NewAnswer};
use crate::http::app::App;
use crate::http::call::Call;
use crate::http::operation::{About, BodyAbout, Success, Variables};
use crate::http::request::body::read_draft;
use crate::http::request::idempotency::idempotency_key;
use crate::http::request::query::{ListQuery, question_id};
use crate::http::response::encoded_pages::ListOf;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::view::ListTag;

pub(crate) const LIST: About = About {
    id: "listAnswers",
    tag: "answers",
    summary: "List a question's answers",
    description: "Ordered by helpfulness, then by id. Reported answers are hidden, and all answers of a reported \
                  question. An unknown question, and a page past the end, is an empty list.",
    parameters: &["page", "count", "If-None-Match"],
    body: None,
    success: Success::List {
        what: "A page of answers",
        schema: "AnswerList",
        example: super::examples::answer_list,
    },
    problems: &[],
};

/// `GET /qa/questions/:question_id/answers?page=…&count=…`
pub(crate) async fn list(call: Call<'_>) -> Result<Reply, Problem> {
    let question_id = call.question_id()?;
    let Call { app, head, .. } = call;
    let page = ListQuery::parse(head.uri.query()).page(app.service.settings().max_page_size);
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let mut request = ListRequest::new(app, &head.headers, ListOf::Question(question_id.get()), page);
    let listed = app
        .service
        .list_answers(question_id, page, |tag| request.is_known(tag), &mut json)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))?;
    Ok(request.reply(listed, json))
}

/// The same list, if its product is in memory.
pub(crate) fn list_from_memory(
    app: &App,
    query: &ListQuery<'_>,
    variables: &Variables<'_>,
    output: &mut Vec<u8>,
) -> Option<ListTag> {
    let page = query.page(app.service.settings().max_page_size);
    app.service.list_answers_from_memory(question_id(variables[0]).ok()?, page, output)
}

pub(crate) const ADD: About = About {
    id: "addAnswer",
    tag: "answers",
    summary: "Answer a question",
    description: "Photos that are no absolute `http://` or `https://` address are left out, and `photos_left_out` \
                  says how many; blank ones are dropped. In a form, `photos` (or `photos[]`) is repeated. Lengths \
                  count Unicode scalar values after trimming; CR LF and CR become newlines. The e-mail address is \
                  stored and never shown.",
    parameters: &["Idempotency-Key"],
    body: Some(BodyAbout {
        schema: "NewAnswer",
        example: || {
            json!({
                "body": "Pale pink, like the rest.",
                "name": "Ada",
                "email": "ada@example.com",
                "photos": ["https://example.com/pale-pink.jpg"],
            })
        },
        missing: |limits| NewAnswer::parse(&Draft::default(), limits).map(drop),
    }),
    success: Success::Created {
        what: "The answer is stored",
        schema: "AnswerAdded",
        id: ("answer_id", 69),
        links: &["voteAnswer", "reportAnswer"],
    },
    problems: &[Problem::UnknownQuestion],
};

/// `POST /qa/questions/:question_id/answers`. An unknown question comes before bad fields.
pub(crate) async fn add(call: Call<'_>) -> Result<Reply, Problem> {
    let question_id = call.question_id()?;
    let Call { app, head, body, .. } = call;
    let unknown = |error| Problem::from_service(error, Problem::UnknownQuestion);
    let key = idempotency_key(&head.headers)?;
    let draft = read_draft(head, body, app.settings.max_body_bytes);
    let limits = &app.service.settings().submission;
    let parse = |draft: Draft| {
        let answer = NewAnswer::parse(&draft, limits).map_err(Problem::InvalidFields)?;
        Ok((answer, draft.photos_left_out()))
    };
    let (answer, photos_left_out) = match draft.and_then(parse) {
        Ok(parsed) => parsed,
        Err(problem @ (Problem::NotAnObject(_) | Problem::InvalidFields(_))) => {
            let exists = app.service.question_exists(question_id).await.map_err(unknown)?;
            return Err(if exists { problem } else { Problem::UnknownQuestion });
        }
        Err(problem) => return Err(problem),
    };
    let added = app.service.add_answer(question_id, answer, key.as_ref()).await.map_err(unknown)?;
    Ok(created(app, "answer_id", added, photos_left_out, question_id))
}

pub(crate) const VOTE: About = About {
    id: "voteAnswer",
    tag: "answers",
    summary: "Vote an answer helpful",
    description: super::VOTE_DESCRIPTION,
    parameters: &[],
    body: None,
    success: Success::Done { what: "The vote is counted" },
    problems: &[Problem::UnknownAnswer],
};

/// `PUT /qa/answers/:answer_id/helpful`
pub(crate) async fn vote(call: Call<'_>) -> Result<Reply, Problem> {
    let voted = call.app.service.vote_answer(call.answer_id()?).await;
    voted.map(|()| Reply::Done).map_err(|error| Problem::from_service(error, Problem::UnknownAnswer))
}

pub(crate) const REPORT: About = About {
    id: "reportAnswer",
    tag: "answers",
    summary: "Report an answer",
    description: "Hides it from all lists. Reporting twice is the same as once. A body is ignored.",
    parameters: &[],
    body: None,
    success: Success::Done { what: "It is hidden" },
    problems: &[Problem::UnknownAnswer],
};

/// `PUT /qa/answers/:answer_id/report`
pub(crate) async fn report(call: Call<'_>) -> Result<Reply, Problem> {
    let reported = call.app.service.report_answer(call.answer_id()?).await;
    reported.map(|()| Reply::Done).map_err(|error| Problem::from_service(error, Problem::UnknownAnswer))
}
