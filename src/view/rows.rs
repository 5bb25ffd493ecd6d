//! The stored form of a view: its head, its rows of fixed width (questions, answers, photos) and
//! the text behind them, with reading and writing of single rows. Packing and editing are
//! elsewhere.

use std::cmp::Reverse;
use std::ops::Range;

use super::json;
use crate::domain::Timestamp;

/// A question or an answer: its fields, the place of its texts, and the range of its answers or
/// photos in the next section.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Row {
    pub(crate) id: u64,
    /// Milliseconds since 1970.
    pub(crate) written_at: i64,
    pub(crate) helpful: u32,
    /// The start of the body in the text. The name follows it.
    pub(crate) text_start: u32,
    /// An imported text has at most 10,000 characters, 60,000 escaped bytes, which fit into 16
    /// bits.
    pub(crate) body_length: u16,
    pub(crate) name_length: u16,
    pub(crate) first_child: u32,
    pub(crate) child_count: u32,
}

/// A photo: its id and where its URL is in the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Photo {
    pub(crate) id: u64,
    pub(crate) url_start: u32,
    pub(crate) url_length: u32,
}

/// A stored row: its fields little-endian, one after the other.
pub(crate) type PackedRow = [u8; 36];

/// A photo as it is stored.
pub(crate) type PackedPhoto = [u8; 16];

/// The order of lists: most helpful first, then the oldest id.
pub(crate) type Rank = (Reverse<u32>, u64);

/// The place of a row's votes.
pub(crate) const HELPFUL: Range<usize> = 16..20;

impl Row {
    pub(crate) fn packed(&self) -> PackedRow {
        let mut packed = [0; size_of::<PackedRow>()];
        packed[0..8].copy_from_slice(&self.id.to_le_bytes());
        packed[8..16].copy_from_slice(&self.written_at.to_le_bytes());
        packed[HELPFUL].copy_from_slice(&self.helpful.to_le_bytes());
        packed[20..24].copy_from_slice(&self.text_start.to_le_bytes());
        packed[24..26].copy_from_slice(&self.body_length.to_le_bytes());
        packed[26..28].copy_from_slice(&self.name_length.to_le_bytes());
        packed[28..32].copy_from_slice(&self.first_child.to_le_bytes());
        packed[32..36].copy_from_slice(&self.child_count.to_le_bytes());
        packed
    }

    pub(crate) fn unpacked(row: &PackedRow) -> Self {
        Self {
            id: id(row),
            written_at: i64::from_le_bytes(bytes_at::<8, 8>(row)),
            helpful: helpful(row),
            text_start: u32::from_le_bytes(bytes_at::<20, 4>(row)),
            body_length: u16::from_le_bytes(bytes_at::<24, 2>(row)),
            name_length: u16::from_le_bytes(bytes_at::<26, 2>(row)),
            first_child: u32::from_le_bytes(bytes_at::<28, 4>(row)),
            child_count: u32::from_le_bytes(bytes_at::<32, 4>(row)),
        }
    }

    pub(crate) fn rank(&self) -> Rank {
        (Reverse(self.helpful), self.id)
    }

    /// The place of body and name in the text.
    pub(crate) fn text(&self) -> Range<usize> {
        let start = self.text_start as usize;
        start..start + usize::from(self.body_length) + usize::from(self.name_length)
    }

    pub(crate) fn children(&self) -> Range<usize> {
        let first = self.first_child as usize;
        first..first + self.child_count as usize
    }
}

impl Photo {
    pub(crate) fn unpacked(photo: &PackedPhoto) -> Self {
        Self {
            id: id(photo),
            url_start: u32::from_le_bytes(bytes_at::<8, 4>(photo)),
            url_length: u32::from_le_bytes(bytes_at::<12, 4>(photo)),
        }
    }

    pub(crate) fn packed(&self) -> PackedPhoto {
        let mut packed = [0; size_of::<PackedPhoto>()];
        packed[0..8].copy_from_slice(&self.id.to_le_bytes());
        packed[8..12].copy_from_slice(&self.url_start.to_le_bytes());
        packed[12..16].copy_from_slice(&self.url_length.to_le_bytes());
        packed
    }

    /// The place of the URL in the text.
    pub(crate) fn url(&self) -> Range<usize> {
        let start = self.url_start as usize;
        start..start + self.url_length as usize
    }
}

/// The bytes from `START` on, as a number. The bounds are constants, so this is one load.
pub(crate) fn bytes_at<const START: usize, const LENGTH: usize>(packed: &[u8]) -> [u8; LENGTH] {
    *packed[START..].first_chunk().expect("a row is as long as its fields together")
}

pub(crate) fn id(packed: &[u8]) -> u64 {
    u64::from_le_bytes(bytes_at::<0, 8>(packed))
}

pub(crate) fn written_at(row: &PackedRow) -> Timestamp {
    Timestamp::nearest(i64::from_le_bytes(bytes_at::<8, 8>(row)))
}

pub(crate) fn helpful(row: &PackedRow) -> u32 {
    u32::from_le_bytes(bytes_at::<16, 4>(row))
}

pub(crate) fn rank(row: &PackedRow) -> Rank {
    (Reverse(helpful(row)), id(row))
}

pub(crate) fn children(row: &PackedRow) -> Range<usize> {
    let first = u32::from_le_bytes(bytes_at::<28, 4>(row)) as usize;
    first..first + u32::from_le_bytes(bytes_at::<32, 4>(row)) as usize
}

/// Three counts of four bytes and a fingerprint of eight.
pub(crate) const HEAD_BYTES: usize = 20;

/// The sections of a record.
pub(crate) struct Sections<'a> {
    pub(crate) questions: &'a [PackedRow],
    pub(crate) answers: &'a [PackedRow],
    pub(crate) photos: &'a [PackedPhoto],
    pub(crate) text: &'a [u8],
}

impl<'a> Sections<'a> {
    /// The body of a row, and the place of its name in the text.
    pub(crate) fn texts(&self, row: &PackedRow) -> (&'a [u8], Range<usize>) {
        let start = u32::from_le_bytes(bytes_at::<20, 4>(row)) as usize;
        let name = start + usize::from(u16::from_le_bytes(bytes_at::<24, 2>(row)));
        let end = name + usize::from(u16::from_le_bytes(bytes_at::<26, 2>(row)));
        (&self.text[start..name], name..end)
    }

    pub(crate) fn url(&self, photo: &PackedPhoto) -> &'a [u8] {
        &self.text[Photo::unpacked(photo).url()]
    }

    pub(crate) fn write_question(&self, question: &PackedRow, nested_max: usize, output: &mut Vec<u8>) {
        let (body, name) = self.texts(question);
        output.extend_from_slice(b"{\"question_id\":");
        json::write_number(id(question), output);
        output.extend_from_slice(b",\"question_body\":\"");
        output.extend_from_slice(body);
        output.extend_from_slice(b"\",\"question_date\":\"");
        output.extend_from_slice(&written_at(question).to_bytes());
        output.extend_from_slice(b"\",\"asker_name\":\"");
        json::write_short(self.text, name, output);
        output.extend_from_slice(b"\",\"question_helpfulness\":");
        json::write_number(helpful(question).into(), output);
        output.extend_from_slice(b",\"reported\":false,\"answers\":{");
        for (position, answer) in self.answers[children(question)].iter().take(nested_max).enumerate() {
            output.extend_from_slice(if position > 0 { b",\"" } else { b"\"" });
            json::write_number(id(answer), output);
            output.extend_from_slice(b"\":{\"id\":");
            json::write_number(id(answer), output);
            self.write_answer(answer, output);
            for (position, photo) in self.photos[children(answer)].iter().enumerate() {
                output.extend_from_slice(if position > 0 { b",\"" } else { b"\"" });
                output.extend_from_slice(self.url(photo));
                output.push(b'"');
            }
            output.extend_from_slice(b"]}");
        }
        output.extend_from_slice(b"}}");
    }

    /// Writes an answer as both lists have it, from behind its id to the opening of its photos.
    pub(crate) fn write_answer(&self, answer: &PackedRow, output: &mut Vec<u8>) {
        let (body, name) = self.texts(answer);
        output.extend_from_slice(b",\"body\":\"");
        output.extend_from_slice(body);
        output.extend_from_slice(b"\",\"date\":\"");
        output.extend_from_slice(&written_at(answer).to_bytes());
        output.extend_from_slice(b"\",\"answerer_name\":\"");
        json::write_short(self.text, name, output);
        output.extend_from_slice(b"\",\"helpfulness\":");
        json::write_number(helpful(answer).into(), output);
        output.extend_from_slice(b",\"photos\":[");
    }
}
