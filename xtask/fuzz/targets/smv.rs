//! The target `smv` of the damaged inputs, for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nanobragg_testkit::fuzz::answered("smv", input).unwrap());
