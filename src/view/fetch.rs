//! Fetching a record from memory ahead of its use.

/// A cache line of the processor.
const CACHE_LINE_BYTES: usize = 64;

/// How much of a record is fetched ahead. Most records are shorter; the pages of longer ones are
/// mostly near their beginning.
const FETCH_MAX_BYTES: usize = 4 * 1_024;

/// Makes the processor fetch the record, or the beginning of a long one. Independent loads run in
/// parallel, where writing a page would wait for one piece of memory after the other.
pub(super) fn fetch(record: &[u8]) {
    let pieces = record[..record.len().min(FETCH_MAX_BYTES)].iter().step_by(CACHE_LINE_BYTES);
    std::hint::black_box(pieces.fold(0, |all, byte| all ^ byte));
}
