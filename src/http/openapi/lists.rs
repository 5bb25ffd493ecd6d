//! Examples of lists, written by the code that writes lists. Deliberately absent: examples of
//! bodies, which are data (`operations.json`).

use serde_json::Value;

use crate::domain::{
    AnswerId, AnswerRow, DEFAULT_PAGE_SIZE, Id as _, Page, PhotoId, PhotoRow, ProductId, ProductRows,
    QuestionId, QuestionRow, Timestamp,
};
use crate::service::ServiceSettings;
use crate::view::View;

/// A page of questions.
pub(crate) fn question_list(settings: &ServiceSettings) -> Value {
    page(settings, |view, page, json| view.write_questions(page, settings.max_nested_answers, json))
}

/// A page of answers.
pub(crate) fn answer_list(settings: &ServiceSettings) -> Value {
    page(settings, |view, page, json| {
        for question_id in view.question_ids() {
            view.write_answers(question_id, page, json);
        }
    })
}

fn page(settings: &ServiceSettings, write: impl FnOnce(&View, Page, &mut Vec<u8>)) -> Value {
    let view = rows().map(|rows| View::pack(&rows)).expect("ids and times are in range");
    let mut json = Vec::new();
    write(&view, Page::new(1, DEFAULT_PAGE_SIZE.into(), settings.max_page_size), &mut json);
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
