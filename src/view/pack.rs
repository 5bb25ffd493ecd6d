//! Makes the bytes of a view from a product's rows: sorts rows into list order, escapes texts and
//! lays both out. The layout is described in the parent module. No view is read here.

use super::json;
use super::rows::{HEAD_BYTES, PackedPhoto, PackedRow, Photo, Row};
use crate::domain::{AnswerRow, Id, PhotoRow, ProductRows, QuestionRow, Span};

/// Packs a product's rows into a view's record. Its fingerprint is still to be set.
pub(crate) fn pack(rows: &ProductRows) -> Box<[u8]> {
    let questions = questions_in_order(rows);
    let answers = answers_in_order(rows, &questions);
    let photos = photos_in_order(rows, &answers);
    let text_start = HEAD_BYTES
        + (questions.len() + answers.len()) * size_of::<PackedRow>()
        + photos.len() * size_of::<PackedPhoto>();
    let mut record = Record { rows, text_start, bytes: Vec::new() };
    // A few bytes in a hundred are escapes.
    record.bytes.reserve(text_start + rows.texts.bytes() + rows.texts.bytes() / 32);
    for count in [questions.len(), answers.len(), photos.len()] {
        record.bytes.extend_from_slice(&narrow(count).to_le_bytes());
    }
    record.bytes.resize(text_start, 0);
    record.write(&questions, &answers, &photos);
    // A copy of the exact size. A shortened vector would leave a tenth of the memory of a million
    // products unused.
    Box::from(record.bytes.as_slice())
}

/// A child and the position of its parent in the list order of parents.
type Placed<'a, T> = (u32, &'a T);

fn questions_in_order(rows: &ProductRows) -> Vec<&QuestionRow> {
    let mut questions: Vec<&QuestionRow> = rows.questions.iter().collect();
    questions.sort_unstable_by_key(|row| (std::cmp::Reverse(row.helpful), row.question_id));
    questions
}

/// The answers, question by question, best first.
fn answers_in_order<'a>(rows: &'a ProductRows, questions: &[&QuestionRow]) -> Vec<Placed<'a, AnswerRow>> {
    let places = Places::new(questions.iter().map(|row| row.question_id.get()));
    let placed = rows.answers.iter().filter_map(|row| Some((places.find(row.question_id.get())?, row)));
    let mut answers: Vec<Placed<'a, AnswerRow>> = placed.collect();
    answers.sort_unstable_by_key(|(place, row)| (*place, std::cmp::Reverse(row.helpful), row.answer_id));
    answers
}

/// The photos, answer by answer in the order of their ids.
fn photos_in_order<'a>(
    rows: &'a ProductRows,
    answers: &[Placed<'_, AnswerRow>],
) -> Vec<Placed<'a, PhotoRow>> {
    if rows.photos.is_empty() {
        return Vec::new();
    }
    let places = Places::new(answers.iter().map(|(_, row)| row.answer_id.get()));
    let placed = rows.photos.iter().filter_map(|row| Some((places.find(row.answer_id.get())?, row)));
    let mut photos: Vec<Placed<'a, PhotoRow>> = placed.collect();
    photos.sort_unstable_by_key(|(place, row)| (*place, row.photo_id));
    photos
}

/// A record being written: room for the rows, and the text that grows behind it.
struct Record<'a> {
    rows: &'a ProductRows,
    text_start: usize,
    bytes: Vec<u8>,
}

impl Record<'_> {
    /// Writes rows and texts in the order in which a page shows them.
    fn write(
        &mut self,
        questions: &[&QuestionRow],
        answers: &[Placed<'_, AnswerRow>],
        photos: &[Placed<'_, PhotoRow>],
    ) {
        let first_answer_at = HEAD_BYTES + questions.len() * size_of::<PackedRow>();
        let first_photo_at = first_answer_at + answers.len() * size_of::<PackedRow>();
        let (mut next_answer, mut next_photo) = (0, 0);
        for (question_place, question) in (0u32..).zip(questions) {
            let mut row = self.row(question.question_id.get(), question.body, question.name);
            row.written_at = question.written_at.milliseconds();
            row.helpful = question.helpful;
            row.first_child = narrow(next_answer);
            while let Some((_, answer)) =
                answers.get(next_answer).filter(|(place, _)| *place == question_place)
            {
                let mut row = self.row(answer.answer_id.get(), answer.body, answer.name);
                row.written_at = answer.written_at.milliseconds();
                row.helpful = answer.helpful;
                row.first_child = narrow(next_photo);
                let answer_place = narrow(next_answer);
                while let Some((_, photo)) =
                    photos.get(next_photo).filter(|(place, _)| *place == answer_place)
                {
                    let (url_start, url_length) = self.keep_url(photo.url);
                    let packed = Photo { id: photo.photo_id.get(), url_start, url_length }.packed();
                    self.put(first_photo_at + next_photo * packed.len(), &packed);
                    next_photo += 1;
                }
                row.child_count = narrow(next_photo) - row.first_child;
                let packed = row.packed();
                self.put(first_answer_at + next_answer * packed.len(), &packed);
                next_answer += 1;
            }
            row.child_count = narrow(next_answer) - row.first_child;
            let packed = row.packed();
            self.put(HEAD_BYTES + question_place as usize * packed.len(), &packed);
        }
    }

    fn put(&mut self, at: usize, packed: &[u8]) {
        self.bytes[at..at + packed.len()].copy_from_slice(packed);
    }

    /// A row whose texts are stored and whose other fields are still to be set.
    fn row(&mut self, id: u64, body: Span, name: Span) -> Row {
        let text_start = self.position();
        let body_length = keep(self.rows.texts.get(body), &mut self.bytes);
        let name_length = keep(self.rows.texts.get(name), &mut self.bytes);
        Row { id, text_start, body_length, name_length, ..Row::default() }
    }

    fn keep_url(&mut self, url: Span) -> (u32, u32) {
        let start = self.position();
        json::escape(self.rows.texts.get(url), &mut self.bytes);
        (start, self.position() - start)
    }

    /// Where the next text begins.
    fn position(&self) -> u32 {
        narrow(self.bytes.len() - self.text_start)
    }
}

/// Appends an escaped text and returns its length. This service writes no text that is too long for
/// 16 bits; such a text is cut at the end of a character rather than shown under a wrong length.
pub(crate) fn keep(text: &str, bytes: &mut Vec<u8>) -> u16 {
    let start = bytes.len();
    json::escape(text, bytes);
    if let Ok(length) = u16::try_from(bytes.len() - start) {
        return length;
    }
    bytes.truncate(start);
    let longest_prefix = text.floor_char_boundary(usize::from(u16::MAX) / json::MAX_ESCAPED_BYTES_PER_BYTE);
    json::escape(&text[..longest_prefix], bytes);
    u16::try_from(bytes.len() - start).unwrap_or(0)
}

pub(crate) fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("the rows and texts of one product stay below 4 GiB")
}

/// The place of each id in a list. A sorted vector: products are small, and a hash map costs more
/// to fill than it saves.
pub(crate) struct Places(Vec<(u64, u32)>);

impl Places {
    pub(crate) fn new(ids: impl Iterator<Item = u64>) -> Self {
        let mut places: Vec<(u64, u32)> = ids.zip(0u32..).collect();
        places.sort_unstable();
        Self(places)
    }

    pub(crate) fn find(&self, id: u64) -> Option<u32> {
        self.0.binary_search_by_key(&id, |&(id, _)| id).ok().map(|position| self.0[position].1)
    }
}
