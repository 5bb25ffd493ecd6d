//! The few JSON pieces that pages are made of, written by hand: escaped strings, numbers, and the opening
//! of the answers list. Everything that is not on the busy path uses `serde_json`.

use crate::domain::{Id, Page, QuestionId};

/// The longest escape of a one-byte character: `\u0001`.
pub(super) const MAX_ESCAPED_BYTES_PER_BYTE: usize = 6;

/// How many bytes are looked at together: as many as the processor compares at once.
const CHUNK_BYTES: usize = 16;

/// Appends a text as the inside of a JSON string (RFC 8259, section 7): quotes, backslashes and control
/// characters escaped, everything else as it is.
pub(super) fn escape(text: &str, output: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut written = 0;
    let mut position = 0;
    while position < bytes.len() {
        // Texts are mostly plain, and a chunk without an early exit is one comparison.
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
pub(super) fn write_number(number: u64, output: &mut Vec<u8>) {
    output.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends an answers list up to the opening of its results.
pub(super) fn begin_answers(question_id: QuestionId, page: Page, output: &mut Vec<u8>) {
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

    #[test]
    fn control_characters_read_back() {
        let text: String = (0..=0x9f).filter_map(char::from_u32).collect();
        let mut quoted = vec![b'"'];
        escape(&text, &mut quoted);
        quoted.push(b'"');
        assert_eq!(serde_json::from_slice::<String>(&quoted).ok(), Some(text));
    }
}
