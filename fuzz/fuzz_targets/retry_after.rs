//! A server's `Retry-After`: no wait is longer than the ceiling.
#![no_main]

use guestsync_core::retry::retry_after::{CEILING, http_date, retry_after};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u64, &str)| {
    let (now, value) = input;
    assert!(retry_after(value, now).is_none_or(|wait| wait <= CEILING));
    let _ = http_date(value, now);
});
