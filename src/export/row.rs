//! A row of a store → a record of a CSV file, in the order of `SourceFile::columns`.
//! Deliberately absent: files, and the header line.

use std::io;

use crate::domain::{Id, Texts, Timestamp};
use crate::files::NewFile;
use crate::store::{ImportedAnswer, ImportedPhoto, ImportedQuestion};

/// Where the fields of a record go, one by one.
pub(super) type Fields = csv::Writer<NewFile>;

pub(super) fn question(fields: &mut Fields, row: &ImportedQuestion, texts: &Texts) -> csv::Result<()> {
    number(fields, row.question_id.get())?;
    number(fields, row.product_id.get())?;
    fields.write_field(texts.get(row.body))?;
    date(fields, row.written_at)?;
    fields.write_field(texts.get(row.name))?;
    fields.write_field(texts.get(row.email))?;
    number(fields, u8::from(row.reported))?;
    number(fields, row.helpful)?;
    end(fields)
}

pub(super) fn answer(fields: &mut Fields, row: &ImportedAnswer, texts: &Texts) -> csv::Result<()> {
    number(fields, row.answer_id.get())?;
    number(fields, row.question_id.get())?;
    fields.write_field(texts.get(row.body))?;
    date(fields, row.written_at)?;
    fields.write_field(texts.get(row.name))?;
    fields.write_field(texts.get(row.email))?;
    number(fields, u8::from(row.reported))?;
    number(fields, row.helpful)?;
    end(fields)
}

pub(super) fn photo(fields: &mut Fields, row: &ImportedPhoto, texts: &Texts) -> csv::Result<()> {
    number(fields, row.photo_id.get())?;
    number(fields, row.answer_id.get())?;
    fields.write_field(texts.get(row.url))?;
    end(fields)
}

/// Milliseconds as a number, or ISO 8601 where an import would take that number for something else.
fn date(fields: &mut Fields, written_at: Timestamp) -> csv::Result<()> {
    if written_at.is_plausible() {
        number(fields, written_at.milliseconds())
    } else {
        fields.write_field(written_at.to_bytes())
    }
}

fn number(fields: &mut Fields, number: impl itoa::Integer) -> csv::Result<()> {
    fields.write_field(itoa::Buffer::new().format(number))
}

fn end(fields: &mut Fields) -> csv::Result<()> {
    fields.write_record(None::<&[u8]>)
}

/// Every row has as many fields as the header, so only writing can fail.
pub(super) fn io(error: csv::Error) -> io::Error {
    io::Error::from(error)
}
