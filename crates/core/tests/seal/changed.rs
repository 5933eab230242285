//! No change of a thousand envelopes opens: every bit of each, and every cut, under the right key.

use guestsync_core::seal::{Agree, Binding, Envelope, Place, SharedKey, seal};

use crate::keys::{Holder, entropy, place};

const ENVELOPES: usize = 1_000;

/// Of another guest, field and length each.
fn samples() -> impl Iterator<Item = (u64, Place, String)> {
    (0..ENVELOPES).map(|i| {
        let here = place(&format!("g-{}", i % 20), &format!("/f{}", i / 20));
        (i as u64, here, "a@b.c ü".chars().cycle().take(i % 50).collect())
    })
}

/// Every text that differs in one bit, is cut at its end, or has lost its beginning: how many there were.
fn each_change(text: &str, mut refused: impl FnMut(&str) -> bool) -> usize {
    let mut tried = 0;
    let mut bytes = text.as_bytes().to_vec();
    for at in 0..bytes.len() {
        // The eighth makes it no UTF-8.
        for bit in 0..7 {
            bytes[at] ^= 1 << bit;
            assert!(refused(str::from_utf8(&bytes).expect("ASCII")), "bit {bit} of character {at}");
            bytes[at] ^= 1 << bit;
        }
        for cut in [&text[..at], &text[at + 1..]] {
            assert!(refused(cut), "{at}");
        }
        tried += 9;
    }
    tried
}

#[test]
fn no_changed_bit_and_no_cut_of_a_thousand_sealed_values_opens() {
    let holder = Holder::new("k1");
    let mut tried = 0;
    for (number, here, plain) in samples() {
        let text = seal(&holder.agreement(number % 20), &mut entropy(number), &here, &plain).expect("sealed");
        let envelope = Envelope::parse(&text).expect("an envelope");
        let secret = holder.agree(envelope.key_id(), envelope.ephemeral()).expect("agreed");
        assert_eq!(envelope.open(&here, &secret).expect("opened").expose(), &plain);
        // The secret is the right one whatever the changed header names: only the tag decides.
        tried += each_change(&text, |changed| Envelope::parse(changed).and_then(|it| it.open(&here, &secret)).is_err());
    }
    assert!(tried > 1_000_000, "{tried}");
}

#[test]
fn no_changed_bit_and_no_cut_of_a_thousand_shared_values_opens() {
    let mut key = SharedKey::new(&mut [1; 32]);
    let mut tried = 0;
    for (number, here, plain) in samples() {
        let text = key.seal(&mut entropy(number), &here, Binding::Field, &plain).expect("sealed");
        assert_eq!(key.open(&text, &here, Binding::Field).expect("opened").expose(), &plain);
        tried += each_change(&text, |changed| key.open(changed, &here, Binding::Field).is_err());
    }
    assert!(tried > 500_000, "{tried}");
}
