//! Stored text: what is read as a record is the same when written and read again.
#![no_main]

use guestsync_core::journal::record::Record;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(record) = Record::decode(text) {
        assert_eq!(Record::decode(&record.encode()), Ok(record));
    }
});
