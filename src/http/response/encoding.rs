//! Encodings of lists: which one a client prefers (`Accept-Encoding`, RFC 9110, section 12.5.3),
//! and the work itself. Errors and responses to writes are short and are never encoded.
//! Deliberately absent: the cache of encoded lists (`encoded_pages`).

use std::cell::RefCell;
use std::io::Write as _;

use http::header::HeaderValue;

/// Lists of fewer bytes fit into a packet or two anyway.
const MIN_BYTES: usize = 1_024;

/// The level of each encoder. With a higher one, lists of 1 to 8 KB take longer and hardly get
/// smaller.
const GZIP_LEVEL: u32 = 3;
const BROTLI_QUALITY: i32 = 4;
const ZSTD_LEVEL: i32 = 3;

/// The window of brotli. Nearly all lists are shorter. Its tables grow with the window.
const BROTLI_WINDOW_BITS: i32 = 18;

/// How a list is sent. Of encodings that a client prefers equally, the first is used: it saves the
/// most bytes for its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    Zstd,
    Gzip,
    Brotli,
}

/// What a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// The encoding that it prefers to none.
    pub(crate) encoding: Option<Encoding>,
    /// It accepts nothing else, even for a short list.
    pub(crate) always: bool,
}

impl Accepted {
    /// How a list of so many bytes is sent.
    pub(crate) fn encoding_of(self, bytes: usize) -> Option<Encoding> {
        self.encoding.filter(|encoding| self.always || (MIN_BYTES..=encoding.max_bytes()).contains(&bytes))
    }
}

impl Encoding {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Zstd, Self::Gzip, Self::Brotli];

    /// The name in `Content-Encoding`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    pub(crate) fn to_value(self) -> HeaderValue {
        HeaderValue::from_static(self.name())
    }

    /// Longer lists are sent as they are: while one is encoded, the worker's other connections
    /// wait.
    fn max_bytes(self) -> usize {
        match self {
            Self::Zstd => 1 << 20,
            Self::Gzip | Self::Brotli => 1 << 18,
        }
    }

    /// Encodes a list. `None` when the encoder fails, which is logged.
    pub(crate) fn encode(self, json: &[u8]) -> Option<Vec<u8>> {
        let encoded = match self {
            Self::Zstd => zstd(json),
            Self::Brotli => brotli(json),
            Self::Gzip => gzip(json),
        };
        encoded
            .inspect_err(
                |error| tracing::error!(%error, encoding = self.name(), "a list could not be encoded"),
            )
            .ok()
    }
}

/// Enough room for most encoded lists.
fn room(json: &[u8]) -> Vec<u8> {
    Vec::with_capacity(json.len() / 2)
}

fn gzip(json: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(room(json), flate2::Compression::new(GZIP_LEVEL));
    encoder.write_all(json)?;
    encoder.finish()
}

fn brotli(mut json: &[u8]) -> std::io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: json.len(),
        ..Default::default()
    };
    let mut encoded = room(json);
    brotli::BrotliCompress(&mut json, &mut encoded, &parameters)?;
    Ok(encoded)
}

fn zstd(json: &[u8]) -> std::io::Result<Vec<u8>> {
    thread_local! {
        /// Setting up its tables takes longer than a short list.
        static ENCODER: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    }
    ENCODER.with_borrow_mut(|encoder| match encoder {
        Some(encoder) => encoder.compress(json),
        None => encoder.insert(zstd::bulk::Compressor::new(ZSTD_LEVEL)?).compress(json),
    })
}

/// Reads the values of `Accept-Encoding`. Of encodings that a client prefers equally, the best one
/// here is taken. `*` means gzip, which every client knows.
pub(crate) fn accepted<'v>(values: impl Iterator<Item = &'v [u8]>) -> Accepted {
    let mut named = Named::default();
    for part in values.flat_map(|value| value.split(|&byte| byte == b',')) {
        named.read(part);
    }
    let Named { zstd, brotli, gzip, identity, any } = named;
    let gzip = gzip.or(any).unwrap_or(0);
    let candidates = [
        (zstd.unwrap_or(0), Encoding::Zstd),
        (gzip, Encoding::Gzip),
        (brotli.unwrap_or(0), Encoding::Brotli),
    ];
    // The first one of those with the highest weight.
    let best = candidates.into_iter().rev().max_by_key(|(weight, _)| *weight);
    let encoding = best.filter(|&(weight, _)| weight > 0 && weight >= identity.unwrap_or(0));
    let forbids_identity = identity.or(any) == Some(0);
    Accepted { encoding: encoding.map(|(_, encoding)| encoding), always: forbids_identity }
}

/// The weights that a client gave, in thousandths.
#[derive(Debug, Default)]
struct Named {
    zstd: Option<u16>,
    brotli: Option<u16>,
    gzip: Option<u16>,
    identity: Option<u16>,
    any: Option<u16>,
}

impl Named {
    /// Reads `gzip` or `gzip;q=0.5`. Anything else is ignored.
    fn read(&mut self, part: &[u8]) {
        let mut pieces = part.splitn(2, |&byte| byte == b';');
        let name = pieces.next().unwrap_or_default().trim_ascii();
        let weight = match pieces.next() {
            Some(parameter) => weight(parameter.trim_ascii()),
            None => Some(1_000),
        };
        let place = match name {
            _ if name.eq_ignore_ascii_case(b"gzip") || name.eq_ignore_ascii_case(b"x-gzip") => &mut self.gzip,
            _ if name.eq_ignore_ascii_case(b"br") => &mut self.brotli,
            _ if name.eq_ignore_ascii_case(b"zstd") => &mut self.zstd,
            _ if name.eq_ignore_ascii_case(b"identity") => &mut self.identity,
            b"*" => &mut self.any,
            _ => return,
        };
        *place = place.or(weight);
    }
}

/// Reads `q=0.123`: thousandths of one.
fn weight(parameter: &[u8]) -> Option<u16> {
    let (name, value) = std::str::from_utf8(parameter).ok()?.split_once('=')?;
    let number: f32 = value.trim().parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1,000")]
    let thousandths = (number * 1_000.0).round() as u16;
    (name.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&number)).then_some(thousandths)
}
