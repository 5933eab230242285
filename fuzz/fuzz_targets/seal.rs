//! Any value for any place: it opens there, nowhere else, and not when a character of it was changed.
#![no_main]

use guestsync_core::patch::Pointer;
use guestsync_core::seal::{Agree, Agreement, Binding, Entropy, Place, PublicPoint, SealError, SharedKey, open, seal};
use libfuzzer_sys::fuzz_target;
use zeroize::Zeroizing;

struct Keys;

impl Agree for Keys {
    fn agree(&self, _: &str, _: &PublicPoint) -> Result<Zeroizing<[u8; 32]>, SealError> {
        Ok(Zeroizing::new([7; 32]))
    }
}

fuzz_target!(|input: (&str, &str, usize, u8, &str)| {
    let (guest, pointer, at, change, plain) = input;
    let Ok(pointer) = Pointer::parse(pointer) else { return };
    let Ok(place) = Place::new(guest, pointer.clone()) else { return };
    let elsewhere = Place::new(&format!("{}-", &guest[..guest.len().min(100)]), pointer).expect("a valid id stays one");

    let point = PublicPoint::from_coordinates([1; 32], [2; 32]);
    let agreement = Agreement::new("key-1", point, &mut [7; 32]).expect("a key id");
    let sealed = seal(&agreement, &mut Entropy::from_seed(&mut [9; 32]), &place, plain).expect("short enough");
    assert_eq!(open(&sealed, &place, &Keys).expect("opens").expose(), plain);
    assert_eq!(open(&sealed, &elsewhere, &Keys).map(|_| ()), Err(SealError::Misplaced));
    if let Some(changed) = changed(&sealed, at, change) {
        assert!(open(&changed, &place, &Keys).is_err());
    }

    let mut shared = SharedKey::new(&mut [5; 32]);
    let sealed = shared.seal(&mut Entropy::from_seed(&mut [9; 32]), &place, Binding::Field, plain).expect("short enough");
    assert_eq!(shared.open(&sealed, &place, Binding::Field).expect("opens").expose(), plain);
    assert!(shared.open(&sealed, &elsewhere, Binding::Field).is_err());
    if let Some(changed) = changed(&sealed, at, change) {
        assert!(shared.open(&changed, &place, Binding::Field).is_err());
    }
});

/// The text with one of its ASCII characters changed to another.
fn changed(text: &str, at: usize, change: u8) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let at = at % bytes.len();
    let to = change & 0x7F;
    if bytes[at] == to {
        return None;
    }
    bytes[at] = to;
    String::from_utf8(bytes).ok()
}
