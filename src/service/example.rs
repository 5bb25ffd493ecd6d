//! A product to show to whoever wants to see what the service does: one that is in memory, so that finding it asks the
//! store for nothing and takes the same short time whatever the shop's size.

use super::Service;
use crate::domain::{Id as _, ProductId, QuestionId};
use crate::view::View;
use crate::view::rows::Row;

/// Products that are looked at: first those with the lowest numbers, then as many as come along.
const MAX_LOOKS: usize = 64;

/// A product with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// The product.
    pub product_id: ProductId,
    /// One of its questions, with answers if there is such a one.
    pub question_id: QuestionId,
}

impl Service {
    /// An example, the same one as long as it is in memory; `None` when none was found there.
    pub fn example(&self) -> Option<Example> {
        let example = |view: &View| {
            let question_id = question_of(view)?;
            Some(Example { product_id: view.product_id(), question_id })
        };
        let numbers = (1..).take(MAX_LOOKS).filter_map(|number| ProductId::new(number).ok());
        let mut low = numbers.filter_map(|product_id| self.views.look_at(product_id, example).flatten());
        low.next().or_else(|| self.views.find_in(MAX_LOOKS, example))
    }
}

/// The first question that has answers, or else the first.
fn question_of(view: &View) -> Option<QuestionId> {
    let mut questions = view.sections().questions.iter().map(Row::unpacked);
    let first = questions.clone().next()?;
    let answered = questions.find(|question| question.child_count > 0);
    QuestionId::new(answered.unwrap_or(first).id).ok()
}
