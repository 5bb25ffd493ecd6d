//! A view: one product's public questions and answers, packed so that any page of either list is
//! written from it in a microsecond or two. [`Reviews`] and [`Catalogue`] do the same for the other
//! rows of a product. Written pages are not kept here, and which views exist is not known.
//!
//! A view is one run of bytes, because reading it means waiting for memory: of a million products
//! nearly every one is cold, and a second allocation would cost more than all the work on the
//! first.
//!
//! | section | what |
//! |---|---|
//! | head | the number of questions, answers and photos, and a fingerprint of all that is shown |
//! | questions | rows of fixed width in list order |
//! | answers | rows of fixed width, question by question, each question's in list order |
//! | photos | rows of fixed width, answer by answer, in the order of their ids |
//! | text | JSON-escaped strings in the order in which a page is written |

mod catalogue;
mod edit;
mod fetch;
pub(crate) mod fingerprint;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub(crate) mod json;
mod pack;
mod pool;
mod reviews;
pub(crate) mod rows;

use std::ops::Range;

use self::fetch::fetch;
use self::fingerprint::{Fingerprint, Kind};

pub(crate) use self::catalogue::ProductsTag;
pub use self::catalogue::{Campus, Catalogue};
pub use self::fingerprint::ListTag;
use self::pack::pack;
pub use self::pool::TextPool;
pub(crate) use self::reviews::AddedReviews;
pub use self::reviews::Reviews;
use self::rows::{
    HEAD_BYTES, HELPFUL, PackedPhoto, PackedRow, Sections, bytes_at, children, helpful, id, rank,
};
pub use crate::domain::ProductPart;
use crate::domain::{AnswerId, Id, Page, ProductId, ProductRows, QuestionId};

/// The place of the fingerprint.
const FINGERPRINT: Range<usize> = 12..HEAD_BYTES;

/// One product's public rows in list order.
#[derive(Debug, Clone)]
pub struct View {
    product_id: ProductId,
    record: Box<[u8]>,
}

impl View {
    /// Packs a product's rows. Answers without their question are left out (it was reported), and
    /// so are photos without their answer.
    pub fn pack(rows: &ProductRows) -> Self {
        let mut view = Self { product_id: rows.product_id, record: pack(rows) };
        view.set_fingerprint(Fingerprint::of(&view.sections()));
        view
    }

    /// The view of these bytes, whose fingerprint is still to be set.
    pub(crate) fn from_record(product_id: ProductId, record: Box<[u8]>, fingerprint: Fingerprint) -> Self {
        let mut view = Self { product_id, record };
        view.set_fingerprint(fingerprint);
        view
    }

    /// The product.
    pub fn product_id(&self) -> ProductId {
        self.product_id
    }

    /// Bytes of this view, without what the allocator rounds up.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.record.len()
    }

    /// The ids of its questions.
    pub fn question_ids(&self) -> Vec<QuestionId> {
        self.sections().questions.iter().filter_map(|row| QuestionId::new(id(row)).ok()).collect()
    }

    /// The tag of a page of the questions list.
    pub fn questions_tag(&self, page: Page, nested_max: usize) -> ListTag {
        self.fingerprint().questions_tag(self.product_id, page, nested_max)
    }

    /// The tag of a page of a question's answers list. It changes whenever the product does.
    pub fn answers_tag(&self, question_id: QuestionId, page: Page) -> ListTag {
        self.fingerprint().answers_tag(question_id, page)
    }

    /// Appends a page of the questions list, at most `nested_max` answers with each question.
    pub fn write_questions(&self, page: Page, nested_max: usize, output: &mut Vec<u8>) {
        fetch(&self.record);
        let sections = self.sections();
        output.extend_from_slice(b"{\"product_id\":\"");
        json::write_number(self.product_id.get(), output);
        output.extend_from_slice(b"\",\"results\":[");
        let questions = sections.questions;
        for (position, question) in questions[page.range(questions.len())].iter().enumerate() {
            if position > 0 {
                output.push(b',');
            }
            sections.write_question(question, nested_max, output);
        }
        output.extend_from_slice(b"]}");
    }

    /// Appends a page of a question's answers; an empty one without the question.
    pub fn write_answers(&self, question_id: QuestionId, page: Page, output: &mut Vec<u8>) {
        fetch(&self.record);
        let sections = self.sections();
        json::begin_answers(question_id, page, output);
        let answers = match sections.questions.iter().find(|row| id(*row) == question_id.get()) {
            Some(question) => &sections.answers[children(question)],
            None => &[],
        };
        for (position, answer) in answers[page.range(answers.len())].iter().enumerate() {
            output.extend_from_slice(if position > 0 { b",{\"answer_id\":" } else { b"{\"answer_id\":" });
            json::write_number(id(answer), output);
            sections.write_answer(answer, output);
            for (position, photo) in sections.photos[children(answer)].iter().enumerate() {
                output.extend_from_slice(if position > 0 { b",{\"id\":" } else { b"{\"id\":" });
                json::write_number(id(photo), output);
                output.extend_from_slice(b",\"url\":\"");
                output.extend_from_slice(sections.url(photo));
                output.extend_from_slice(b"\"}");
            }
            output.extend_from_slice(b"]}");
        }
        output.extend_from_slice(b"]}");
    }

    /// Sets a question's votes, moves it to its place in the list and returns whether it is there.
    /// Counters only grow, so a change that comes late or twice does nothing.
    pub fn raise_question(&mut self, question_id: QuestionId, helpful: u32) -> bool {
        let (questions, _) = self.rows_mut();
        let Some(position) = questions.iter().position(|row| id(row) == question_id.get()) else {
            return false;
        };
        let former = raise(questions, position, helpful);
        self.note_raise(Kind::Question, question_id.get(), former, helpful);
        true
    }

    /// Sets an answer's votes, moves it to its place and returns whether it is there.
    pub fn raise_answer(&mut self, answer_id: AnswerId, helpful: u32) -> bool {
        let (questions, answers) = self.rows_mut();
        let Some(position) = answers.iter().position(|row| id(row) == answer_id.get()) else { return false };
        let siblings = questions.iter().map(children).find(|range| range.contains(&position));
        let Some(siblings) = siblings else { return false };
        let former = raise(&mut answers[siblings.clone()], position - siblings.start, helpful);
        self.note_raise(Kind::Answer, answer_id.get(), former, helpful);
        true
    }

    fn note_raise(&mut self, kind: Kind, id: u64, former: Option<u32>, helpful: u32) {
        if let Some(former) = former {
            let mut fingerprint = self.fingerprint();
            fingerprint.raise(kind, id, former, helpful);
            self.set_fingerprint(fingerprint);
        }
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::from_bytes(bytes_at::<{ FINGERPRINT.start }, 8>(&self.record))
    }

    fn set_fingerprint(&mut self, fingerprint: Fingerprint) {
        self.record[FINGERPRINT].copy_from_slice(&fingerprint.to_bytes());
    }

    /// The numbers of questions, answers and photos.
    pub(crate) fn counts(&self) -> [usize; 3] {
        let head = &self.record;
        [bytes_at::<0, 4>(head), bytes_at::<4, 4>(head), bytes_at::<8, 4>(head)]
            .map(|count| u32::from_le_bytes(count) as usize)
    }

    pub(crate) fn sections(&self) -> Sections<'_> {
        let [questions, answers, photos] = self.counts();
        let rows = &self.record[HEAD_BYTES..];
        let (questions, rows) = rows.split_at(questions * size_of::<PackedRow>());
        let (answers, rows) = rows.split_at(answers * size_of::<PackedRow>());
        let (photos, text) = rows.split_at(photos * size_of::<PackedPhoto>());
        Sections {
            questions: questions.as_chunks().0,
            answers: answers.as_chunks().0,
            photos: photos.as_chunks().0,
            text,
        }
    }

    /// Questions and answers.
    fn rows_mut(&mut self) -> (&mut [PackedRow], &mut [PackedRow]) {
        let [questions, answers, _] = self.counts();
        let (rows, _) = self.record[HEAD_BYTES..].as_chunks_mut();
        rows[..questions + answers].split_at_mut(questions)
    }
}

/// Sets a row's votes if they are more than it has, and moves it forward to its place in the list.
/// Returns the former number if it was lower.
fn raise(rows: &mut [PackedRow], position: usize, helpful_now: u32) -> Option<u32> {
    let former = helpful(&rows[position]);
    if former >= helpful_now {
        return None;
    }
    rows[position][HELPFUL].copy_from_slice(&helpful_now.to_le_bytes());
    let raised = rank(&rows[position]);
    let new_position = rows[..position].partition_point(|row| rank(row) < raised);
    rows[new_position..=position].rotate_right(1);
    Some(former)
}
