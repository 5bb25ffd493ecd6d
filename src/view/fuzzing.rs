//! Drives a product's view through any sequence of writes and compares it with a model that knows
//! rows and no records. It is called by `crate::fuzzing`.

use std::cmp::Reverse;

use serde_json::{Map, Value, json};

use super::View;
use crate::domain::{
    AnswerId, AnswerRow, Id, Page, PhotoId, PhotoRow, ProductRows, QuestionId, QuestionRow, Timestamp,
};

/// Most steps of one input. Longer ones find nothing new and slow the search down.
const MAX_STEPS: usize = 48;

/// Reads bytes as choices; behind the end there are zeros.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound
    }

    fn text(&mut self) -> String {
        let length = self.below(12).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    fn votes(&mut self) -> u32 {
        match self.byte() {
            255 => u32::MAX,
            votes => votes.into(),
        }
    }

    fn time(&mut self) -> Timestamp {
        Timestamp::nearest((i64::from(self.byte()) - 16) << (self.byte() % 48))
    }
}

/// The rows, the view that writes made of them, and the last row that came.
struct Shop {
    rows: ProductRows,
    view: View,
    came: ProductRows,
    last_id: u64,
}

fn id<I: Id>(number: u64) -> I {
    I::new(number).expect("ids here count steps")
}

/// After every step the view's pages are those of the model, and those of a newly packed view.
pub fn view(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let rows = ProductRows::new(id(1 + u64::from(choices.byte())));
    let product_id = rows.product_id;
    let mut shop = Shop { view: View::pack(&rows), rows, came: ProductRows::new(product_id), last_id: 0 };
    for _ in 0..MAX_STEPS {
        if choices.0.is_empty() {
            break;
        }
        shop.step(&mut choices);
        let page = Page::new(1 + choices.below(3) as u64, 1 + choices.below(6) as u64, 1_000);
        let nested_max = choices.below(5);
        shop.check(page, nested_max);
    }
    shop.check(Page::new(1, 1_000, 1_000), 1_000);
}

impl Shop {
    fn step(&mut self, choices: &mut Choices<'_>) {
        match choices.below(8) {
            0 | 1 => self.ask(choices),
            2 | 3 if !self.rows.questions.is_empty() => self.reply(choices),
            4 if !self.rows.questions.is_empty() => {
                let at = choices.below(self.rows.questions.len());
                let question = &mut self.rows.questions[at];
                let helpful = choices.votes();
                question.helpful = question.helpful.max(helpful);
                self.view.raise_question(question.question_id, helpful);
            }
            5 if !self.rows.answers.is_empty() => {
                let at = choices.below(self.rows.answers.len());
                let answer = &mut self.rows.answers[at];
                let helpful = choices.votes();
                answer.helpful = answer.helpful.max(helpful);
                self.view.raise_answer(answer.answer_id, helpful);
            }
            6 => self.hide(choices),
            7 => self.view = self.view.with(&self.came),
            _ => {}
        }
    }

    fn ask(&mut self, choices: &mut Choices<'_>) {
        self.last_id += 1;
        let (question_id, written_at): (QuestionId, _) = (id(self.last_id), choices.time());
        let (helpful, body, name) = (choices.votes(), choices.text(), choices.text());
        self.came = ProductRows::new(self.rows.product_id);
        for rows in [&mut self.rows, &mut self.came] {
            let (body, name) = (rows.texts.keep(&body), rows.texts.keep(&name));
            rows.questions.push(QuestionRow { question_id, written_at, helpful, body, name });
        }
        self.view = self.view.with(&self.came);
    }

    /// An answer with a photo is read with its view, never inserted.
    fn reply(&mut self, choices: &mut Choices<'_>) {
        self.last_id += 1;
        let question_id = self.rows.questions[choices.below(self.rows.questions.len())].question_id;
        let (answer_id, written_at): (AnswerId, _) = (id(self.last_id), choices.time());
        let (helpful, body, name) = (choices.votes(), choices.text(), choices.text());
        self.came = ProductRows::new(self.rows.product_id);
        for rows in [&mut self.rows, &mut self.came] {
            let (body, name) = (rows.texts.keep(&body), rows.texts.keep(&name));
            rows.answers.push(AnswerRow { answer_id, question_id, written_at, helpful, body, name });
        }
        let photos = choices.below(4).saturating_sub(1);
        for _ in 0..photos {
            self.last_id += 1;
            let photo_id: PhotoId = id(self.last_id);
            let url = self.rows.texts.keep(&choices.text());
            self.rows.photos.push(PhotoRow { photo_id, answer_id, url });
        }
        self.view = if photos == 0 { self.view.with(&self.came) } else { View::pack(&self.rows) };
    }

    fn hide(&mut self, choices: &mut Choices<'_>) {
        let number = u64::from(choices.byte()) + 1;
        if choices.byte().is_multiple_of(2) {
            self.rows.questions.retain(|row| row.question_id.get() != number);
            self.rows.answers.retain(|row| row.question_id.get() != number);
        } else {
            self.rows.answers.retain(|row| row.answer_id.get() != number);
        }
        self.view = View::pack(&self.rows);
        // A hidden row does not come again.
        self.came = ProductRows::new(self.rows.product_id);
    }

    fn check(&self, page: Page, nested_max: usize) {
        let (mut written, mut again) = (Vec::new(), Vec::new());
        self.view.write_questions(page, nested_max, &mut written);
        let packed = View::pack(&self.rows);
        packed.write_questions(page, nested_max, &mut again);
        assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&again));
        let read: Value = serde_json::from_slice(&written).expect("a page is JSON");
        assert_eq!(read, self.questions(page, nested_max));
        self.check_order(&read, &written);
        for question in &self.rows.questions {
            let mut written = Vec::new();
            self.view.write_answers(question.question_id, page, &mut written);
            let read: Value = serde_json::from_slice(&written).expect("a page is JSON");
            assert_eq!(read, self.answers(question.question_id, page));
        }
    }

    /// A JSON value does not keep the order of members, the bytes do: no text has an unescaped
    /// quote.
    fn check_order(&self, page: &Value, written: &[u8]) {
        let written = String::from_utf8_lossy(written);
        let mut before = 0;
        for question in page["results"].as_array().expect("an array") {
            let answers = self.answers_of(id(question["question_id"].as_u64().expect("an id")));
            for answer in answers {
                if question["answers"].get(answer.answer_id.to_string()).is_none() {
                    continue;
                }
                let id = answer.answer_id;
                let place = written.find(&format!("\"{id}\":{{\"id\":{id},")).expect("it is shown");
                assert!(place > before, "answers are out of order");
                before = place;
            }
        }
    }

    fn questions(&self, page: Page, nested_max: usize) -> Value {
        let mut questions: Vec<&QuestionRow> = self.rows.questions.iter().collect();
        questions.sort_by_key(|row| (Reverse(row.helpful), row.question_id));
        let shown = questions[page.range(questions.len())].iter().map(|row| {
            let answers = self.answers_of(row.question_id);
            let nested = answers.iter().take(nested_max).map(|answer| {
                let photos = self.photos_of(answer.answer_id);
                let urls = photos.iter().map(|photo| json!(self.rows.texts.get(photo.url))).collect();
                (answer.answer_id.to_string(), self.answer("id", answer, urls))
            });
            json!({
                "question_id": row.question_id.get(),
                "question_body": self.rows.texts.get(row.body),
                "question_date": row.written_at.to_string(),
                "asker_name": self.rows.texts.get(row.name),
                "question_helpfulness": row.helpful,
                "reported": false,
                "answers": nested.collect::<Map<String, Value>>(),
            })
        });
        json!({"product_id": self.rows.product_id.to_string(), "results": shown.collect::<Vec<Value>>()})
    }

    fn answers(&self, question_id: QuestionId, page: Page) -> Value {
        let answers = self.answers_of(question_id);
        let shown = answers[page.range(answers.len())].iter().map(|answer| {
            let photos = self.photos_of(answer.answer_id);
            let photo =
                |photo: &&PhotoRow| json!({"id": photo.photo_id.get(), "url": self.rows.texts.get(photo.url)});
            self.answer("answer_id", answer, photos.iter().map(photo).collect())
        });
        json!({
            "question": question_id.to_string(), "page": page.number(), "count": page.size(),
            "results": shown.collect::<Vec<Value>>(),
        })
    }

    fn answer(&self, id_name: &str, row: &AnswerRow, photos: Vec<Value>) -> Value {
        json!({
            id_name: row.answer_id.get(),
            "body": self.rows.texts.get(row.body),
            "date": row.written_at.to_string(),
            "answerer_name": self.rows.texts.get(row.name),
            "helpfulness": row.helpful,
            "photos": photos,
        })
    }

    fn answers_of(&self, question_id: QuestionId) -> Vec<&AnswerRow> {
        let mut answers: Vec<_> =
            self.rows.answers.iter().filter(|row| row.question_id == question_id).collect();
        answers.sort_by_key(|row| (Reverse(row.helpful), row.answer_id));
        answers
    }

    fn photos_of(&self, answer_id: AnswerId) -> Vec<&PhotoRow> {
        self.rows.photos.iter().filter(|row| row.answer_id == answer_id).collect()
    }
}
