//! The `shared` mode.

use guestsync_core::seal::{Binding, SealError, SharedKey};
use proptest::prelude::*;

use crate::keys::{entropy, place};

fn key(byte: u8) -> SharedKey {
    SharedKey::new(&mut [byte; 32])
}

proptest! {
    #[test]
    fn what_was_sealed_opens_at_its_place_and_nowhere_else(plain in any::<String>(), number in any::<u64>()) {
        let here = place("g-1", "/email");
        let text = key(1).seal(&mut entropy(number), &here, Binding::Field, &plain).expect("sealed");
        let opened = key(1).open(&text, &here, Binding::Field).expect("opened");
        prop_assert_eq!(opened.expose(), &plain);
        for elsewhere in [place("g-2", "/email"), place("g-1", "/phone"), place("g-1", "/email/x")] {
            prop_assert_eq!(key(1).open(&text, &elsewhere, Binding::Field).err(), Some(SealError::Forged));
        }
        prop_assert_eq!(key(1).open(&text, &here, Binding::None).err(), Some(SealError::Forged));
        prop_assert_eq!(key(2).open(&text, &here, Binding::Field).err(), Some(SealError::Forged));
    }

    #[test]
    fn any_text_is_answered_without_a_panic(text in any::<String>(), base64 in "([A-Za-z0-9+/]{4}){0,20}") {
        prop_assert!(key(1).open(&text, &place("g", "/f"), Binding::Field).is_err());
        prop_assert!(key(1).open(&base64, &place("g", "/f"), Binding::Field).is_err());
    }
}

#[test]
fn no_flipped_bit_and_no_truncation_opens() {
    let here = place("g-1", "/email");
    let text = key(1).seal(&mut entropy(1), &here, Binding::Field, "ada@example.org").expect("sealed");
    for at in 0..text.len() {
        assert!(key(1).open(&text[..at], &here, Binding::Field).is_err(), "{at}");
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(key(1).open(&changed, &here, Binding::Field).is_err(), "bit {bit} of character {at}");
        }
    }
}

#[test]
fn without_binding_a_moved_value_opens() {
    let text = key(1).seal(&mut entropy(1), &place("g-1", "/email"), Binding::None, "ada").expect("sealed");
    assert_eq!(key(1).open(&text, &place("g-2", "/phone"), Binding::None).expect("opened").expose(), "ada");
}

#[test]
fn a_key_stops_at_its_limit() {
    let mut key = SharedKey::with_limit(&mut [1; 32], 3);
    let here = place("g-1", "/email");
    let mut seal = || key.seal(&mut entropy(1), &here, Binding::Field, "x").map(drop);
    assert_eq!([seal(), seal(), seal(), seal()], [Ok(()), Ok(()), Ok(()), Err(SealError::Exhausted)]);
}

#[test]
fn the_key_of_the_caller_is_wiped_and_debug_shows_nothing() {
    let mut bytes = [5; 32];
    let key = SharedKey::new(&mut bytes);
    assert_eq!(bytes, [0; 32]);
    assert_eq!(format!("{key:?}"), "SharedKey(..)");
}

#[test]
fn a_key_is_read_from_base64url_of_exactly_32_bytes() {
    let here = place("g-1", "/email");
    let text = key(0).seal(&mut entropy(1), &here, Binding::Field, "ada").expect("sealed");
    let read = SharedKey::from_text(&"A".repeat(43)).expect("a key");
    assert_eq!(read.open(&text, &here, Binding::Field).expect("opened").expose(), "ada");
    for bad in ["", &"A".repeat(42), &"A".repeat(44), &"/".repeat(43)] {
        assert_eq!(SharedKey::from_text(bad).err(), Some(SealError::Malformed), "{bad}");
    }
}
