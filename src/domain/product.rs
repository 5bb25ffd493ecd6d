//! One product's public rows as a store hands them over: rows of fixed width and one shared text
//! buffer, so that a product takes four allocations with any number of rows. Deliberately absent:
//! their layout in memory for requests (`view`).

use super::{AnswerId, PhotoId, ProductId, QuestionId, Timestamp};

/// A piece of a shared text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    start: u32,
    length: u32,
}

impl Span {
    /// Both numbers in one.
    pub fn to_bits(self) -> u64 {
        u64::from(self.start) << 32 | u64::from(self.length)
    }

    /// The span that [`to_bits`](Self::to_bits) was made of.
    pub fn from_bits(bits: u64) -> Self {
        let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0);
        Self { start: half(bits >> 32), length: half(bits) }
    }
}

/// Many texts in one buffer, each known by its [`Span`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(String);

impl Texts {
    /// A buffer with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// Appends a text, and returns its place.
    ///
    /// # Panics
    /// When the texts together pass 4 GiB. Callers stay far below.
    pub fn keep(&mut self, text: &str) -> Span {
        let start = u32::try_from(self.0.len()).expect("texts collected together stay below 4 GiB");
        let length = u32::try_from(text.len()).expect("a single text stays below 4 GiB");
        self.0.push_str(text);
        Span { start, length }
    }

    /// The text of a span that [`keep`](Self::keep) of this buffer gave out.
    pub fn get(&self, span: Span) -> &str {
        let start = span.start as usize;
        &self.0[start..start + span.length as usize]
    }

    /// Forgets all texts. No span of before means anything then.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Bytes of all texts together.
    pub fn bytes(&self) -> usize {
        self.0.len()
    }
}

/// A visible question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuestionRow {
    /// Its id.
    pub question_id: QuestionId,
    /// When it was written.
    pub written_at: Timestamp,
    /// How many found it helpful.
    pub helpful: u32,
    /// Its text.
    pub body: Span,
    /// The asker's name.
    pub name: Span,
}

/// A visible answer to a visible question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerRow {
    /// Its id.
    pub answer_id: AnswerId,
    /// The question that it answers.
    pub question_id: QuestionId,
    /// When it was given.
    pub written_at: Timestamp,
    /// How many found it helpful.
    pub helpful: u32,
    /// Its text.
    pub body: Span,
    /// The answerer's name.
    pub name: Span,
}

/// A photo of a visible answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoRow {
    /// Its id.
    pub photo_id: PhotoId,
    /// The answer that it belongs to.
    pub answer_id: AnswerId,
    /// Where the picture is.
    pub url: Span,
}

/// All public rows of one product, in no particular order. Readers ignore rows whose parent is not
/// there: a store may hand over the answers of a reported question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRows {
    /// The product.
    pub product_id: ProductId,
    /// Its visible questions.
    pub questions: Vec<QuestionRow>,
    /// Their visible answers.
    pub answers: Vec<AnswerRow>,
    /// The photos of those.
    pub photos: Vec<PhotoRow>,
    /// The texts that the rows' spans point into.
    pub texts: Texts,
}

impl ProductRows {
    /// A product without rows.
    pub fn new(product_id: ProductId) -> Self {
        Self {
            product_id,
            questions: Vec::new(),
            answers: Vec::new(),
            photos: Vec::new(),
            texts: Texts::default(),
        }
    }
}
