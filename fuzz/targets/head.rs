//! Fuzzes `atelier::fuzzing::head`, which says what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| atelier::fuzzing::head(bytes));
