//! Fuzzes `atelier::fuzzing::forwarded`, which says what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| atelier::fuzzing::forwarded(bytes));
