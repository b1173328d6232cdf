//! Any bytes as the head of a request: what is read of it is what it says, or it is refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|head: &[u8]| clinic_fuzz::any_request(head));
