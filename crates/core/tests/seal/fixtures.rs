//! The formats do not change: what was sealed by every earlier version opens.

use guestsync_core::seal::{Binding, SharedKey, open, seal};

use crate::keys::{Holder, entropy, place};

/// Sealed by version 0.1 for guest `g-1`, field `/email`, with the keys of [`crate::keys`]. The example of docs/sealing.md.
const SEALED: &str = include_str!("fixtures/sealed-0.1.txt");
/// The same with the `shared` key of 32 bytes 7.
const SHARED: &str = include_str!("fixtures/shared-0.1.txt");

#[test]
fn what_version_0_1_sealed_opens_and_comes_out_the_same_today() {
    let holder = Holder::new("k1");
    let here = place("g-1", "/email");
    let sealed = seal(&holder.agreement(1), &mut entropy(1), &here, "ada@example.org").expect("sealed");
    assert_eq!(sealed, SEALED.trim());
    assert_eq!(open(SEALED.trim(), &here, &holder).expect("opened").expose(), "ada@example.org");
}

#[test]
fn what_version_0_1_sealed_with_a_shared_key_opens_and_comes_out_the_same_today() {
    let mut key = SharedKey::new(&mut [7; 32]);
    let here = place("g-1", "/email");
    assert_eq!(key.seal(&mut entropy(1), &here, Binding::Field, "ada@example.org").as_deref(), Ok(SHARED.trim()));
    assert_eq!(key.open(SHARED.trim(), &here, Binding::Field).expect("opened").expose(), "ada@example.org");
}
