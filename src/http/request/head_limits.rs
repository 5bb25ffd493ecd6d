//! The limits of a request's head, in every protocol. A proxy in front should let no more pass.
//! They are applied in `connection`, and described in `openapi`.

/// Most fields (header lines) of a head.
pub(crate) const MAX_FIELDS: usize = 100;

/// Most bytes of a head: request line and fields.
pub(crate) const HEAD_MAX_BYTES: usize = 32 * 1_024;

/// Most bytes of a request target: path and query.
pub(crate) const TARGET_MAX_BYTES: usize = 8 * 1_024;
