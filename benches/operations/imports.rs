//! An import without a store: three files are read, split, checked, resolved and dropped.

use std::hint::black_box;

use atelier::import::{ImportOptions, Sources, import};

use super::Operation;
use super::nowhere::Nowhere;
use super::shop::files;

/// A call reads all three files.
pub(crate) fn files_checked() -> Operation {
    let folder = files();
    let sources = Sources::in_directory(folder.path());
    let read = move || {
        let summary = import(&Nowhere, &sources, &ImportOptions::default(), &mut |_| ());
        // The files exist as long as this.
        let _ = &folder;
        summary.expect("the files are good").rows_read.rows()
    };
    let items = u32::try_from(read()).expect("a few thousand");
    Operation { items, round: 1, call: Box::new(move || _ = black_box(read())) }
}
