//! Why an export fails. Deliberately absent: what becomes of files then.

use crate::files::FileError;
use crate::store::StoreError;

/// Why an export fails.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file or folder cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
