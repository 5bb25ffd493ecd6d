//! Numbers of variable length, and texts behind their lengths: written to the end of a record and
//! read one after the other.

use crate::view::json;
use crate::view::pool::TextPool;

/// The largest number of one byte. Seven bits of a byte are a number's; the eighth says that more
/// follow (LEB128).
const SEVEN_BITS: u64 = 0x7F;
const MORE: u8 = 0x80;

/// Appends a number: one byte up to 127, two up to 16,383, and so on.
pub(super) fn put_number(mut number: u64, record: &mut Vec<u8>) {
    while number > SEVEN_BITS {
        record.push(low_bits(number) | MORE);
        number >>= 7;
    }
    record.push(low_bits(number));
}

fn low_bits(number: u64) -> u8 {
    let [lowest, ..] = (number & SEVEN_BITS).to_le_bytes();
    lowest
}

/// Appends an escaped text.
pub(super) fn put_text(escaped: &[u8], record: &mut Vec<u8>) {
    put_number(escaped.len() as u64, record);
    record.extend_from_slice(escaped);
}

/// Appends an escaped text, as the number of one in the pool if it can be there.
pub(super) fn put_shared_text(escaped: &[u8], pool: &TextPool, record: &mut Vec<u8>) {
    if let Some(number) = pool.number(escaped) {
        put_number(u64::from(number) << 1, record);
    } else {
        put_number((escaped.len() as u64) << 1 | 1, record);
        record.extend_from_slice(escaped);
    }
}

/// Reads what was put, in the same order.
pub(super) struct Bytes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next number.
    pub(super) fn number(&mut self) -> u64 {
        let first = self.bytes[self.at];
        self.at += 1;
        if first & MORE == 0 {
            return first.into();
        }
        let (mut number, mut shift) = (u64::from(first & !MORE), 7);
        loop {
            let byte = self.bytes[self.at];
            self.at += 1;
            number |= u64::from(byte & !MORE) << shift;
            if byte & MORE == 0 {
                return number;
            }
            shift += 7;
        }
    }

    /// Appends the next text to `output`.
    pub(super) fn copy_text(&mut self, output: &mut Vec<u8>) {
        let length = self.number();
        self.copy(length, output);
    }

    /// Appends so many bytes.
    pub(super) fn copy(&mut self, length: u64, output: &mut Vec<u8>) {
        let end = self.at + usize::try_from(length).unwrap_or(usize::MAX);
        json::write_short(self.bytes, self.at..end, output);
        self.at = end;
    }

    /// Appends the next shared text.
    pub(super) fn copy_shared_text(&mut self, pool: &TextPool, output: &mut Vec<u8>) {
        let number = self.number();
        if number & 1 == 0 {
            output.extend_from_slice(pool.text(u32::try_from(number >> 1).unwrap_or(u32::MAX)));
        } else {
            self.copy(number >> 1, output);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_put_is_read(numbers in prop::collection::vec((any::<u64>(), 0..64_u32), 0..9), text in "[a-z]{0,80}") {
            let pool = TextPool::new();
            let mut record = Vec::new();
            for (number, shift) in &numbers {
                put_number(number >> shift, &mut record);
                put_text(text.as_bytes(), &mut record);
                put_shared_text(text.as_bytes(), &pool, &mut record);
            }
            let mut bytes = Bytes::new(&record);
            for (number, shift) in numbers {
                prop_assert_eq!(bytes.number(), number >> shift);
                let mut output = Vec::new();
                bytes.copy_text(&mut output);
                bytes.copy_shared_text(&pool, &mut output);
                prop_assert_eq!(String::from_utf8_lossy(&output), format!("{text}{text}"));
            }
        }
    }
}
