//! The few JSON pieces of lists, written by hand: escaped strings, numbers, and the opening of the
//! answers list. Other JSON is written with `serde_json`.

use std::ops::Range;

use crate::domain::{Id, Page, QuestionId};

/// The longest escape of a one-byte character: `\u0001`.
pub(crate) const MAX_ESCAPED_BYTES_PER_BYTE: usize = 6;

/// Bytes that are checked together: as many as the processor compares at once.
const CHUNK_BYTES: usize = 16;

/// The first number with more than eight digits.
const EIGHT_DIGITS_END: u64 = 100_000_000;

/// Texts up to this length are copied without a call. Nearly all names are shorter.
const SHORT_MAX_BYTES: usize = 32;

/// Appends a text as the inside of a JSON string (RFC 8259, section 7): quotes, backslashes and
/// control characters are escaped, everything else stays.
pub(crate) fn escape(text: &str, output: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut written = 0;
    let mut position = 0;
    while position < bytes.len() {
        // Most texts are plain. A chunk without an early exit takes one comparison.
        if let Some(chunk) = bytes[position..].first_chunk::<CHUNK_BYTES>()
            && !chunk.iter().fold(false, |found, &byte| found | needs_escape(byte))
        {
            position += CHUNK_BYTES;
            continue;
        }
        let end = bytes.len().min(position + CHUNK_BYTES);
        for (offset, &byte) in bytes[position..end].iter().enumerate() {
            if needs_escape(byte) {
                output.extend_from_slice(&bytes[written..position + offset]);
                written = position + offset + 1;
                write_escaped(byte, output);
            }
        }
        position = end;
    }
    output.extend_from_slice(&bytes[written..]);
}

fn needs_escape(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

fn write_escaped(byte: u8, output: &mut Vec<u8>) {
    match byte {
        b'"' => output.extend_from_slice(b"\\\""),
        b'\\' => output.extend_from_slice(b"\\\\"),
        b'\n' => output.extend_from_slice(b"\\n"),
        b'\t' => output.extend_from_slice(b"\\t"),
        b'\r' => output.extend_from_slice(b"\\r"),
        _ => {
            const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";
            output.extend_from_slice(b"\\u00");
            output.push(HEXADECIMAL[usize::from(byte >> 4)]);
            output.push(HEXADECIMAL[usize::from(byte & 15)]);
        }
    }
}

/// Appends a number in decimal.
pub(crate) fn write_number(number: u64, output: &mut Vec<u8>) {
    if number >= EIGHT_DIGITS_END {
        output.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        return;
    }
    // All eight digits are computed at once, in the bytes of one word with the first digit lowest.
    // A page has some forty numbers, and hardly any is longer.
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007F_0000_007F;
    let twos = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F;
    let digits = tens | ((twos - tens * 10) << 8);
    let leading_zeros = (digits.trailing_zeros() / 8).min(7);
    let text = (digits + 0x3030_3030_3030_3030) >> (leading_zeros * 8);
    write_beginning(text.to_le_bytes(), 8 - leading_zeros as usize, output);
}

/// Appends the first bytes of an array. A copy of a constant length takes no call.
fn write_beginning<const SIZE: usize>(bytes: [u8; SIZE], length: usize, output: &mut Vec<u8>) {
    let end = output.len() + length;
    output.extend_from_slice(&bytes);
    output.truncate(end);
}

/// Appends a part of a text that is usually short.
pub(crate) fn write_short(text: &[u8], piece: Range<usize>, output: &mut Vec<u8>) {
    match text.get(piece.start..).and_then(|rest| rest.first_chunk::<SHORT_MAX_BYTES>()) {
        Some(chunk) if piece.len() <= SHORT_MAX_BYTES => write_beginning(*chunk, piece.len(), output),
        _ => output.extend_from_slice(&text[piece]),
    }
}

/// Appends an answers list up to the opening of its results.
pub(crate) fn begin_answers(question_id: QuestionId, page: Page, output: &mut Vec<u8>) {
    output.extend_from_slice(b"{\"question\":\"");
    write_number(question_id.get(), output);
    output.extend_from_slice(b"\",\"page\":");
    write_number(page.number(), output);
    output.extend_from_slice(b",\"count\":");
    write_number(page.size().into(), output);
    output.extend_from_slice(b",\"results\":[");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_escaped_reads_back(text in "([ -~]|[\"\\\\\n]|.){0,60}") {
            let mut quoted = vec![b'"'];
            escape(&text, &mut quoted);
            quoted.push(b'"');
            prop_assert_eq!(serde_json::from_slice::<String>(&quoted).ok(), Some(text));
        }
    }

    proptest! {
        #[test]
        fn numbers_are_written_in_decimal(number in any::<u64>(), bits in 0..64_u32) {
            let number = number >> bits;
            let mut written = b"x".to_vec();
            write_number(number, &mut written);
            prop_assert_eq!(String::from_utf8(written), Ok(format!("x{number}")));
        }

        #[test]
        fn a_piece_is_written_with_anything_behind_it(text in "[a-z]{0,80}", start in 0..80_usize, length in 0..80_usize) {
            let start = start.min(text.len());
            let piece = start..(start + length).min(text.len());
            let mut written = b"x".to_vec();
            write_short(text.as_bytes(), piece.clone(), &mut written);
            prop_assert_eq!(String::from_utf8(written), Ok(format!("x{}", &text[piece])));
        }
    }

    #[test]
    fn numbers_of_every_length_are_written() {
        for power in 0..19 {
            for number in [10_u64.pow(power) - 1, 10_u64.pow(power), 9 * 10_u64.pow(power)] {
                let mut written = Vec::new();
                write_number(number, &mut written);
                assert_eq!(String::from_utf8(written), Ok(number.to_string()));
            }
        }
    }

    #[test]
    fn control_characters_read_back() {
        let text: String = (0..=0x9f).filter_map(char::from_u32).collect();
        let mut quoted = vec![b'"'];
        escape(&text, &mut quoted);
        quoted.push(b'"');
        assert_eq!(serde_json::from_slice::<String>(&quoted).ok(), Some(text));
    }
}
