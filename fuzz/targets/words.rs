//! Fuzzes `atelier::fuzzing::words`, which says what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| atelier::fuzzing::words(bytes));
