//! The four operations on questions, each with its description. Deliberately absent: the rules
//! (`service`).

use serde_json::json;

use super::lists::{ListRequest, TYPICAL_PAGE_BYTES};
use super::submissions::created;
use crate::domain::{Draft, Id as _, NewQuestion};
use crate::http::app::App;
use crate::http::call::Call;
use crate::http::operation::{About, BodyAbout, Success, Variables};
use crate::http::request::body::read_draft;
use crate::http::request::idempotency::idempotency_key;
use crate::http::request::query::ListQuery;
use crate::http::response::encoded_pages::ListOf;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::view::ListTag;

pub(crate) const LIST: About = About {
    id: "listQuestions",
    tag: "questions",
    summary: "List a product's questions",
    description: "Ordered by helpfulness, then by id, each with at most its {max_nested_answers} most helpful \
                  answers in the same order. Reported questions and answers are hidden. A product without \
                  questions, and a page past the end, is an empty list.",
    parameters: &["product_id", "page", "count", "If-None-Match"],
    body: None,
    success: Success::List {
        what: "A page of questions",
        schema: "QuestionList",
        example: super::examples::question_list,
    },
    problems: &[Problem::InvalidProductId],
};

/// `GET /qa/questions?product_id=…&page=…&count=…`
pub(crate) async fn list(call: Call<'_>) -> Result<Reply, Problem> {
    let Call { app, head, .. } = call;
    let query = ListQuery::parse(head.uri.query());
    let product_id = query.product_id()?;
    let page = query.page(app.service.settings().max_page_size);
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let mut request = ListRequest::new(app, &head.headers, ListOf::Product(product_id.get()), page);
    let listed = app
        .service
        .list_questions(product_id, page, |tag| request.is_known(tag), &mut json)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownPath))?;
    Ok(request.reply(listed, json))
}

/// The same list, if its product is in memory.
pub(crate) fn list_from_memory(
    app: &App,
    query: &ListQuery<'_>,
    _: &Variables<'_>,
    output: &mut Vec<u8>,
) -> Option<ListTag> {
    let page = query.page(app.service.settings().max_page_size);
    app.service.list_questions_from_memory(query.product_id().ok()?, page, output)
}

pub(crate) const ADD: About = About {
    id: "addQuestion",
    tag: "questions",
    summary: "Ask a question",
    description: "Any product id in range may be asked about. Lengths count Unicode scalar values after trimming; \
                  CR LF and CR become newlines. The e-mail address is stored and never shown.",
    parameters: &["Idempotency-Key"],
    body: Some(BodyAbout {
        schema: "NewQuestion",
        example: || {
            json!({
                "product_id": 5,
                "body": "Does it come in pale pink?",
                "name": "Grace",
                "email": "grace@example.com",
            })
        },
        missing: |limits| NewQuestion::parse(&Draft::default(), limits).map(drop),
    }),
    success: Success::Created {
        what: "The question is stored",
        schema: "QuestionAdded",
        id: ("question_id", 38),
        links: &["listAnswers", "addAnswer", "voteQuestion", "reportQuestion"],
    },
    problems: &[],
};

/// `POST /qa/questions`
pub(crate) async fn add(call: Call<'_>) -> Result<Reply, Problem> {
    let Call { app, head, body, .. } = call;
    let key = idempotency_key(&head.headers)?;
    let draft = read_draft(head, body, app.settings.max_body_bytes)?;
    let question =
        NewQuestion::parse(&draft, &app.service.settings().submission).map_err(Problem::InvalidFields)?;
    let added = app
        .service
        .add_question(question, key.as_ref())
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))?;
    Ok(created(app, "question_id", added, 0, added.id))
}

pub(crate) const VOTE: About = About {
    id: "voteQuestion",
    tag: "questions",
    summary: "Vote a question helpful",
    description: super::VOTE_DESCRIPTION,
    parameters: &[],
    body: None,
    success: Success::Done { what: "The vote is counted" },
    problems: &[Problem::UnknownQuestion],
};

/// `PUT /qa/questions/:question_id/helpful`
pub(crate) async fn vote(call: Call<'_>) -> Result<Reply, Problem> {
    let voted = call.app.service.vote_question(call.question_id()?).await;
    voted.map(|()| Reply::Done).map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))
}

pub(crate) const REPORT: About = About {
    id: "reportQuestion",
    tag: "questions",
    summary: "Report a question",
    description: "Hides it and its answers from all lists. Reporting twice is the same as once. A body is ignored.",
    parameters: &[],
    body: None,
    success: Success::Done { what: "It is hidden" },
    problems: &[Problem::UnknownQuestion],
};

/// `PUT /qa/questions/:question_id/report`
pub(crate) async fn report(call: Call<'_>) -> Result<Reply, Problem> {
    let reported = call.app.service.report_question(call.question_id()?).await;
    reported.map(|()| Reply::Done).map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))
}
