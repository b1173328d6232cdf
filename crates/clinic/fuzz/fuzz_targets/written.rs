//! Any values, written as a good client writes them: all of them are read as they are.
#![no_main]

use clinic_fuzz::Written;

libfuzzer_sys::fuzz_target!(|values: ([u8; 16], [u8; 16], [u8; 32], u64, u64, Vec<(Vec<u8>, Vec<u8>)>)| {
    let (kit, item, secret, length, offset, others) = values;
    Written { kit, item, secret, length, offset, others }.is_read();
});
