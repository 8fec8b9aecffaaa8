#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| openfloor::fuzzing::log(bytes));
