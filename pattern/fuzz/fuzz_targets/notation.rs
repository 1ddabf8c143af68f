//! Notation: read, played a little, written in every way and read again.

#![no_main]

#[allow(dead_code, reason = "the other targets take the other readers")]
#[path = "../../examples/fuzz_formats/readers.rs"]
mod readers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    readers::read_notation(bytes);
});
