//! The stored form of reviews: the head, and reading and writing of single rows of fixed width.
//! Packing and editing are elsewhere.

use std::cmp::Reverse;
use std::ops::Range;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::domain::CHARACTERISTICS;
use crate::view::fingerprint::hash;
use crate::view::pool::TextPool;
use crate::view::rows::{PackedPhoto, Photo};

/// Seeds of hashes. Questions use 1 and 2, tags of reviews 3 and 4.
const REVIEW_SEED: u64 = 5;
const VOTES_SEED: u64 = 6;
const CHARACTERISTIC_SEED: u64 = 7;

/// The places of the parts of the head: three numbers of rows, a fingerprint, how often each number
/// of stars was given, how often the product was recommended or not.
pub(super) const COUNTS: usize = 0;
pub(super) const FINGERPRINT: usize = 12;
pub(super) const STARS: usize = 20;
pub(super) const RECOMMENDED: usize = 40;
pub(super) const HEAD_BYTES: usize = 48;

/// The length of a photo's address that stands for a number in the pool.
const POOLED: u32 = u32::MAX;

/// The length of a characteristic's name that stands for a number in [`CHARACTERISTICS`].
const COMMON_NAME: u16 = u16::MAX;

/// A review: its fields, the place of its texts and the range of its photos.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Review {
    pub(super) id: u64,
    /// Milliseconds since 1970.
    pub(super) written_at: i64,
    pub(super) helpful: u32,
    /// The start of the summary in the text. Response, body and name follow it.
    pub(super) text_start: u32,
    pub(super) summary_length: u16,
    pub(super) response_length: u16,
    pub(super) body_length: u16,
    pub(super) name_length: u16,
    pub(super) first_photo: u32,
    pub(super) photo_count: u16,
    pub(super) rating: u8,
    pub(super) recommend: bool,
    pub(super) has_response: bool,
}

/// A stored review: its fields little-endian, one after the other.
pub(super) type PackedReview = [u8; 39];

/// The position of a review, as it is stored.
pub(super) type PackedIndex = [u8; 4];

/// A stored characteristic: id, stars, ratings, and the place and length of its name.
pub(super) type PackedCharacteristic = [u8; 30];

/// The place of a review's votes.
const HELPFUL: usize = 16;

const RATING_BITS: u8 = 0b111;
const RECOMMEND_BIT: u8 = 0b1000;
const RESPONSE_BIT: u8 = 0b1_0000;

impl Review {
    pub(super) fn packed(&self) -> PackedReview {
        let mut packed = [0; size_of::<PackedReview>()];
        packed[0..8].copy_from_slice(&self.id.to_le_bytes());
        packed[8..16].copy_from_slice(&self.written_at.to_le_bytes());
        packed[16..20].copy_from_slice(&self.helpful.to_le_bytes());
        packed[20..24].copy_from_slice(&self.text_start.to_le_bytes());
        packed[24..26].copy_from_slice(&self.summary_length.to_le_bytes());
        packed[26..28].copy_from_slice(&self.response_length.to_le_bytes());
        packed[28..30].copy_from_slice(&self.body_length.to_le_bytes());
        packed[30..32].copy_from_slice(&self.name_length.to_le_bytes());
        packed[32..36].copy_from_slice(&self.first_photo.to_le_bytes());
        packed[36..38].copy_from_slice(&self.photo_count.to_le_bytes());
        packed[38] = self.flags();
        packed
    }

    pub(super) fn unpacked(row: &PackedReview) -> Self {
        let flags = row[38];
        Self {
            id: id(row),
            written_at: i64::from_le_bytes(array_at(row, 8)),
            helpful: helpful(row),
            text_start: u32::from_le_bytes(array_at(row, 20)),
            summary_length: u16::from_le_bytes(array_at(row, 24)),
            response_length: u16::from_le_bytes(array_at(row, 26)),
            body_length: u16::from_le_bytes(array_at(row, 28)),
            name_length: u16::from_le_bytes(array_at(row, 30)),
            first_photo: u32::from_le_bytes(array_at(row, 32)),
            photo_count: u16::from_le_bytes(array_at(row, 36)),
            rating: flags & RATING_BITS,
            recommend: flags & RECOMMEND_BIT != 0,
            has_response: flags & RESPONSE_BIT != 0,
        }
    }

    fn flags(&self) -> u8 {
        let flag = |is_set, bit| if is_set { bit } else { 0 };
        self.rating | flag(self.recommend, RECOMMEND_BIT) | flag(self.has_response, RESPONSE_BIT)
    }

    /// The place of its texts.
    pub(super) fn text(&self) -> Range<usize> {
        let [_, _, _, name] = self.texts();
        self.text_start as usize..name.end
    }

    /// The places of summary, response, body and name.
    pub(super) fn texts(&self) -> [Range<usize>; 4] {
        let summary = self.text_start as usize;
        let response = summary + usize::from(self.summary_length);
        let body = response + usize::from(self.response_length);
        let name = body + usize::from(self.body_length);
        [summary..response, response..body, body..name, name..name + usize::from(self.name_length)]
    }

    pub(super) fn photos(&self) -> Range<usize> {
        let first = self.first_photo as usize;
        first..first + usize::from(self.photo_count)
    }

    /// The hash of all but its votes. `text` are all its texts; their lengths separate them.
    /// `photos` is what [`photos_hash`] makes of its photos.
    pub(super) fn content_hash(&self, text: &[u8], photos: u64) -> u64 {
        let lengths = [self.summary_length, self.response_length, self.body_length, self.name_length];
        let lengths = lengths.iter().fold(0, |all, &length| all << 16 | u64::from(length));
        let text = xxh3_64_with_seed(text, lengths);
        let numbers = [self.id, self.written_at.cast_unsigned(), self.flags().into(), text, photos];
        hash(numbers, REVIEW_SEED)
    }
}

/// The hash of a review's votes.
pub(super) fn votes_hash(id: u64, helpful: u32) -> u64 {
    hash([id, helpful.into()], VOTES_SEED)
}

/// The hash of photos: ids and addresses in order.
pub(super) fn photos_hash<'a>(photos: impl Iterator<Item = (u64, &'a [u8])>) -> u64 {
    photos.fold(0, |all, (id, url)| hash([all, id, xxh3_64(url)], REVIEW_SEED))
}

pub(super) fn id(row: &PackedReview) -> u64 {
    u64::from_le_bytes(array_at(row, 0))
}

pub(super) fn helpful(row: &PackedReview) -> u32 {
    u32::from_le_bytes(array_at(row, HELPFUL))
}

pub(super) fn set_helpful(row: &mut PackedReview, helpful: u32) {
    row[HELPFUL..HELPFUL + 4].copy_from_slice(&helpful.to_le_bytes());
}

/// The default order.
pub(super) fn rank(row: &PackedReview) -> impl Ord + use<> {
    (Reverse(helpful(row)), id(row))
}

/// The order `relevant`.
pub(super) fn relevance(row: &PackedReview) -> impl Ord + use<> {
    (Reverse(helpful(row)), newness(row))
}

/// The order `newest`.
pub(super) fn newness(row: &PackedReview) -> impl Ord + use<> {
    (Reverse(i64::from_le_bytes(array_at(row, 8))), Reverse(id(row)))
}

/// A photo whose address is a text of the pool.
pub(super) fn pooled_photo(id: u64, number: u32) -> PackedPhoto {
    Photo { id, url_start: number, url_length: POOLED }.packed()
}

/// A characteristic with its sums.
#[derive(Debug, Clone, Copy)]
pub(super) struct Characteristic {
    pub(super) id: u64,
    pub(super) stars: u64,
    pub(super) ratings: u64,
    /// The start of its name in the text, or its place in [`CHARACTERISTICS`].
    pub(super) name_start: u32,
    pub(super) name_length: u16,
}

impl Characteristic {
    /// Gives it one of the usual names.
    pub(super) fn set_common_name(&mut self, place: usize) {
        self.name_start = u32::try_from(place).unwrap_or(0);
        self.name_length = COMMON_NAME;
    }

    pub(super) fn name<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let start = self.name_start as usize;
        if self.name_length == COMMON_NAME {
            return CHARACTERISTICS[start].as_bytes();
        }
        &text[start..start + usize::from(self.name_length)]
    }

    pub(super) fn hash(&self, text: &[u8]) -> u64 {
        let name = xxh3_64(self.name(text));
        hash([self.id, self.stars, self.ratings, name], CHARACTERISTIC_SEED)
    }

    pub(super) fn packed(&self) -> PackedCharacteristic {
        let mut packed = [0; size_of::<PackedCharacteristic>()];
        packed[0..8].copy_from_slice(&self.id.to_le_bytes());
        packed[8..16].copy_from_slice(&self.stars.to_le_bytes());
        packed[16..24].copy_from_slice(&self.ratings.to_le_bytes());
        packed[24..28].copy_from_slice(&self.name_start.to_le_bytes());
        packed[28..30].copy_from_slice(&self.name_length.to_le_bytes());
        packed
    }

    pub(super) fn unpacked(packed: &PackedCharacteristic) -> Self {
        Self {
            id: u64::from_le_bytes(array_at(packed, 0)),
            stars: u64::from_le_bytes(array_at(packed, 8)),
            ratings: u64::from_le_bytes(array_at(packed, 16)),
            name_start: u32::from_le_bytes(array_at(packed, 24)),
            name_length: u16::from_le_bytes(array_at(packed, 28)),
        }
    }
}

/// The sections of a record behind its head.
pub(super) struct Sections<'a> {
    pub(super) reviews: &'a [PackedReview],
    pub(super) relevant: &'a [PackedIndex],
    pub(super) newest: &'a [PackedIndex],
    pub(super) photos: &'a [PackedPhoto],
    pub(super) characteristics: &'a [PackedCharacteristic],
    pub(super) text: &'a [u8],
}

/// The numbers of reviews, photos and characteristics.
pub(super) fn counts(record: &[u8]) -> [usize; 3] {
    [0, 1, 2].map(|place| u32::from_le_bytes(array_at(record, COUNTS + 4 * place)) as usize)
}

pub(super) fn fingerprint(record: &[u8]) -> u64 {
    u64::from_le_bytes(array_at(record, FINGERPRINT))
}

pub(super) fn sections(record: &[u8]) -> Sections<'_> {
    let [reviews, photos, characteristics] = counts(record);
    let (rows, bytes) = record[HEAD_BYTES..].split_at(reviews * size_of::<PackedReview>());
    let (relevant, bytes) = bytes.split_at(reviews * size_of::<PackedIndex>());
    let (newest, bytes) = bytes.split_at(reviews * size_of::<PackedIndex>());
    let (photos, bytes) = bytes.split_at(photos * size_of::<PackedPhoto>());
    let (characteristics, text) = bytes.split_at(characteristics * size_of::<PackedCharacteristic>());
    Sections {
        reviews: rows.as_chunks().0,
        relevant: relevant.as_chunks().0,
        newest: newest.as_chunks().0,
        photos: photos.as_chunks().0,
        characteristics: characteristics.as_chunks().0,
        text,
    }
}

impl<'a> Sections<'a> {
    /// A photo's id and address.
    pub(super) fn photo<'t>(&self, photo: &PackedPhoto, pool: &'t TextPool) -> (u64, &'t [u8])
    where
        'a: 't,
    {
        let photo = Photo::unpacked(photo);
        let url =
            if photo.url_length == POOLED { pool.text(photo.url_start) } else { &self.text[photo.url()] };
        (photo.id, url)
    }
}

/// The bytes from `start` on.
pub(super) fn array_at<const LENGTH: usize>(packed: &[u8], start: usize) -> [u8; LENGTH] {
    *packed[start..].first_chunk().expect("a row is as long as its fields together")
}
