//! Texts that claim to be sealed: as they come, and with any protected header.
#![no_main]

use base64ct::{Base64UrlUnpadded, Encoding};
use guestsync_core::patch::Pointer;
use guestsync_core::seal::Binding;
use guestsync_core::seal::{Envelope, Place, SharedKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let place = Place::new("guest", Pointer::parse("/email").expect("a pointer")).expect("a place");
    let header = Base64UrlUnpadded::encode_string(text.as_bytes());
    let tail = "AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA";
    for sealed in [text.to_owned(), format!("{header}..{tail}")] {
        if let Ok(envelope) = Envelope::parse(&sealed) {
            assert!(!envelope.key_id().is_empty());
            assert!(envelope.open(&place, &[7; 32]).is_err());
        }
    }
    assert!(SharedKey::new(&mut [5; 32]).open(text, &place, Binding::Field).is_err());
});
