//! Any notifications in any order.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|messages: Vec<(u8, String)>| turnwise::fuzzing::reducer(messages));
