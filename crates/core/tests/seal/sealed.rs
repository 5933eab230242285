//! The `sealed` mode.

use guestsync_core::seal::{Agree, Agreement, Envelope, MAX_PLAIN, PublicPoint, SealError, open, seal};
use proptest::prelude::*;

use crate::keys::{Holder, entropy, place};

fn sample(holder: &Holder) -> String {
    seal(&holder.agreement(1), &mut entropy(1), &place("g-1", "/email"), "ada@example.org").expect("sealed")
}

proptest! {
    #[test]
    fn what_was_sealed_opens_at_its_place_and_nowhere_else(
        plain in any::<String>(), guest in "[a-z0-9-]{1,36}", field in "(/[a-zA-Z0-9äöü~0 ]{1,10}){1,3}", number in any::<u64>()
    ) {
        prop_assume!(guestsync_core::patch::Pointer::parse(&field).is_ok());
        let holder = Holder::new("k1");
        let here = place(&guest, &field);
        let text = seal(&holder.agreement(number), &mut entropy(number), &here, &plain).expect("sealed");
        let opened = open(&text, &here, &holder).expect("opened");
        prop_assert_eq!(opened.expose(), &plain);
        prop_assert_eq!(open(&text, &place("g-other~", &field), &holder).err(), Some(SealError::Misplaced));
        prop_assert_eq!(open(&text, &place(&guest, "/other!"), &holder).err(), Some(SealError::Misplaced));
    }

    #[test]
    fn any_text_is_answered_without_a_panic(text in any::<String>(), parts in prop::collection::vec("[A-Za-z0-9_-]{0,20}", 5)) {
        let holder = Holder::new("k1");
        prop_assert!(open(&text, &place("g", "/f"), &holder).is_err());
        prop_assert!(open(&parts.join("."), &place("g", "/f"), &holder).is_err());
    }
}

#[test]
fn the_form_is_five_parts_with_an_empty_key() {
    let text = sample(&Holder::new("k1"));
    let parts: Vec<&str> = text.split('.').collect();
    assert_eq!(parts.len(), 5);
    assert_eq!(parts[1], "");
    assert_eq!(parts[2].len(), 16, "a nonce of 96 bits");
    assert_eq!(parts[4].len(), 22, "a tag of 128 bits");
    assert!(text.is_ascii());
}

#[test]
fn no_flipped_bit_opens() {
    let holder = Holder::new("k1");
    let (text, here) = (sample(&holder), place("g-1", "/email"));
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(open(&changed, &here, &holder).is_err(), "bit {bit} of character {at}");
        }
    }
}

#[test]
fn no_truncation_or_extension_opens() {
    let holder = Holder::new("k1");
    let (text, here) = (sample(&holder), place("g-1", "/email"));
    for cut in 0..text.len() {
        assert!(open(&text[..cut], &here, &holder).is_err(), "{cut}");
        assert!(open(&text[cut + 1..], &here, &holder).is_err(), "{cut}");
    }
    for more in ["A", ".", "=", " ", "\n"] {
        assert_eq!(open(&(text.clone() + more), &here, &holder).err(), Some(SealError::Malformed), "{more:?}");
    }
}

/// 50 fields of 20 guests under one agreement each: no value opens at another's place, and no part can be exchanged.
#[test]
fn no_value_opens_at_the_place_of_another() {
    let holder = Holder::new("k1");
    let places: Vec<_> =
        (0..20u64).flat_map(|g| (0..50).map(move |f| (g, place(&format!("g-{g}"), &format!("/f{f}"))))).collect();
    let agreements: Vec<_> = (0..20).map(|g| holder.agreement(g)).collect();
    let sealed: Vec<_> = (0u64..)
        .zip(&places)
        .map(|(i, (g, place))| seal(&agreements[*g as usize], &mut entropy(i), place, "value").expect("sealed"))
        .collect();
    let mut refused = 0;
    for (i, text) in sealed.iter().enumerate() {
        let envelope = Envelope::parse(text).expect("an envelope");
        let secret = holder.agree(envelope.key_id(), envelope.ephemeral()).expect("agreed");
        for (j, (_, elsewhere)) in places.iter().enumerate() {
            let opened = envelope.open(elsewhere, &secret);
            if i == j {
                assert_eq!(opened.expect("opened").expose(), "value");
            } else {
                assert_eq!(opened.err(), Some(SealError::Misplaced));
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 999_000);
}

#[test]
fn a_header_that_names_another_place_does_not_fit_the_value() {
    let holder = Holder::new("k1");
    let agreement = holder.agreement(1);
    let email = seal(&agreement, &mut entropy(1), &place("g-1", "/email"), "ada").expect("sealed");
    let phone = seal(&agreement, &mut entropy(2), &place("g-1", "/phone"), "555").expect("sealed");
    let (header, _) = phone.split_once('.').expect("a header");
    let (_, rest) = email.split_once('.').expect("a rest");
    assert_eq!(open(&format!("{header}.{rest}"), &place("g-1", "/phone"), &holder).err(), Some(SealError::Forged));
}

#[test]
fn another_key_is_told_apart_from_an_unknown_one() {
    let text = sample(&Holder::new("k1"));
    let here = place("g-1", "/email");
    assert_eq!(open(&text, &here, &Holder::new("k2")).err(), Some(SealError::KeyUnknown));
    let forged = Agreement::new("k1", PublicPoint::from_coordinates([1; 32], [2; 32]), &mut [3; 32]).expect("a name");
    let off_curve = seal(&forged, &mut entropy(1), &here, "x").expect("sealed");
    assert_eq!(open(&off_curve, &here, &Holder::new("k1")).err(), Some(SealError::Malformed));
}

#[test]
fn sizes_are_bounded_on_both_sides() {
    let holder = Holder::new("k1");
    let here = place("g-1", "/email");
    let largest = "x".repeat(MAX_PLAIN);
    let text = seal(&holder.agreement(1), &mut entropy(1), &here, &largest).expect("sealed");
    assert_eq!(open(&text, &here, &holder).expect("opened").expose(), &largest);
    assert_eq!(seal(&holder.agreement(1), &mut entropy(1), &here, &(largest + "x")), Err(SealError::TooLong));
    assert_eq!(open(&"A".repeat(1_000_000), &here, &holder).err(), Some(SealError::Malformed));
}

#[test]
fn a_key_id_is_a_name() {
    let point = || PublicPoint::from_coordinates([1; 32], [2; 32]);
    for bad in ["", "a b", "a\"b", "ü", &"k".repeat(129)] {
        assert_eq!(Agreement::new(bad, point(), &mut [3; 32]).err(), Some(SealError::Name), "{bad}");
    }
    let mut secret = [3; 32];
    let agreement = Agreement::new("key-1", point(), &mut secret).expect("a name");
    assert_eq!(secret, [0; 32], "the caller's copy is wiped");
    assert_eq!(format!("{agreement:?}"), r#"Agreement { key_id: "key-1", .. }"#);
}
