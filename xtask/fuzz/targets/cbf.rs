//! The target `cbf` of the damaged inputs, for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nanobragg_testkit::fuzz::answered("cbf", input).unwrap());
