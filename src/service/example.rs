//! A product to show to a visitor of the home page. It is one in memory, so finding it takes the
//! same short time in a shop of any size; the store is not read.

use super::Service;
use crate::domain::{Id as _, ProductId, QuestionId};
use crate::view::View;
use crate::view::rows::Row;

/// Most products that are looked at: those with the lowest ids, then as many of the others.
const MAX_LOOKS: usize = 64;

/// A product with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Its id.
    pub product_id: ProductId,
    /// One of its questions, if possible one with answers.
    pub question_id: QuestionId,
}

impl Service {
    /// Returns an example, the same one while it is in memory; `None` when memory holds none.
    pub fn example(&self) -> Option<Example> {
        let example = |view: &View| {
            let question_id = question_of(view)?;
            Some(Example { product_id: view.product_id(), question_id })
        };
        let numbers = (1..).take(MAX_LOOKS).filter_map(|number| ProductId::new(number).ok());
        let mut low =
            numbers.filter_map(|product_id| self.memory.questions.look_at(product_id, example).flatten());
        low.next().or_else(|| self.memory.questions.find_in(MAX_LOOKS, example))
    }
}

/// The first question that has answers, or else the first.
fn question_of(view: &View) -> Option<QuestionId> {
    let mut questions = view.sections().questions.iter().map(Row::unpacked);
    let first = questions.clone().next()?;
    let answered = questions.find(|question| question.child_count > 0);
    QuestionId::new(answered.unwrap_or(first).id).ok()
}
