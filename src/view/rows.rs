//! The rows of a view as they are stored: questions, answers and photos, of fixed width. Where they are and what is made of them
//! is `view`'s.

use std::cmp::Reverse;
use std::ops::Range;

use crate::domain::Timestamp;

/// A question or an answer: its own fields, where its texts are, and which rows of the next section are its
/// answers or photos.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Row {
    pub(crate) id: u64,
    /// Milliseconds since 1970.
    pub(crate) written_at: i64,
    pub(crate) helpful: u32,
    /// Where the body is in the text; the name is right behind it.
    pub(crate) text_start: u32,
    /// An import's 10,000 characters are at most 60,000 escaped bytes, so 16 bits hold either length.
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

/// A row as it is stored: its fields little-endian, one behind the other.
pub(crate) type PackedRow = [u8; 36];

/// A photo as it is stored.
pub(crate) type PackedPhoto = [u8; 16];

/// Lists are ordered by this: most helpful first, then the oldest id.
pub(crate) type Rank = (Reverse<u32>, u64);

/// Where a row's votes are.
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

    /// Where body and name are.
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

    /// Where its URL is.
    pub(crate) fn url(&self) -> Range<usize> {
        let start = self.url_start as usize;
        start..start + self.url_length as usize
    }
}

/// The bytes from `START` on, as a number's. The bounds are constants, so this is one load.
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
