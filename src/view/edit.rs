//! Edits a view after a write of this process: rows that came are inserted, and nothing is read
//! from the store. That makes a new record from the old one. The layout is described in the parent
//! module; `service::memory` decides when a view may be edited.

use std::iter::empty;

use super::View;
use super::fingerprint::{Fingerprint, Kind};
use super::pack::{keep, narrow};
use super::rows::{HEAD_BYTES, PackedRow, Row, Sections};
use crate::domain::{AnswerRow, Id as _, ProductRows, QuestionRow, Span, Texts};

/// A record taken apart.
struct Parts<'v> {
    questions: Vec<Row>,
    answers: Vec<Row>,
    old: Sections<'v>,
    new_text: Vec<u8>,
    fingerprint: Fingerprint,
}

impl View {
    /// The view with new questions and answers, which have no photos. Rows that are there already
    /// stay as they are. An answer without its question is left out.
    pub(crate) fn with(&self, rows: &ProductRows) -> Self {
        let mut parts = Parts::of(self);
        for question in &rows.questions {
            parts.add_question(question, &rows.texts);
        }
        for answer in &rows.answers {
            parts.add_answer(answer, &rows.texts);
        }
        parts.put_together(self)
    }
}

impl<'v> Parts<'v> {
    fn of(view: &'v View) -> Self {
        let sections = view.sections();
        Self {
            questions: sections.questions.iter().map(Row::unpacked).collect(),
            answers: sections.answers.iter().map(Row::unpacked).collect(),
            old: sections,
            new_text: Vec::new(),
            fingerprint: view.fingerprint(),
        }
    }

    fn put_together(self, view: &View) -> View {
        let Self { questions, answers, old: Sections { photos, text, .. }, new_text, fingerprint } = self;
        let rows = (questions.len() + answers.len()) * size_of::<PackedRow>();
        let size = HEAD_BYTES + rows + size_of_val(photos) + text.len() + new_text.len();
        let mut record = Vec::with_capacity(size);
        for count in [questions.len(), answers.len(), photos.len()] {
            record.extend_from_slice(&narrow(count).to_le_bytes());
        }
        record.resize(HEAD_BYTES, 0);
        for row in questions.iter().chain(&answers) {
            record.extend_from_slice(&row.packed());
        }
        record.extend_from_slice(photos.as_flattened());
        record.extend_from_slice(text);
        record.extend_from_slice(&new_text);
        View::from_record(view.product_id(), record.into_boxed_slice(), fingerprint)
    }

    fn add_question(&mut self, question: &QuestionRow, texts: &Texts) {
        if position_of(&self.questions, question.question_id.get()).is_some() {
            return;
        }
        let mut row = self.row(question.question_id.get(), texts, question.body, question.name);
        row.written_at = question.written_at.milliseconds();
        row.helpful = question.helpful;
        self.count_new(&row, Kind::Question, 0);
        let place = self.questions.partition_point(|other| other.rank() < row.rank());
        self.questions.insert(place, row);
    }

    fn add_answer(&mut self, answer: &AnswerRow, texts: &Texts) {
        let Some(parent) = position_of(&self.questions, answer.question_id.get()) else { return };
        if self.questions[parent].child_count == 0 {
            // A place where its answers would have been: at the end they separate no other answers.
            self.questions[parent].first_child = narrow(self.answers.len());
        }
        let siblings = self.questions[parent].children();
        if position_of(&self.answers[siblings.clone()], answer.answer_id.get()).is_some() {
            return;
        }
        let mut row = self.row(answer.answer_id.get(), texts, answer.body, answer.name);
        row.written_at = answer.written_at.milliseconds();
        row.helpful = answer.helpful;
        self.count_new(&row, Kind::Answer, answer.question_id.get());
        let better = self.answers[siblings.clone()].partition_point(|other| other.rank() < row.rank());
        let place = siblings.start + better;
        self.answers.insert(place, row);
        for (position, question) in self.questions.iter_mut().enumerate() {
            if position == parent {
                question.child_count += 1;
            } else if question.first_child as usize >= place {
                question.first_child += 1;
            }
        }
    }

    /// Adds a new row to the fingerprint.
    fn count_new(&mut self, row: &Row, kind: Kind, question_id: u64) {
        let old_bytes = self.old.text.len();
        let text = &self.new_text[row.text().start - old_bytes..row.text().end - old_bytes];
        self.fingerprint.add(row, kind, question_id, text, empty());
    }

    /// A row with its texts stored and its other fields still to be set.
    fn row(&mut self, id: u64, texts: &Texts, body: Span, name: Span) -> Row {
        let text_start = narrow(self.old.text.len() + self.new_text.len());
        let body_length = keep(texts.get(body), &mut self.new_text);
        let name_length = keep(texts.get(name), &mut self.new_text);
        Row { id, text_start, body_length, name_length, ..Row::default() }
    }
}

fn position_of(rows: &[Row], id: u64) -> Option<usize> {
    rows.iter().position(|row| row.id == id)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::domain::{
        AnswerId, Id, MAX_PAGE_SIZE, Page, PhotoId, PhotoRow, ProductId, QuestionId, Timestamp,
    };

    fn id<I: Id>(number: u64) -> I {
        I::new(number).expect("in range")
    }

    #[derive(Debug, Clone)]
    enum Step {
        Ask(String),
        Reply(Index, String),
        Vote(Index, bool),
        Hide(Index, bool),
        /// A row that is there already comes again.
        Repeat,
    }

    fn step() -> impl Strategy<Value = Step> {
        let text = || "[a\"\n😀]{0,5}";
        prop_oneof![
            3 => text().prop_map(Step::Ask),
            6 => (any::<Index>(), text()).prop_map(|(question, text)| Step::Reply(question, text)),
            4 => (any::<Index>(), any::<bool>()).prop_map(|(row, answer)| Step::Vote(row, answer)),
            2 => (any::<Index>(), any::<bool>()).prop_map(|(row, answer)| Step::Hide(row, answer)),
            1 => Just(Step::Repeat),
        ]
    }

    /// Both lists of every question, whole.
    fn lists(view: &View, rows: &ProductRows) -> String {
        let page = Page::new(1, u64::MAX, MAX_PAGE_SIZE);
        let mut output = Vec::new();
        view.write_questions(page, 100, &mut output);
        for question in &rows.questions {
            view.write_answers(question.question_id, page, &mut output);
        }
        String::from_utf8(output).expect("UTF-8")
    }

    /// Rows to begin with. Every answer has a photo.
    fn stock(answers_of_each: &[usize]) -> ProductRows {
        let mut rows = ProductRows::new(id(1));
        for (number, &answers) in (1u64..).zip(answers_of_each) {
            ask(&mut rows, number, "stock", u32::try_from(number % 3).expect("small"));
            for _ in 0..answers {
                let answer_id = rows.answers.len() as u64 + 1;
                reply(&mut rows, answer_id, id(number), "stock", 2);
                let url = rows.texts.keep("https://example.com/1.jpg");
                rows.photos.push(PhotoRow {
                    photo_id: PhotoId::new(answer_id).expect("in range"),
                    answer_id: id(answer_id),
                    url,
                });
            }
        }
        rows
    }

    fn ask(rows: &mut ProductRows, number: u64, text: &str, helpful: u32) {
        let span = rows.texts.keep(text);
        let question_id: QuestionId = id(number);
        rows.questions.push(QuestionRow {
            question_id,
            written_at: Timestamp::nearest(5),
            helpful,
            body: span,
            name: span,
        });
    }

    fn reply(rows: &mut ProductRows, number: u64, question_id: QuestionId, text: &str, helpful: u32) {
        let span = rows.texts.keep(text);
        let answer_id: AnswerId = id(number);
        rows.answers.push(AnswerRow {
            answer_id,
            question_id,
            written_at: Timestamp::nearest(6),
            helpful,
            body: span,
            name: span,
        });
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn an_edited_view_is_as_one_packed_from_scratch(
            answers_of_each in prop::collection::vec(0..4_usize, 0..4),
            steps in prop::collection::vec(step(), 1..40),
        ) {
            let product_id: ProductId = id(1);
            let mut rows = stock(&answers_of_each);
            let mut view = View::pack(&rows);
            let mut last_id = 100;
            let mut came = ProductRows::new(product_id);
            for step in steps {
                last_id += 1;
                let mut news = ProductRows::new(product_id);
                match step {
                    Step::Ask(text) => {
                        ask(&mut rows, last_id, &text, 0);
                        ask(&mut news, last_id, &text, 0);
                        view = view.with(&news);
                        came = news;
                    }
                    Step::Reply(question, text) if !rows.questions.is_empty() => {
                        let question_id = question.get(&rows.questions).question_id;
                        reply(&mut rows, last_id, question_id, &text, 0);
                        reply(&mut news, last_id, question_id, &text, 0);
                        view = view.with(&news);
                        came = news;
                    }
                    Step::Vote(row, false) if !rows.questions.is_empty() => {
                        let at = row.index(rows.questions.len());
                        let question = &mut rows.questions[at];
                        question.helpful += 1;
                        view.raise_question(question.question_id, question.helpful);
                    }
                    Step::Vote(row, true) if !rows.answers.is_empty() => {
                        let at = row.index(rows.answers.len());
                        let answer = &mut rows.answers[at];
                        answer.helpful += 1;
                        view.raise_answer(answer.answer_id, answer.helpful);
                    }
                    Step::Hide(row, false) if !rows.questions.is_empty() => {
                        let hidden = rows.questions.remove(row.index(rows.questions.len()));
                        rows.answers.retain(|answer| answer.question_id != hidden.question_id);
                        view = View::pack(&rows);
                        came = news;
                    }
                    Step::Hide(row, true) if !rows.answers.is_empty() => {
                        rows.answers.remove(row.index(rows.answers.len()));
                        view = View::pack(&rows);
                        came = news;
                    }
                    Step::Repeat => view = view.with(&came),
                    _ => {}
                }
                let packed_again = View::pack(&rows);
                prop_assert_eq!(lists(&view, &rows), lists(&packed_again, &rows));
                prop_assert_eq!(view.fingerprint(), packed_again.fingerprint());
            }
        }
    }

    #[test]
    fn what_is_not_there_changes_nothing() {
        let rows = stock(&[2, 0, 1]);
        let view = View::pack(&rows);
        let before = lists(&view, &rows);
        let mut news = ProductRows::new(id(1));
        reply(&mut news, 50, id(40), "to a question that is hidden", 0);
        assert_eq!(lists(&view.with(&news), &rows), before);
    }
}
