//! Examples of what is answered, made by the code that answers: pages by the view, problems by what checks requests.

use serde_json::{Value, json};

use super::super::routes::Operation;
use super::Settings;
use crate::domain::{
    AnswerId, AnswerRow, DEFAULT_PAGE_SIZE, Draft, Id, NewAnswer, NewQuestion, Page, PhotoId, PhotoRow,
    ProductId, ProductRows, QuestionId, QuestionRow, Timestamp,
};
use crate::http::request::json_body;
use crate::http::response::allowance::TooMany;
use crate::http::response::problem::Problem;
use crate::view::View;

/// A page of either list.
pub(super) fn page(operation: Operation, settings: &Settings<'_>) -> Value {
    let view = rows().map(|rows| View::pack(&rows)).expect("ids and times are in range");
    let page = Page::new(1, DEFAULT_PAGE_SIZE.into(), settings.service.max_page_size);
    let mut json = Vec::new();
    match operation {
        Operation::ListAnswers => {
            for question_id in view.question_ids() {
                view.write_answers(question_id, page, &mut json);
            }
        }
        _ => view.write_questions(page, settings.service.max_nested_answers, &mut json),
    }
    serde_json::from_slice(&json).expect("a view writes JSON")
}

/// A product with a question, an answer and a photo.
fn rows() -> Option<ProductRows> {
    let mut rows = ProductRows::new(ProductId::new(5).ok()?);
    let (question_id, answer_id) = (QuestionId::new(37).ok()?, AnswerId::new(68).ok()?);
    rows.questions.push(QuestionRow {
        question_id,
        written_at: Timestamp::parse("2018-10-18").ok()?,
        helpful: 4,
        body: rows.texts.keep("Why is this cheaper here?"),
        name: rows.texts.keep("williamsmith"),
    });
    rows.answers.push(AnswerRow {
        answer_id,
        question_id,
        written_at: Timestamp::parse("2018-11-02").ok()?,
        helpful: 8,
        body: rows.texts.keep("No middleman."),
        name: rows.texts.keep("Seller"),
    });
    let url = rows.texts.keep("https://example.com/a.jpg");
    rows.photos.push(PhotoRow { photo_id: PhotoId::new(1).ok()?, answer_id, url });
    Some(rows)
}

/// What is answered to a new question or answer.
pub(super) fn added(operation: Operation) -> Value {
    match operation {
        Operation::AddAnswer => json!({"answer_id": 69}),
        _ => json!({"question_id": 38}),
    }
}

/// What a client hears that writes more than it may; `None` when nothing limits it.
pub(super) fn too_many(operation: Operation, settings: &Settings<'_>) -> Option<Problem> {
    let kind = operation.counts_as()?;
    let limit = settings.http.rate_limits.of(kind);
    (limit > 0).then(|| Problem::TooMany(TooMany::at_once(kind, limit)))
}

/// What may be wrong with a new question or answer.
pub(super) fn bad_submissions(operation: Operation, settings: &Settings<'_>) -> Vec<Problem> {
    let limits = &settings.service.submission;
    let missing = Draft::default();
    let fields = match operation {
        Operation::AddAnswer => NewAnswer::parse(&missing, limits).map(drop),
        _ => NewQuestion::parse(&missing, limits).map(drop),
    };
    let max_bytes = settings.http.max_body_bytes;
    let mut problems = vec![
        Problem::InvalidKey,
        Problem::KeyTaken,
        Problem::WrongContentType,
        Problem::BodyTooLarge { max_bytes },
        Problem::BodyTooSlow,
    ];
    problems.extend(["", "[]"].iter().filter_map(|body| json_body::parse(body.as_bytes()).err()));
    problems.extend(fields.err().map(Problem::InvalidFields));
    problems
}
