//! The JSON of reviews and of their sums.

use super::rows::{
    Characteristic, PackedIndex, PackedReview, RECOMMENDED, Review, STARS, Sections, array_at,
};
use crate::domain::{Id as _, Page, ProductId, ReviewOrder, Timestamp};
use crate::view::json;
use crate::view::pool::TextPool;

/// The decimals of an average.
const DECIMALS: u32 = 16;

impl Sections<'_> {
    pub(super) fn write_list(
        &self,
        product_id: ProductId,
        page: Page,
        order: ReviewOrder,
        pool: &TextPool,
        output: &mut Vec<u8>,
    ) {
        output.extend_from_slice(b"{\"product\":\"");
        json::write_number(product_id.get(), output);
        output.extend_from_slice(b"\",\"page\":");
        json::write_number(page.offset(), output);
        output.extend_from_slice(b",\"count\":");
        json::write_number(page.size().into(), output);
        output.extend_from_slice(b",\"results\":[");
        let range = page.range(self.reviews.len());
        let indexes: &[PackedIndex] = match order {
            ReviewOrder::Helpful => {
                for (position, review) in self.reviews[range].iter().enumerate() {
                    self.write_review(position, review, pool, output);
                }
                &[]
            }
            ReviewOrder::Relevant => &self.relevant[range],
            ReviewOrder::Newest => &self.newest[range],
        };
        for (position, index) in indexes.iter().enumerate() {
            let review = &self.reviews[u32::from_le_bytes(*index) as usize];
            self.write_review(position, review, pool, output);
        }
        output.extend_from_slice(b"]}");
    }

    fn write_review(&self, position: usize, review: &PackedReview, pool: &TextPool, output: &mut Vec<u8>) {
        let review = Review::unpacked(review);
        let [summary, response, body, name] = review.texts();
        output.extend_from_slice(if position > 0 { b",{\"review_id\":" } else { b"{\"review_id\":" });
        json::write_number(review.id, output);
        output.extend_from_slice(b",\"rating\":");
        output.push(b'0' + review.rating);
        output.extend_from_slice(b",\"summary\":\"");
        json::write_short(self.text, summary, output);
        output.extend_from_slice(if review.recommend {
            b"\",\"recommend\":true,\"response\":"
        } else {
            b"\",\"recommend\":false,\"response\":"
        });
        if review.has_response {
            output.push(b'"');
            output.extend_from_slice(&self.text[response]);
            output.extend_from_slice(b"\",\"body\":\"");
        } else {
            output.extend_from_slice(b"null,\"body\":\"");
        }
        output.extend_from_slice(&self.text[body]);
        output.extend_from_slice(b"\",\"date\":\"");
        output.extend_from_slice(&Timestamp::nearest(review.written_at).to_bytes());
        output.extend_from_slice(b"\",\"reviewer_name\":\"");
        json::write_short(self.text, name, output);
        output.extend_from_slice(b"\",\"helpfulness\":");
        json::write_number(review.helpful.into(), output);
        output.extend_from_slice(b",\"photos\":[");
        for (position, photo) in self.photos[review.photos()].iter().enumerate() {
            let (id, url) = self.photo(photo, pool);
            output.extend_from_slice(if position > 0 { b",{\"id\":" } else { b"{\"id\":" });
            json::write_number(id, output);
            output.extend_from_slice(b",\"url\":\"");
            output.extend_from_slice(url);
            output.extend_from_slice(b"\"}");
        }
        output.extend_from_slice(b"]}");
    }
}

/// Appends the sums of a record.
pub(super) fn sums(product_id: ProductId, record: &[u8], sections: &Sections<'_>, output: &mut Vec<u8>) {
    let count = |start| u64::from(u32::from_le_bytes(array_at(record, start)));
    output.extend_from_slice(b"{\"product_id\":\"");
    json::write_number(product_id.get(), output);
    output.extend_from_slice(b"\",\"ratings\":{");
    let mut is_first = true;
    for stars in 0..5_u8 {
        let given = count(STARS + 4 * usize::from(stars));
        if given > 0 {
            output.extend_from_slice(if is_first { b"\"" } else { b",\"" });
            is_first = false;
            output.push(b'1' + stars);
            output.extend_from_slice(b"\":\"");
            json::write_number(given, output);
            output.push(b'"');
        }
    }
    output.extend_from_slice(b"},\"recommended\":{\"false\":\"");
    json::write_number(count(RECOMMENDED), output);
    output.extend_from_slice(b"\",\"true\":\"");
    json::write_number(count(RECOMMENDED + 4), output);
    output.extend_from_slice(b"\"},\"characteristics\":{");
    for (position, characteristic) in sections.characteristics.iter().enumerate() {
        let characteristic = Characteristic::unpacked(characteristic);
        output.extend_from_slice(if position > 0 { b",\"" } else { b"\"" });
        output.extend_from_slice(characteristic.name(sections.text));
        output.extend_from_slice(b"\":{\"id\":");
        json::write_number(characteristic.id, output);
        output.extend_from_slice(b",\"value\":");
        write_average(characteristic.stars, characteristic.ratings, output);
        output.push(b'}');
    }
    output.extend_from_slice(b"}}");
}

/// Appends an average as a text with sixteen decimals, rounded half up; `null` of nothing.
fn write_average(sum: u64, number: u64, output: &mut Vec<u8>) {
    const ONE: u128 = 10_u128.pow(DECIMALS);
    if number == 0 {
        output.extend_from_slice(b"null");
        return;
    }
    let (sum, number) = (u128::from(sum), u128::from(number));
    let scaled = (sum * ONE * 2 + number) / (number * 2);
    let part = |part: u128| u64::try_from(part).unwrap_or(u64::MAX);
    output.push(b'"');
    json::write_number(part(scaled / ONE), output);
    // A leading one keeps the zeros. The point takes its place.
    let point_at = output.len();
    json::write_number(part(ONE + scaled % ONE), output);
    output[point_at] = b'.';
    output.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn average(sum: u64, number: u64) -> String {
        let mut output = Vec::new();
        write_average(sum, number, &mut output);
        String::from_utf8(output).expect("digits")
    }

    #[test]
    fn averages_have_sixteen_decimals_and_are_rounded_half_up() {
        assert_eq!(average(0, 0), "null");
        assert_eq!(average(4, 1), "\"4.0000000000000000\"");
        assert_eq!(average(916, 301), "\"3.0431893687707641\"");
        assert_eq!(average(5, 3), "\"1.6666666666666667\"");
        assert_eq!(average(10, 3), "\"3.3333333333333333\"");
        assert_eq!(average(u64::from(u32::MAX) * 5, u64::from(u32::MAX)), "\"5.0000000000000000\"");
        // One half behind the last decimal goes up: 1 / 2^17 has seventeen decimals.
        assert_eq!(average(1, 1 << 17), "\"0.0000076293945313\"");
        assert_eq!(average((1 << 53) - 1, 1), "\"9007199254740991.0000000000000000\"");
    }
}
