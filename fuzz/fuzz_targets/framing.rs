//! Any bytes, in any chunks.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (Vec<u8>, Vec<u8>)| turnwise::fuzzing::framing(&input.0, &input.1));
