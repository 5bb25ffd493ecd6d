//! Opening a file up to the end of its header line. Deliberately absent: the rows
//! below the header.

use std::fs::File;
use std::path::PathBuf;

use super::error::{HeaderProblem, ImportError};
use super::reader::{Reader, Record};
use super::reject::shown;
use super::source::Source;
use crate::domain::Kind;

/// A file whose header line has been read.
pub(super) struct Input {
    pub(super) kind: Kind,
    /// What reports call it.
    pub(super) name: &'static str,
    pub(super) path: PathBuf,
    /// The file's size in bytes; 0 for a pipe.
    pub(super) bytes: u64,
    pub(super) header: Header,
    pub(super) reader: Reader<File>,
}

impl Input {
    /// Opens a file and checks its header line.
    pub(super) fn open(source: &Source) -> Result<Self, ImportError> {
        let Source { kind, name, path } = source.clone();
        let failed = |source| ImportError::Read { path: path.clone(), source };
        let opened = File::open(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => {
                ImportError::Missing { path: path.clone(), problem: "it was named".to_owned() }
            }
            _ => failed(source),
        })?;
        let bytes = opened.metadata().map_err(failed)?.len();
        let mut reader = Reader::new(opened).map_err(failed)?;
        let header = read_header(kind, reader.next().map_err(failed)?)
            .map_err(|problem| ImportError::Header { path: path.clone(), problem })?;
        Ok(Self { kind, name, path, bytes, header, reader })
    }
}

/// A header line: where the columns are that matter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// All names, cleaned of surrounding spaces and in lower case.
    pub(super) names: Vec<String>,
    /// The place in the line of each column of the kind's definition; of one that is in no file it
    /// means nothing.
    pub(super) positions: Vec<usize>,
}

fn read_header(kind: Kind, first: Option<Record<'_>>) -> Result<Header, HeaderProblem> {
    find_columns(kind.definition().columns.iter().map(|column| column.csv), first)
}

/// Finds columns by their names; none means one that is in no file.
pub(super) fn find_columns(
    columns: impl Iterator<Item = Option<&'static str>>,
    first: Option<Record<'_>>,
) -> Result<Header, HeaderProblem> {
    let record = first.ok_or(HeaderProblem::Empty)?;
    let fields = record.fields.map_err(|problem| HeaderProblem::Malformed(problem.to_string()))?;
    let text = std::str::from_utf8(record.bytes).map_err(|_| HeaderProblem::NotUtf8)?;
    let name = |content: &str| content.trim().to_ascii_lowercase();
    let names: Vec<_> = fields.iter().map(|field| name(&field.unescape(&text[field.range()]))).collect();
    let mut positions = Vec::new();
    for column in columns {
        let Some(column) = column else {
            positions.push(0);
            continue;
        };
        let wanted = plain(column);
        let mut found = names.iter().enumerate().filter(|(_, name)| plain(name) == wanted);
        match (found.next(), found.next()) {
            (Some((position, _)), None) => positions.push(position),
            (Some(_), Some(_)) => return Err(HeaderProblem::Twice(column)),
            (None, _) => {
                return Err(HeaderProblem::NoColumn { column, names: shown(names.join(", ").as_bytes()) });
            }
        }
    }
    Ok(Header { names, positions })
}

/// The name of a column in lower case without spaces and underscores: `productId` is `product_id`.
fn plain(name: &str) -> String {
    let kept = name.chars().filter(|character| !character.is_whitespace() && *character != '_');
    kept.map(|character| character.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(line: &[u8]) -> Result<Header, HeaderProblem> {
        let mut reader = Reader::new(line).unwrap();
        read_header(Kind::Photo, reader.next().unwrap())
    }

    #[test]
    fn columns_are_found_by_name() {
        for (line, positions) in [
            (&b"id,answer_id,url\n"[..], [0, 1, 2]),
            (b"\xEF\xBB\xBF ID , Answer_Id,\turl \r\n", [0, 1, 2]),
            (b"Id,answerId,URL\n", [0, 1, 2]),
            (b"id,\"answer id\",url\n", [0, 1, 2]),
            (b"\n\"url\",extra,id,answer_id,extra", [2, 3, 0]),
        ] {
            assert_eq!(header(line).map(|header| header.positions), Ok(positions.to_vec()));
        }
    }

    #[test]
    fn bad_headers_are_named() {
        let no_column = HeaderProblem::NoColumn { column: "url", names: "id, answer_id, link".to_owned() };
        assert_eq!(header(b"id,answer_id,link\n"), Err(no_column));
        assert_eq!(header(b"id,answer_id,url, URL\n"), Err(HeaderProblem::Twice("url")));
        assert_eq!(header(b""), Err(HeaderProblem::Empty));
        assert_eq!(header(b"\r\n\n"), Err(HeaderProblem::Empty));
        assert_eq!(header(b"\xFF\xFEi\0d\0"), Err(HeaderProblem::NotUtf8));
        assert!(matches!(header(b"id,\"answer_id"), Err(HeaderProblem::Malformed(_))));
    }
}
