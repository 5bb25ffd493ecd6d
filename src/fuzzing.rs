//! The targets of fuzzing: one function for each parser, for the view and for lists
//! of words. Each takes any bytes and
//! panics when its part of the crate gives a wrong result. They are built only for `fuzz/` and for
//! tests. A test runs every kept input.

pub use crate::http::fuzzing::{form_body, forwarded, head, json_body, path, query};
pub use crate::import::fuzzing::csv;
pub use crate::service::words::fuzzing::words;
pub use crate::view::fuzzing::view;

/// A function that panics when its part of the crate gives a wrong result for these bytes.
pub type Target = fn(&[u8]);

/// Every target by the name of its folder in `fuzz/corpus` and of its program in `fuzz/targets`.
pub const TARGETS: [(&str, Target); 9] = [
    ("csv", csv),
    ("form_body", form_body),
    ("forwarded", forwarded),
    ("head", head),
    ("json_body", json_body),
    ("path", path),
    ("query", query),
    ("view", view),
    ("words", words),
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::panic::catch_unwind;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_kept_input_passes() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
        for (name, target) in TARGETS {
            assert!(root.join(format!("targets/{name}.rs")).exists(), "{name} has no program");
            let inputs = fs::read_dir(root.join("corpus").join(name)).expect("a folder of inputs");
            let mut count = 0;
            for input in inputs {
                let path = input.expect("the folder can be read").path();
                let bytes = fs::read(&path).expect("the file can be read");
                assert!(catch_unwind(|| target(&bytes)).is_ok(), "{}", path.display());
                count += 1;
            }
            assert!(count > 0, "{name} has no inputs");
        }
        let folders = fs::read_dir(root.join("corpus")).expect("a folder of folders").count();
        assert_eq!(folders, TARGETS.len(), "a folder is no target's");
    }
}
