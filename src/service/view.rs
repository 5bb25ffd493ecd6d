//! A view: one product's public rows, packed so that any page of either list is written from it in a
//! microsecond or two. Strings are kept JSON-escaped in one buffer; ids, dates and counters at fixed width;
//! rows in list order. Nothing rendered is kept. Which views exist is `views`' business.

use std::cmp::Reverse;

use parking_lot::RwLock;

use super::json;
use crate::domain::{AnswerId, Id, Page, ProductId, ProductRows, QuestionId, Timestamp};

/// One product's public rows in list order.
#[derive(Debug)]
pub struct View {
    product_id: ProductId,
    /// Escaped body and name of each row, and the photos' URLs.
    text: Box<[u8]>,
    /// Votes change counters and order in place; nothing else ever changes.
    rows: RwLock<Rows>,
}

#[derive(Debug)]
struct Rows {
    questions: Box<[Question]>,
    /// The answers of each question, one question after the other.
    answers: Box<[Answer]>,
    photos: Box<[Photo]>,
}

// `packed(4)`: a million products hold ten million of these, and four bytes each are 40 MB.
#[derive(Debug, Clone, Copy)]
#[repr(C, packed(4))]
struct Question {
    question_id: u64,
    written_at: Timestamp,
    helpful: u32,
    text: Text,
    first_answer: u32,
    answer_count: u32,
}

#[derive(Debug, Clone, Copy)]
#[repr(C, packed(4))]
struct Answer {
    answer_id: u64,
    written_at: Timestamp,
    helpful: u32,
    text: Text,
    first_photo: u32,
    photo_count: u32,
}

#[derive(Debug, Clone, Copy)]
#[repr(C, packed(4))]
struct Photo {
    photo_id: u64,
    start: u32,
    length: u32,
}

/// A body with the name right behind it. An import's 10,000 characters are at most 60,000 escaped bytes, so
/// 16 bits hold either length.
#[derive(Debug, Clone, Copy)]
#[repr(C, packed(4))]
struct Text {
    start: u32,
    body_length: u16,
    name_length: u16,
}

/// Lists are ordered by this: most helpful first, then the oldest id.
type Rank = (Reverse<u32>, u64);

impl Question {
    fn rank(&self) -> Rank {
        (Reverse(self.helpful), self.question_id)
    }

    fn answers(&self) -> std::ops::Range<usize> {
        let first = self.first_answer as usize;
        first..first + self.answer_count as usize
    }
}

impl Answer {
    fn rank(&self) -> Rank {
        (Reverse(self.helpful), self.answer_id)
    }

    fn photos(&self) -> std::ops::Range<usize> {
        let first = self.first_photo as usize;
        first..first + self.photo_count as usize
    }
}

impl View {
    /// Packs a product's rows. Answers whose question is not among them are left out (it was reported), and
    /// so are photos without their answer.
    pub fn pack(rows: &ProductRows) -> Self {
        Packer::new(rows).pack()
    }

    /// The product.
    pub fn product_id(&self) -> ProductId {
        self.product_id
    }

    /// Bytes that this view takes, allocations included.
    pub fn bytes(&self) -> usize {
        let rows = self.rows.read();
        size_of::<Self>()
            + self.text.len()
            + size_of_val(&*rows.questions)
            + size_of_val(&*rows.answers)
            + size_of_val(&*rows.photos)
    }

    /// The ids of its questions.
    pub fn question_ids(&self) -> Vec<QuestionId> {
        self.rows.read().questions.iter().filter_map(|row| QuestionId::new(row.question_id).ok()).collect()
    }

    /// Appends a page of the questions list, at most `nested_max` answers with each question.
    pub fn write_questions(&self, page: Page, nested_max: usize, output: &mut Vec<u8>) {
        let rows = self.rows.read();
        output.extend_from_slice(b"{\"product_id\":\"");
        json::write_number(self.product_id.get(), output);
        output.extend_from_slice(b"\",\"results\":[");
        for (position, question) in rows.questions[page.range(rows.questions.len())].iter().enumerate() {
            if position > 0 {
                output.push(b',');
            }
            self.write_question(&rows, question, nested_max, output);
        }
        output.extend_from_slice(b"]}");
    }

    fn write_question(&self, rows: &Rows, question: &Question, nested_max: usize, output: &mut Vec<u8>) {
        let (body, name) = self.texts(question.text);
        output.extend_from_slice(b"{\"question_id\":");
        json::write_number(question.question_id, output);
        output.extend_from_slice(b",\"question_body\":\"");
        output.extend_from_slice(body);
        output.extend_from_slice(b"\",\"question_date\":\"");
        { question.written_at }.write_to(output);
        output.extend_from_slice(b"\",\"asker_name\":\"");
        output.extend_from_slice(name);
        output.extend_from_slice(b"\",\"question_helpfulness\":");
        json::write_number(question.helpful.into(), output);
        output.extend_from_slice(b",\"reported\":false,\"answers\":{");
        for (position, answer) in rows.answers[question.answers()].iter().take(nested_max).enumerate() {
            output.extend_from_slice(if position > 0 { b",\"" } else { b"\"" });
            json::write_number(answer.answer_id, output);
            output.extend_from_slice(b"\":{\"id\":");
            self.write_answer(answer, output);
            for (position, photo) in rows.photos[answer.photos()].iter().enumerate() {
                output.extend_from_slice(if position > 0 { b",\"" } else { b"\"" });
                output.extend_from_slice(self.url(photo));
                output.push(b'"');
            }
            output.extend_from_slice(b"]}");
        }
        output.extend_from_slice(b"}}");
    }

    /// Appends a page of a question's answers list; an empty one when the question is not in the view.
    pub fn write_answers(&self, question_id: QuestionId, page: Page, output: &mut Vec<u8>) {
        let rows = self.rows.read();
        json::begin_answers(question_id, page, output);
        let answers = match rows.questions.iter().find(|row| row.question_id == question_id.get()) {
            Some(question) => &rows.answers[question.answers()],
            None => &[],
        };
        for (position, answer) in answers[page.range(answers.len())].iter().enumerate() {
            if position > 0 {
                output.push(b',');
            }
            output.extend_from_slice(b"{\"answer_id\":");
            self.write_answer(answer, output);
            for (position, photo) in rows.photos[answer.photos()].iter().enumerate() {
                output.extend_from_slice(if position > 0 { b",{\"id\":" } else { b"{\"id\":" });
                json::write_number(photo.photo_id, output);
                output.extend_from_slice(b",\"url\":\"");
                output.extend_from_slice(self.url(photo));
                output.extend_from_slice(b"\"}");
            }
            output.extend_from_slice(b"]}");
        }
        output.extend_from_slice(b"]}");
    }

    /// What both lists say of an answer, from its id to the opening of its photos.
    fn write_answer(&self, answer: &Answer, output: &mut Vec<u8>) {
        let (body, name) = self.texts(answer.text);
        json::write_number(answer.answer_id, output);
        output.extend_from_slice(b",\"body\":\"");
        output.extend_from_slice(body);
        output.extend_from_slice(b"\",\"date\":\"");
        { answer.written_at }.write_to(output);
        output.extend_from_slice(b"\",\"answerer_name\":\"");
        output.extend_from_slice(name);
        output.extend_from_slice(b"\",\"helpfulness\":");
        json::write_number(answer.helpful.into(), output);
        output.extend_from_slice(b",\"photos\":[");
    }

    /// Takes over a question's votes and moves it to its place in the list. Counters only ever grow, so
    /// news that comes late or twice changes nothing.
    pub fn raise_question(&self, question_id: QuestionId, helpful: u32) {
        let mut rows = self.rows.write();
        let questions = &mut rows.questions;
        if let Some(position) = questions.iter().position(|row| row.question_id == question_id.get())
            && questions[position].helpful < helpful
        {
            questions[position].helpful = helpful;
            let rank = questions[position].rank();
            let new_position = questions[..position].partition_point(|row| row.rank() < rank);
            questions[new_position..=position].rotate_right(1);
        }
    }

    /// Takes over an answer's votes and moves it to its place among its question's answers.
    pub fn raise_answer(&self, answer_id: AnswerId, helpful: u32) {
        let mut rows = self.rows.write();
        let Rows { questions, answers, .. } = &mut *rows;
        let Some(position) = answers.iter().position(|row| row.answer_id == answer_id.get()) else { return };
        if answers[position].helpful >= helpful {
            return;
        }
        answers[position].helpful = helpful;
        let rank = answers[position].rank();
        let siblings = questions.iter().map(Question::answers).find(|range| range.contains(&position));
        let first = siblings.map_or(position, |range| range.start);
        let new_position = first + answers[first..position].partition_point(|row| row.rank() < rank);
        answers[new_position..=position].rotate_right(1);
    }

    fn texts(&self, text: Text) -> (&[u8], &[u8]) {
        let start = text.start as usize;
        let name = start + usize::from(text.body_length);
        (&self.text[start..name], &self.text[name..name + usize::from(text.name_length)])
    }

    fn url(&self, photo: &Photo) -> &[u8] {
        let start = photo.start as usize;
        &self.text[start..start + photo.length as usize]
    }
}

/// Puts rows into list order and texts into one buffer.
struct Packer<'a> {
    rows: &'a ProductRows,
    text: Vec<u8>,
}

impl<'a> Packer<'a> {
    fn new(rows: &'a ProductRows) -> Self {
        // A few bytes in a hundred are escapes; the buffer is cut to size at the end.
        Self { rows, text: Vec::with_capacity(rows.texts.bytes() + rows.texts.bytes() / 32) }
    }

    fn pack(mut self) -> View {
        let mut questions = self.questions();
        let answers = self.answers(&mut questions);
        let (answers, photos) = self.photos(answers);
        View {
            product_id: self.rows.product_id,
            text: exactly(&self.text),
            rows: RwLock::new(Rows {
                questions: exactly(&questions),
                answers: exactly(&answers),
                photos: exactly(&photos),
            }),
        }
    }

    fn questions(&mut self) -> Vec<Question> {
        let rows = self.rows;
        let mut questions: Vec<Question> = rows
            .questions
            .iter()
            .map(|row| Question {
                question_id: row.question_id.get(),
                written_at: row.written_at,
                helpful: row.helpful,
                text: self.keep(rows.texts.get(row.body), rows.texts.get(row.name)),
                first_answer: 0,
                answer_count: 0,
            })
            .collect();
        questions.sort_unstable_by_key(Question::rank);
        questions
    }

    /// The answers, question by question, best first; tells each question where its answers are.
    fn answers(&mut self, questions: &mut [Question]) -> Vec<Answer> {
        let rows = self.rows;
        let places = Places::new(questions.iter().map(|row| row.question_id));
        let mut placed: Vec<(u32, Answer)> = Vec::with_capacity(rows.answers.len());
        for row in &rows.answers {
            let Some(place) = places.find(row.question_id.get()) else { continue };
            let text = self.keep(rows.texts.get(row.body), rows.texts.get(row.name));
            let answer = Answer {
                answer_id: row.answer_id.get(),
                written_at: row.written_at,
                helpful: row.helpful,
                text,
                first_photo: 0,
                photo_count: 0,
            };
            placed.push((place, answer));
            questions[place as usize].answer_count += 1;
        }
        placed.sort_unstable_by_key(|(place, answer)| (*place, answer.rank()));
        let mut first_answer = 0;
        for question in questions {
            question.first_answer = first_answer;
            first_answer += question.answer_count;
        }
        placed.into_iter().map(|(_, answer)| answer).collect()
    }

    /// The photos, answer by answer in id order; tells each answer where its photos are.
    fn photos(&mut self, mut answers: Vec<Answer>) -> (Vec<Answer>, Vec<Photo>) {
        let rows = self.rows;
        if rows.photos.is_empty() {
            return (answers, Vec::new());
        }
        let places = Places::new(answers.iter().map(|row| row.answer_id));
        let mut placed: Vec<(u32, Photo)> = Vec::with_capacity(rows.photos.len());
        for row in &rows.photos {
            let Some(place) = places.find(row.answer_id.get()) else { continue };
            let start = self.position();
            json::escape(rows.texts.get(row.url), &mut self.text);
            placed.push((
                place,
                Photo { photo_id: row.photo_id.get(), start, length: self.position() - start },
            ));
            answers[place as usize].photo_count += 1;
        }
        placed.sort_unstable_by_key(|(place, photo)| (*place, photo.photo_id));
        let mut first_photo = 0;
        for answer in &mut answers {
            answer.first_photo = first_photo;
            first_photo += answer.photo_count;
        }
        (answers, placed.into_iter().map(|(_, photo)| photo).collect())
    }

    fn keep(&mut self, body: &str, name: &str) -> Text {
        let start = self.position();
        let body_length = self.escape(body);
        let name_length = self.escape(name);
        Text { start, body_length, name_length }
    }

    /// Escapes a text into the buffer. A text too long for its 16 bits was not written by this service: it
    /// is cut at a character's end rather than shown under a wrong length.
    fn escape(&mut self, text: &str) -> u16 {
        let start = self.text.len();
        json::escape(text, &mut self.text);
        if let Ok(length) = u16::try_from(self.text.len() - start) {
            return length;
        }
        self.text.truncate(start);
        let longest_prefix =
            text.floor_char_boundary(usize::from(u16::MAX) / json::MAX_ESCAPED_BYTES_PER_BYTE);
        json::escape(&text[..longest_prefix], &mut self.text);
        u16::try_from(self.text.len() - start).unwrap_or(0)
    }

    fn position(&self) -> u32 {
        u32::try_from(self.text.len()).expect("the escaped texts of one product stay below 4 GiB")
    }
}

/// A copy in an allocation of its own size. Cutting a longer one to size leaves the rest of it unused, which is a
/// tenth of the memory of a million products.
fn exactly<T: Copy>(rows: &[T]) -> Box<[T]> {
    Box::from(rows)
}

/// Where each id stands in a list. A sorted vector: products are small, and a hash map costs more to fill
/// than it saves.
struct Places(Vec<(u64, u32)>);

impl Places {
    fn new(ids: impl Iterator<Item = u64>) -> Self {
        let mut places: Vec<(u64, u32)> = ids.zip(0u32..).collect();
        places.sort_unstable();
        Self(places)
    }

    fn find(&self, id: u64) -> Option<u32> {
        self.0.binary_search_by_key(&id, |&(id, _)| id).ok().map(|position| self.0[position].1)
    }
}
