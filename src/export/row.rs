//! A row of a store → a record of a CSV file, in the order of its kind's columns. Deliberately
//! absent: files, and the header line.

use std::io;

use crate::domain::{Holds, Kind, Price, Timestamp};
use crate::files::NewFile;
use crate::store::{NOTHING, RecordRow};

/// Where the fields of a record go, one by one.
pub(super) type Fields = csv::Writer<NewFile>;

/// Stands for a price or a text that is missing, so that an empty text stays one.
const MISSING: &str = "null";

/// Writes the columns that are in the file.
pub(super) fn write(fields: &mut Fields, kind: Kind, row: RecordRow<'_>) -> csv::Result<()> {
    for (index, column) in kind.definition().columns.iter().enumerate() {
        if column.csv.is_none() {
            continue;
        }
        let value = row.value(index);
        match column.holds {
            Holds::OptionalPrice | Holds::OptionalText if value == NOTHING => fields.write_field(MISSING)?,
            Holds::Text | Holds::OptionalText | Holds::PhotoUrl => fields.write_field(row.text(index))?,
            Holds::Time => date(fields, row.time(index))?,
            Holds::Price | Holds::OptionalPrice => price(fields, value)?,
            Holds::Hidden => number(fields, (value != 0).into())?,
            _ => number(fields, value)?,
        }
    }
    fields.write_record(None::<&[u8]>)
}

/// Milliseconds as a number, or ISO 8601 where an import would take that number for something else.
fn date(fields: &mut Fields, written_at: Timestamp) -> csv::Result<()> {
    if written_at.is_plausible() {
        fields.write_field(itoa::Buffer::new().format(written_at.milliseconds()))
    } else {
        fields.write_field(written_at.to_bytes())
    }
}

/// Such as `140` or `139.90`.
fn price(fields: &mut Fields, hundredths: u64) -> csv::Result<()> {
    match Price::from_hundredths(hundredths) {
        Ok(price) if !hundredths.is_multiple_of(100) => fields.write_field(price.to_string()),
        _ => number(fields, hundredths / 100),
    }
}

fn number(fields: &mut Fields, number: u64) -> csv::Result<()> {
    fields.write_field(itoa::Buffer::new().format(number))
}

/// Every row has as many fields as the header, so only writing can fail.
pub(super) fn io(error: csv::Error) -> io::Error {
    io::Error::from(error)
}
