//! No nonce twice (C3).

use std::collections::BTreeSet;

use guestsync_core::seal::{Binding, SharedKey};

use crate::keys::{entropy, place};

/// Seals `forms` forms of four fields with one key, as one guest's worker does, and gives the number of distinct nonces.
fn distinct_nonces(forms: u64) -> usize {
    let mut key = SharedKey::new(&mut [1; 32]);
    let fields = ["/email", "/phone", "/name", "/note"].map(|field| place("g-1", field));
    let mut nonces = BTreeSet::new();
    for form in 0..forms {
        let mut entropy = entropy(form);
        for field in &fields {
            let text = key.seal(&mut entropy, field, Binding::Field, "x").expect("sealed");
            nonces.insert(<[u8; 16]>::try_from(&text.as_bytes()[..16]).expect("96 bits in base64"));
        }
    }
    nonces.len()
}

#[test]
fn a_million_sealings_have_a_million_nonces() {
    assert_eq!(distinct_nonces(250_000), 1_000_000);
}

#[test]
#[ignore = "minutes: run with --ignored before a release"]
fn ten_million_sealings_have_ten_million_nonces() {
    assert_eq!(distinct_nonces(2_500_000), 10_000_000);
}
