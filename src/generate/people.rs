//! Who writes: a name and an e-mail address that belong together, and the addresses of photos.
//! The lists of names are in `data/people.toml`.

use super::data::{DATA, Spelled};
use super::random::Random;

/// The name under which the shop answers.
pub(super) const SELLER_NAME: &[u8] = b"Seller";

/// The address of the shop.
pub(super) const SELLER_EMAIL: &[u8] = b"service@shop.example";

/// Someone who asks or answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    given: &'static Spelled,
    family: &'static Spelled,
    /// Tells people of the same name apart, 1 to 99.
    number: u64,
}

impl Person {
    pub(super) fn draw(random: &mut Random) -> Self {
        Self {
            given: random.pick(&DATA.given_names),
            family: random.pick(&DATA.family_names),
            number: random.below(99) + 1,
        }
    }

    /// Replaces the content of `output` by the name as this person signs.
    pub(super) fn write_name(self, random: &mut Random, output: &mut Vec<u8>) {
        output.clear();
        let (given, family) = (self.given, self.family);
        match random.below(10) {
            0 => output.extend_from_slice(given.0.as_bytes()),
            1 | 2 => {
                let initial = family.0.chars().next().map_or(0, char::len_utf8);
                join(output, &given.0, b' ', &family.0[..initial]);
                output.push(b'.');
            }
            3 => join(output, &given.1, b'.', &family.1),
            4 => {
                join(output, &family.1, b'_', &given.1);
                self.write_number(output);
            }
            _ => join(output, &given.0, b' ', &family.0),
        }
    }

    /// Replaces the content of `output` by the e-mail address.
    pub(super) fn write_email(self, random: &mut Random, output: &mut Vec<u8>) {
        output.clear();
        join(output, &self.given.1, b'.', &self.family.1);
        if random.percent(40) {
            self.write_number(output);
        }
        output.push(b'@');
        output.extend_from_slice(random.pick(&DATA.email_domains).as_bytes());
    }

    fn write_number(self, output: &mut Vec<u8>) {
        output.extend_from_slice(itoa::Buffer::new().format(self.number).as_bytes());
    }
}

/// Replaces the content of `output` by the address of a photo.
pub(super) fn write_photo_url(random: &mut Random, output: &mut Vec<u8>) {
    const WIDTHS: &[&str] = &["400", "640", "800", "1080", "1600"];
    output.clear();
    output.extend_from_slice(b"https://images.example.com/photos/");
    let uploaded = 1_500_000_000_000 + random.below(230_000_000_000);
    output.extend_from_slice(itoa::Buffer::new().format(uploaded).as_bytes());
    output.push(b'-');
    let mut bits = random.next();
    for _ in 0..12 {
        output.push(b"0123456789abcdef"[(bits & 15) as usize]);
        bits >>= 4;
    }
    output.extend_from_slice(b"?w=");
    output.extend_from_slice(random.pick(WIDTHS).as_bytes());
    output.extend_from_slice(b"&q=80");
}

fn join(output: &mut Vec<u8>, first: &str, between: u8, second: &str) {
    output.extend_from_slice(first.as_bytes());
    output.push(between);
    output.extend_from_slice(second.as_bytes());
}
