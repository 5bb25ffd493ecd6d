//! Copies rows into a table in the binary form that PostgreSQL reads fastest. The bytes are written
//! here, without a detour for each value. Which table, and when, is the load's.

use std::pin::Pin;

use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::SinkExt as _;
use tokio_postgres::{Client, CopyInSink, Error};

use crate::domain::{Holds, Id as _, Kind, Span};
use crate::store::postgres::decode::Milliseconds;
use crate::store::postgres::tables::{ColumnType, column_list, own_columns};
use crate::store::{NOTHING, RecordRow, RowBatch};

/// What the data begin with: a mark, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Bytes that are sent at a time.
const CHUNK_BYTES: usize = 64 * 1_024;

/// A copy under way.
pub(super) struct TableCopy {
    kind: Kind,
    /// Those behind `product_id`.
    columns: Vec<CopiedColumn>,
    sink: Pin<Box<CopyInSink<Bytes>>>,
    bytes: BytesMut,
}

struct CopiedColumn {
    /// Its place in rows.
    place: usize,
    column_type: ColumnType,
    /// Whether its value can be missing.
    is_optional: bool,
}

impl TableCopy {
    /// Begins to copy into the new table of a kind.
    pub(super) async fn begin(client: &Client, kind: Kind) -> Result<Self, Error> {
        let names = column_list(kind, |column| column.name.to_owned());
        let table = kind.definition().table;
        let copy = format!("COPY {table}_load ({names}) FROM STDIN (FORMAT binary, FREEZE)");
        let sink = Box::pin(client.copy_in(&copy).await?);
        let columns = own_columns(kind).map(|(place, column)| CopiedColumn {
            place,
            column_type: ColumnType::of(column),
            is_optional: matches!(column.holds, Holds::OptionalPrice | Holds::OptionalText),
        });
        let mut bytes = BytesMut::with_capacity(2 * CHUNK_BYTES);
        bytes.put_slice(HEADER);
        Ok(Self { kind, columns: columns.collect(), sink, bytes })
    }

    /// The kind of its rows.
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Copies the rows of a batch.
    pub(super) async fn add(&mut self, batch: &RowBatch) -> Result<(), Error> {
        for row in batch.rows() {
            self.write(row, batch);
            if self.bytes.len() >= CHUNK_BYTES {
                self.sink.send(self.bytes.split().freeze()).await?;
            }
        }
        Ok(())
    }

    /// Ends the copy. It fails with the server's reason if one of its rows was refused.
    pub(super) async fn finish(&mut self) -> Result<(), Error> {
        self.bytes.put_i16(-1);
        self.sink.send(self.bytes.split().freeze()).await?;
        self.sink.as_mut().finish().await.map(drop)
    }

    /// Writes the number of columns, then the length and the bytes of each.
    fn write(&mut self, row: RecordRow<'_>, batch: &RowBatch) {
        let Self { columns, bytes, .. } = self;
        // A kind has at most `MAX_COLUMNS`.
        bytes.put_i16(i16::try_from(columns.len() + 1).unwrap_or(i16::MAX));
        put_bigint(bytes, row.product_id().get());
        for &CopiedColumn { place, column_type, is_optional } in columns.iter() {
            let value = row.value(place);
            match column_type {
                _ if is_optional && value == NOTHING => bytes.put_i32(-1),
                ColumnType::Bigint => put_bigint(bytes, value),
                ColumnType::Smallint | ColumnType::State => put_smallint(bytes, value),
                ColumnType::Boolean => {
                    bytes.put_i32(1);
                    bytes.put_u8(u8::from(value != 0));
                }
                ColumnType::Time => {
                    let microseconds = Milliseconds(value.cast_signed()).to_microseconds();
                    put_bigint(bytes, microseconds.cast_unsigned());
                }
                ColumnType::Text => {
                    let text = batch.texts.get(Span::from_bits(value));
                    bytes.put_i32(i32::try_from(text.len()).unwrap_or(i32::MAX));
                    bytes.put_slice(text.as_bytes());
                }
            }
        }
    }
}

fn put_bigint(bytes: &mut BytesMut, value: u64) {
    bytes.put_i32(8);
    bytes.put_u64(value);
}

fn put_smallint(bytes: &mut BytesMut, value: u64) {
    bytes.put_i32(2);
    bytes.put_u16(u16::try_from(value).unwrap_or(u16::MAX));
}
