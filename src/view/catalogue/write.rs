//! The JSON of a product of the catalogue.

use super::bytes::Bytes;
use super::head::{HEAD_BYTES, RELATED_START, STYLES_START};
use super::{Campus, Catalogue};
use crate::domain::Id as _;
use crate::view::json;
use crate::view::pool::TextPool;

impl Catalogue {
    pub(super) fn write_product(&self, has_features: bool, campus: &Campus, output: &mut Vec<u8>) {
        let mut bytes = Bytes::new(&self.record[HEAD_BYTES..]);
        output.extend_from_slice(b"{\"id\":");
        json::write_number(self.product_id.get(), output);
        output.extend_from_slice(b",\"campus\":\"");
        output.extend_from_slice(&campus.json);
        output.extend_from_slice(b"\",\"name\":\"");
        bytes.copy_text(output);
        output.extend_from_slice(b"\",\"slogan\":\"");
        bytes.copy_text(output);
        output.extend_from_slice(b"\",\"description\":\"");
        bytes.copy_text(output);
        output.extend_from_slice(b"\",\"category\":\"");
        bytes.copy_text(output);
        output.extend_from_slice(b"\",\"default_price\":\"");
        bytes.copy_text(output);
        let imported_at = self.imported_at().to_bytes();
        output.extend_from_slice(b"\",\"created_at\":\"");
        output.extend_from_slice(&imported_at);
        output.extend_from_slice(b"\",\"updated_at\":\"");
        output.extend_from_slice(&imported_at);
        if !has_features {
            output.extend_from_slice(b"\"}");
            return;
        }
        output.extend_from_slice(b"\",\"features\":[");
        for position in 0..bytes.number() {
            output.extend_from_slice(if position > 0 { b",{\"feature\":\"" } else { b"{\"feature\":\"" });
            bytes.copy_text(output);
            if bytes.number() > 0 {
                output.extend_from_slice(b"\",\"value\":\"");
                bytes.copy_text(output);
                output.extend_from_slice(b"\"}");
            } else {
                output.extend_from_slice(b"\",\"value\":null}");
            }
        }
        output.extend_from_slice(b"]}");
    }

    pub(super) fn write_styles(&self, pool: &TextPool, output: &mut Vec<u8>) {
        let mut bytes = Bytes::new(self.section(STYLES_START, Some(RELATED_START)));
        output.extend_from_slice(b"{\"product_id\":\"");
        json::write_number(self.product_id.get(), output);
        output.extend_from_slice(b"\",\"results\":[");
        for position in 0..bytes.number() {
            output.extend_from_slice(if position > 0 { b",{\"style_id\":" } else { b"{\"style_id\":" });
            json::write_number(bytes.number(), output);
            output.extend_from_slice(b",\"name\":\"");
            bytes.copy_text(output);
            output.extend_from_slice(b"\",\"original_price\":\"");
            bytes.copy_text(output);
            match bytes.number() {
                0 => output.extend_from_slice(b"\",\"sale_price\":null,\"default?\":"),
                length => {
                    output.extend_from_slice(b"\",\"sale_price\":\"");
                    bytes.copy(length, output);
                    output.extend_from_slice(b"\",\"default?\":");
                }
            }
            output.extend_from_slice(if bytes.number() > 0 { b"true" } else { b"false" });
            write_photos(&mut bytes, pool, output);
            write_skus(&mut bytes, output);
        }
        output.extend_from_slice(b"]}");
    }
}

/// Clients read the first photo of the first style without looking whether it is there.
fn write_photos(bytes: &mut Bytes<'_>, pool: &TextPool, output: &mut Vec<u8>) {
    let photos = bytes.number();
    if photos == 0 {
        output.extend_from_slice(b",\"photos\":[{\"thumbnail_url\":null,\"url\":null}]");
        return;
    }
    for position in 0..photos {
        output.extend_from_slice(if position > 0 {
            b",{\"thumbnail_url\":\""
        } else {
            b",\"photos\":[{\"thumbnail_url\":\""
        });
        bytes.copy_shared_text(pool, output);
        output.extend_from_slice(b"\",\"url\":\"");
        bytes.copy_shared_text(pool, output);
        output.extend_from_slice(b"\"}");
    }
    output.push(b']');
}

fn write_skus(bytes: &mut Bytes<'_>, output: &mut Vec<u8>) {
    let skus = bytes.number();
    if skus == 0 {
        output.extend_from_slice(b",\"skus\":{\"null\":{\"quantity\":null,\"size\":null}}}");
        return;
    }
    let mut id = 0;
    for position in 0..skus {
        output.extend_from_slice(if position > 0 { b",\"" } else { b",\"skus\":{\"" });
        id += bytes.number();
        json::write_number(id, output);
        output.extend_from_slice(b"\":{\"quantity\":");
        json::write_number(bytes.number(), output);
        output.extend_from_slice(b",\"size\":\"");
        bytes.copy_text(output);
        output.extend_from_slice(b"\"}");
    }
    output.extend_from_slice(b"}}");
}
