//! Views without a service: from rows to a view, and from a view to a page.

use std::hint::black_box;

use atelier::domain::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page, QuestionId};
use atelier::view::View;

use super::Operation;
use super::shop::{PRODUCTS, StockedStore};

/// What a reader of a list asks for.
fn first_page() -> Page {
    Page::new(1, DEFAULT_PAGE_SIZE.into(), MAX_PAGE_SIZE)
}

fn all_views() -> Vec<View> {
    StockedStore::sqlite().all_rows().iter().map(View::pack).collect()
}

/// Escapes and sorts a product's rows and lays them out.
pub(crate) fn packed() -> Operation {
    let rows = StockedStore::sqlite().all_rows();
    let mut next = (0..rows.len()).cycle();
    let call = move || {
        let product = next.next().expect("they begin again");
        black_box(View::pack(black_box(&rows[product])));
    };
    Operation { items: 1, round: PRODUCTS, call: Box::new(call) }
}

/// Writes the first page of a product's questions into an existing buffer.
pub(crate) fn page_of_questions() -> Operation {
    let views = all_views();
    let mut next = (0..views.len()).cycle();
    let mut json = Vec::with_capacity(1 << 20);
    let call = move || {
        json.clear();
        let view = &views[next.next().expect("they begin again")];
        view.write_questions(black_box(first_page()), 1_000, &mut json);
        black_box(&json);
    };
    Operation { items: 1, round: PRODUCTS, call: Box::new(call) }
}

/// Writes the first page of a question's answers.
pub(crate) fn page_of_answers() -> Operation {
    let views = all_views();
    let place = |(place, view): (usize, &View)| {
        view.question_ids().into_iter().map(|question_id| (place, question_id)).collect::<Vec<_>>()
    };
    let questions: Vec<(usize, QuestionId)> = views.iter().enumerate().flat_map(place).collect();
    let round = u32::try_from(questions.len()).expect("a few thousand");
    let mut next = (0..questions.len()).cycle();
    let mut json = Vec::with_capacity(1 << 20);
    let call = move || {
        json.clear();
        let (place, question_id) = questions[next.next().expect("they begin again")];
        views[place].write_answers(question_id, black_box(first_page()), &mut json);
        black_box(&json);
    };
    Operation { items: 1, round, call: Box::new(call) }
}
