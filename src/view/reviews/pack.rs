//! Makes the bytes of a record from a product's rows, or from the parts of another record. The
//! layout is described in the parent module.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::rows::{
    Characteristic, HEAD_BYTES, PackedCharacteristic, PackedIndex, PackedReview, RECOMMENDED, Review, STARS,
    array_at, fingerprint, photos_hash, pooled_photo, sections, votes_hash,
};
use crate::domain::{CHARACTERISTICS, Id as _, ReviewPhotoRow, ReviewRow, ReviewRows};
use crate::view::json;
use crate::view::pack::{Places, keep, narrow};
use crate::view::pool::TextPool;
use crate::view::rows::{PackedPhoto, Photo};

/// A record taken apart.
pub(super) struct Parts {
    /// In the default order.
    pub(super) reviews: Vec<Review>,
    /// Positions of reviews.
    pub(super) relevant: Vec<u32>,
    pub(super) newest: Vec<u32>,
    pub(super) photos: Vec<PackedPhoto>,
    pub(super) characteristics: Vec<Characteristic>,
    pub(super) text: Vec<u8>,
    pub(super) fingerprint: u64,
    /// How often one star was given, two, and so on.
    pub(super) stars: [u32; 5],
    /// How often the product was not recommended, and how often it was.
    pub(super) recommended: [u32; 2],
}

impl Parts {
    /// Takes rows in any order.
    pub(super) fn of_rows(rows: &ReviewRows, pool: &TextPool) -> Self {
        let mut reviews: Vec<&ReviewRow> = rows.reviews.iter().collect();
        reviews.sort_unstable_by_key(|row| (Reverse(row.helpful), row.review_id));
        let photos = photos_in_order(rows, &reviews);
        let mut parts = Self {
            reviews: Vec::with_capacity(reviews.len()),
            relevant: (0..narrow(reviews.len())).collect(),
            newest: Vec::new(),
            photos: Vec::with_capacity(photos.len()),
            characteristics: Vec::with_capacity(rows.characteristics.len()),
            // A few bytes in a hundred are escapes.
            text: Vec::with_capacity(rows.texts.bytes() + rows.texts.bytes() / 32),
            fingerprint: 0,
            stars: [0; 5],
            recommended: [0; 2],
        };
        let mut photos = photos.into_iter().peekable();
        for (place, row) in (0u32..).zip(&reviews) {
            let mut review = parts.keep_texts(row, rows);
            review.first_photo = narrow(parts.photos.len());
            let mut urls = Vec::new();
            while let Some((_, photo)) = photos.next_if(|(of, _)| *of == place) {
                // Nobody adds that many photos to one review; those behind are not shown.
                if urls.len() < usize::from(u16::MAX) {
                    urls.push(parts.keep_photo(photo, rows, pool));
                }
            }
            review.photo_count = u16::try_from(urls.len()).unwrap_or(u16::MAX);
            let photos = photos_hash(urls.iter().map(|(id, url)| (*id, url.as_slice())));
            parts.count(&review, photos);
            parts.reviews.push(review);
        }
        let (reviews, relevant) = (&parts.reviews, &mut parts.relevant);
        let newness = |index: &u32| {
            let review = &reviews[*index as usize];
            (Reverse(review.written_at), Reverse(review.id))
        };
        relevant.sort_unstable_by_key(newness);
        parts.newest.clone_from(relevant);
        // Among equally helpful ones the newest stay first.
        relevant.sort_by_key(|index| Reverse(reviews[*index as usize].helpful));
        parts.keep_characteristics(rows);
        parts
    }

    /// Takes a record apart.
    pub(super) fn of_record(record: &[u8]) -> Self {
        let sections = sections(record);
        let indexes =
            |packed: &[PackedIndex]| packed.iter().map(|index| u32::from_le_bytes(*index)).collect();
        let count = |start| u32::from_le_bytes(array_at(record, start));
        Self {
            reviews: sections.reviews.iter().map(Review::unpacked).collect(),
            relevant: indexes(sections.relevant),
            newest: indexes(sections.newest),
            photos: sections.photos.to_vec(),
            characteristics: sections.characteristics.iter().map(Characteristic::unpacked).collect(),
            text: sections.text.to_vec(),
            fingerprint: fingerprint(record),
            stars: [0, 1, 2, 3, 4].map(|place| count(STARS + 4 * place)),
            recommended: [0, 1].map(|place| count(RECOMMENDED + 4 * place)),
        }
    }

    /// The bytes of the record.
    pub(super) fn put_together(&self) -> Box<[u8]> {
        let indexes = 2 * self.reviews.len() * size_of::<PackedIndex>();
        let size = HEAD_BYTES
            + self.reviews.len() * size_of::<PackedReview>()
            + indexes
            + self.photos.len() * size_of::<PackedPhoto>()
            + self.characteristics.len() * size_of::<PackedCharacteristic>()
            + self.text.len();
        let mut record = Vec::with_capacity(size);
        for count in [self.reviews.len(), self.photos.len(), self.characteristics.len()] {
            record.extend_from_slice(&narrow(count).to_le_bytes());
        }
        record.extend_from_slice(&self.fingerprint.to_le_bytes());
        for count in self.stars.iter().chain(&self.recommended) {
            record.extend_from_slice(&count.to_le_bytes());
        }
        for review in &self.reviews {
            record.extend_from_slice(&review.packed());
        }
        for index in self.relevant.iter().chain(&self.newest) {
            record.extend_from_slice(&index.to_le_bytes());
        }
        record.extend_from_slice(self.photos.as_flattened());
        for characteristic in &self.characteristics {
            record.extend_from_slice(&characteristic.packed());
        }
        record.extend_from_slice(&self.text);
        debug_assert_eq!(record.len(), size, "nothing is allocated in vain");
        record.into_boxed_slice()
    }

    /// A review with its texts stored. Its photos are still to be set.
    pub(super) fn keep_texts(&mut self, row: &ReviewRow, rows: &ReviewRows) -> Review {
        let text_start = narrow(self.text.len());
        let mut keep = |span| keep(rows.texts.get(span), &mut self.text);
        Review {
            id: row.review_id.get(),
            written_at: row.written_at.milliseconds(),
            helpful: row.helpful,
            text_start,
            summary_length: keep(row.summary),
            response_length: row.response.map_or(0, &mut keep),
            body_length: keep(row.body),
            name_length: keep(row.name),
            first_photo: 0,
            photo_count: 0,
            rating: row.rating.get(),
            recommend: row.recommend,
            has_response: row.response.is_some(),
        }
    }

    /// Counts a review among the sums, and adds it to the fingerprint.
    pub(super) fn count(&mut self, review: &Review, photos_hash: u64) {
        let content = review.content_hash(&self.text[review.text()], photos_hash);
        let votes = votes_hash(review.id, review.helpful);
        self.fingerprint = self.fingerprint.wrapping_add(content).wrapping_add(votes);
        // Stars are 1 to 5.
        if let Some(count) = self.stars.get_mut(usize::from(review.rating).wrapping_sub(1)) {
            *count += 1;
        }
        self.recommended[usize::from(review.recommend)] += 1;
    }

    /// Stores a photo and returns its id and its escaped address.
    fn keep_photo(&mut self, photo: &ReviewPhotoRow, rows: &ReviewRows, pool: &TextPool) -> (u64, Vec<u8>) {
        let id = photo.photo_id.get();
        let mut url = Vec::new();
        json::escape(rows.texts.get(photo.url), &mut url);
        self.photos.push(if let Some(number) = pool.number(&url) {
            pooled_photo(id, number)
        } else {
            let url_start = narrow(self.text.len());
            self.text.extend_from_slice(&url);
            Photo { id, url_start, url_length: narrow(url.len()) }.packed()
        });
        (id, url)
    }

    fn keep_characteristics(&mut self, rows: &ReviewRows) {
        let mut in_order: Vec<_> = rows.characteristics.iter().collect();
        in_order.sort_unstable_by_key(|row| row.characteristic_id);
        let mut names = HashSet::new();
        for row in in_order {
            let name = rows.texts.get(row.name);
            if !names.insert(name) {
                continue;
            }
            let id = row.characteristic_id.get();
            let mut characteristic =
                Characteristic { id, stars: row.stars, ratings: row.ratings, name_start: 0, name_length: 0 };
            if let Some(place) = CHARACTERISTICS.iter().position(|common| *common == name) {
                characteristic.set_common_name(place);
            } else {
                characteristic.name_start = narrow(self.text.len());
                characteristic.name_length = keep(name, &mut self.text);
            }
            self.fingerprint = self.fingerprint.wrapping_add(characteristic.hash(&self.text));
            self.characteristics.push(characteristic);
        }
    }
}

/// The photos, review by review in the order of their ids, each with the place of its review.
fn photos_in_order<'a>(rows: &'a ReviewRows, reviews: &[&ReviewRow]) -> Vec<(u32, &'a ReviewPhotoRow)> {
    if rows.photos.is_empty() {
        return Vec::new();
    }
    let places = Places::new(reviews.iter().map(|row| row.review_id.get()));
    let placed = rows.photos.iter().filter_map(|row| Some((places.find(row.review_id.get())?, row)));
    let mut photos: Vec<_> = placed.collect();
    photos.sort_unstable_by_key(|(place, row)| (*place, row.photo_id));
    photos
}
