//! Fingerprints of products, and the tags of lists (the values of `ETag`), which are made from
//! them. HTTP writes and compares tags elsewhere.
//!
//! Equal rows have equal fingerprints in every process, on every store and after every start, so
//! any of several processes may answer a conditional request.
//!
//! A fingerprint is the sum of a hash of each row. It does not depend on their order, and a new row
//! or a vote costs one addition. The hash is XXH3, whose values are fixed by its specification. It
//! is not cryptographic: an author can craft texts that bring a list back to an earlier tag.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::rows::{Photo, Row, Sections};
use crate::domain::{Id as _, Page, ProductId, QuestionId};

/// The kind of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Question = 1,
    Answer = 2,
}

/// The sum of a product's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Fingerprint(u64);

/// Identifies the content of one list. Two different contents share a tag in one case in 2^64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListTag(u64);

impl ListTag {
    /// The tag of content that these numbers tell apart from all other content of this `seed`.
    pub(crate) fn of<const COUNT: usize>(numbers: [u64; COUNT], seed: u64) -> Self {
        Self(hash(numbers, seed))
    }

    /// The tag as a number.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl Fingerprint {
    /// The fingerprint of all rows of a record.
    pub(crate) fn of(sections: &Sections<'_>) -> Self {
        let mut sum = Self::default();
        for question in sections.questions.iter().map(Row::unpacked) {
            sum.add(&question, Kind::Question, 0, sections.text_of(&question), std::iter::empty());
            for answer in sections.answers[question.children()].iter().map(Row::unpacked) {
                let text = sections.text_of(&answer);
                sum.add(&answer, Kind::Answer, question.id, text, sections.photos_of(&answer));
            }
        }
        sum
    }

    /// Adds a row. `question_id` is the question of an answer; photos are ids and addresses.
    pub(crate) fn add<'a>(
        &mut self,
        row: &Row,
        kind: Kind,
        question_id: u64,
        text: &[u8],
        photos: impl Iterator<Item = (u64, &'a [u8])>,
    ) {
        self.0 = self.0.wrapping_add(content(row, kind, question_id, text, photos));
        self.0 = self.0.wrapping_add(votes(kind, row.id, row.helpful));
    }

    /// Subtracts a row.
    /// Replaces the number of a row's votes.
    pub(crate) fn raise(&mut self, kind: Kind, id: u64, from: u32, to: u32) {
        self.0 = self.0.wrapping_sub(votes(kind, id, from)).wrapping_add(votes(kind, id, to));
    }

    pub(crate) fn to_bytes(self) -> [u8; 8] {
        self.0.to_le_bytes()
    }

    pub(crate) fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u64::from_le_bytes(bytes))
    }

    /// The tag of a page of the questions list.
    pub(crate) fn questions_tag(self, product_id: ProductId, page: Page, nested_max: usize) -> ListTag {
        self.tag(Kind::Question, product_id.get(), page, nested_max as u64)
    }

    /// The tag of a page of a question's answers list.
    pub(crate) fn answers_tag(self, question_id: QuestionId, page: Page) -> ListTag {
        self.tag(Kind::Answer, question_id.get(), page, 0)
    }

    fn tag(self, kind: Kind, id: u64, page: Page, nested_max: u64) -> ListTag {
        let size_and_kind = u64::from(page.size()) << 8 | kind as u64;
        ListTag(hash([self.0, id, page.number(), size_and_kind, nested_max], 0))
    }
}

impl<'a> Sections<'a> {
    /// Body and name of a row as one text.
    pub(crate) fn text_of(&self, row: &Row) -> &'a [u8] {
        &self.text[row.text()]
    }

    /// Ids and addresses of an answer's photos.
    pub(crate) fn photos_of(&self, answer: &Row) -> impl Iterator<Item = (u64, &'a [u8])> {
        let text = self.text;
        let photos = self.photos[answer.children()].iter().map(Photo::unpacked);
        photos.map(move |photo| (photo.id, &text[photo.url()]))
    }
}

/// The hash of all of a row but its votes. Body and name are one text; the body's length separates
/// them.
fn content<'a>(
    row: &Row,
    kind: Kind,
    question_id: u64,
    text: &[u8],
    photos: impl Iterator<Item = (u64, &'a [u8])>,
) -> u64 {
    let text = xxh3_64_with_seed(text, row.body_length.into());
    let photos = photos.fold(0, |all, (id, url)| hash([all, id, xxh3_64(url)], 0));
    hash([row.id, row.written_at.cast_unsigned(), question_id, text, photos], kind as u64)
}

fn votes(kind: Kind, id: u64, helpful: u32) -> u64 {
    hash([id, helpful.into()], kind as u64)
}

/// The hash of some numbers.
pub(crate) fn hash<const COUNT: usize>(numbers: [u64; COUNT], seed: u64) -> u64 {
    xxh3_64_with_seed(numbers.map(u64::to_le_bytes).as_flattened(), seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: u64, size: u64) -> Page {
        Page::new(number, size, 1_000)
    }

    #[test]
    fn tags_are_the_same_everywhere_and_for_ever() {
        let product_id = ProductId::new(7).expect("in range");
        let tag = Fingerprint(12_345).questions_tag(product_id, page(1, 5), 1_000);
        assert_eq!(
            tag.number(),
            10_461_672_956_769_136_290,
            "a change makes every cache ask for every list again"
        );
    }

    #[test]
    fn everything_that_changes_a_list_changes_its_tag() {
        let product_id = |id| ProductId::new(id).expect("in range");
        let question_id = QuestionId::new(7).expect("in range");
        let (one, other) = (Fingerprint(0), Fingerprint(1));
        let tags = [
            one.questions_tag(product_id(7), page(1, 5), 1_000),
            other.questions_tag(product_id(7), page(1, 5), 1_000),
            one.questions_tag(product_id(8), page(1, 5), 1_000),
            one.questions_tag(product_id(7), page(2, 5), 1_000),
            one.questions_tag(product_id(7), page(1, 6), 1_000),
            one.questions_tag(product_id(7), page(1, 5), 0),
            one.answers_tag(question_id, page(1, 5)),
            other.answers_tag(question_id, page(1, 5)),
            one.questions_tag(product_id(7), page(1, 5), 0),
        ];
        let different: std::collections::HashSet<ListTag> = tags.into_iter().collect();
        assert_eq!(different.len(), tags.len() - 1, "the last is there already");
    }
}
