//! Records against the `csv` crate on well-formed input, and each way of being malformed.

use proptest::prelude::*;

use super::*;

/// Hands over a few bytes at a time, so that every record meets the end of the buffer somewhere.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

type Line = (u64, Result<Vec<String>, Malformed>);

fn read(bytes: &[u8], at_once: usize) -> (Vec<Line>, Option<u64>) {
    let mut reader = Reader::new(Trickle(bytes, at_once)).unwrap();
    let mut lines = Vec::new();
    while let Some(record) = reader.next().unwrap() {
        let text = |field: &Field| {
            let content = std::str::from_utf8(&record.bytes[field.range()]).unwrap();
            field.unescape(content).into_owned()
        };
        lines.push((record.line, record.fields.map(|fields| fields.iter().map(text).collect())));
    }
    assert_eq!(reader.position(), bytes.len() as u64);
    (lines, reader.unterminated())
}

fn record(line: u64, fields: &[&str]) -> Line {
    (line, Ok(fields.iter().map(|&field| field.to_owned()).collect()))
}

#[test]
fn quirks_of_copies_do_not_matter() {
    let expected = vec![record(1, &["a", "b"]), record(2, &["1", "x, \"y\"\r\nz"]), record(5, &["2", ""])];
    for (bytes, unterminated) in [
        (&b"\xEF\xBB\xBFa,b\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n \t\r\n2,\r\n\r\n"[..], None),
        (b"a,b\n\"1\",\"x, \"\"y\"\"\r\nz\"\n\n2,\"\"\n", None),
        (b"a,b\n1,\"x, \"\"y\"\"\r\nz\"\n\n2,", Some(5)),
        (b"a,b\n1,\"x, \"\"y\"\"\r\nz\"\n\n2,\"\"\r", Some(5)),
    ] {
        for at_once in [1, 2, 3, 5, 1_000] {
            assert_eq!(read(bytes, at_once), (expected.clone(), unterminated));
        }
    }
    assert_eq!(read(b"", 1), (vec![], None));
    assert_eq!(read(b"\xEF\xBB\xBF", 1), (vec![], None));
}

#[test]
fn blanks_around_quotes_do_not_matter() {
    let expected = vec![record(1, &["1", "Why, \"x\"?", "b"]), record(2, &["2", "", " c "])];
    for at_once in [1, 2, 1_000] {
        let rows = b"1, \"Why, \"\"x\"\"?\" ,\t\"b\"\r\r\n2,\t \"\", c \r\r\n";
        assert_eq!(read(rows, at_once).0, expected);
    }
    assert_eq!(read(b"1, \"cut", 1).0, vec![(1, Err(Malformed::EndsInQuotes))]);
    assert_eq!(read(b"1,\"a\" ", 1).0, vec![record(1, &["1", "a"])]);
}

#[test]
fn quotes_and_carriage_returns_in_plain_fields_are_named() {
    let kept = record(2, &["2", "kept"]);
    for (row, problem) in [
        // A lost opening quote, and quotes that were never escaped.
        (&b"1,What fabric?\"\n"[..], Malformed::QuoteInPlainField),
        (b"1,5\" x\n", Malformed::QuoteInPlainField),
        (b"1,a, \xC2\xA0\"b\"\n", Malformed::QuoteInPlainField),
        (b"1, \"What fabric?, 3\n", Malformed::TextAfterQuote),
        (b"1,a\r3,b\n", Malformed::LoneCarriageReturn),
        (b"1,\"a\"\r\"3\",b\n", Malformed::LoneCarriageReturn),
    ] {
        let last: &[u8] = if problem == Malformed::TextAfterQuote { b"2,\"kept\"\n" } else { b"2,kept\n" };
        for at_once in [1, 1_000] {
            assert_eq!(read(&[row, last].concat(), at_once).0, vec![(1, Err(problem)), kept.clone()]);
        }
    }
}

#[test]
fn a_lost_quote_costs_one_row() {
    let rows = b"1,\"lost\n2,\"kept\"\n3,\"kept\"\n";
    let lines =
        vec![(1, Err(Malformed::TextAfterQuote)), record(2, &["2", "kept"]), record(3, &["3", "kept"])];
    assert_eq!(read(rows, 1).0, lines);
    assert_eq!(read(rows, 1_000).0, lines);
    let last = b"1,\"kept\"\n2,\"lost\n3,kept\n";
    let lines = vec![record(1, &["1", "kept"]), (2, Err(Malformed::EndsInQuotes)), record(3, &["3", "kept"])];
    assert_eq!(read(last, 7).0, lines);
}

#[test]
fn a_file_cut_off_inside_quotes_is_noticed() {
    for bytes in [&b"1,\"cut"[..], b"1,\"", b"1,\"cut \"\"", b"1,\"cut,2,3"] {
        assert_eq!(read(bytes, 3).0, vec![(1, Err(Malformed::EndsInQuotes))]);
    }
}

#[test]
fn a_record_is_bounded() {
    let mut bytes = b"1,\"".to_vec();
    bytes.resize(3 * MAX_RECORD_BYTES, b'x');
    bytes.extend_from_slice(b"\n2,kept\n");
    assert_eq!(read(&bytes, 100_000).0, vec![(1, Err(Malformed::TooLong)), record(2, &["2", "kept"])]);

    let mut lines = b"1,\"lost\n".to_vec();
    while lines.len() < 2 * MAX_RECORD_BYTES {
        lines.extend_from_slice(b"2,kept\n");
    }
    let (read, _) = read(&lines, 100_000);
    assert_eq!(read[0], (1, Err(Malformed::TooLong)));
    assert_eq!(read.len() as u64, read[read.len() - 1].0);
    assert!(read[1..].iter().all(|(_, record)| record.is_ok()));

    let mut longest = vec![b'x'; MAX_RECORD_BYTES - 1];
    longest.push(b'\n');
    assert!(self::read(&longest, 70_000).0[0].1.is_ok());
    longest.insert(0, b'x');
    assert_eq!(self::read(&longest, 70_000).0, vec![(1, Err(Malformed::TooLong))]);
}

proptest! {
    #[test]
    fn agrees_with_the_csv_crate(
        records in prop::collection::vec(
            (prop::collection::vec("[aé ]{0,3}|\"([aé, \r\n]|\"\"){0,5}\"", 1..4), "\n|\r\n|\n\n"), 0..12,
        ),
        at_once in 1..9_usize,
    ) {
        let text: String = records.iter().map(|(fields, end)| fields.join(",") + end).collect();
        let (lines, _) = read(text.as_bytes(), at_once);
        let ours: Vec<_> = lines.into_iter().map(|(_, record)| record.unwrap()).collect();
        let theirs: Vec<Vec<String>> = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes())
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect();
        // The `csv` crate keeps lines of spaces.
        let without_blanks = |records: Vec<Vec<String>>| -> Vec<Vec<String>> {
            records.into_iter().filter(|fields| fields.len() > 1 || !fields[0].trim().is_empty()).collect()
        };
        prop_assert_eq!(without_blanks(ours), without_blanks(theirs));
    }

    #[test]
    fn what_is_written_is_read_back(
        records in prop::collection::vec(prop::collection::vec("[ab,\"\r\n é]{0,6}", 2..5), 0..8),
        at_once in 1..9_usize,
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for fields in &records {
            writer.write_record(fields).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let (lines, _) = read(&bytes, at_once);
        let ours: Vec<_> = lines.into_iter().map(|(_, record)| record.unwrap()).collect();
        prop_assert_eq!(ours, records);
    }
}
