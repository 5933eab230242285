//! A form sealed and made a patch by itself, without queue and journal: for `npm run bench -- worker`, and in no other build.

use std::cell::RefCell;

use guestsync_core::flat::Flat;
use guestsync_core::patch::{Document, Operation, Pointer};
use guestsync_core::seal::{Agreement, Binding, Entropy, Place, PublicPoint, SealError, SharedKey, seal};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

thread_local! {
    /// Read once, as those of the options are.
    static POINTERS: [Option<Pointer>; 4] = ["/email", "/phone", "/name", "/company"].map(|text| Pointer::parse(text).ok());
    static KEY: RefCell<SharedKey> = RefCell::new(SharedKey::new(&mut [7; 32]));
}

/// The patch that sets members to values, sealed: empty where that cannot be. `message` as for [`tell`](crate::tell): the guest, then
/// the values of the four fields; the secret: 32 random bytes, and where the values are sealed to a public key, the point and what was
/// agreed on.
#[wasm_bindgen]
#[must_use]
pub fn patch(message: String, secret: Vec<u8>, wall: f64) -> String {
    let (message, secret) = (Zeroizing::new(message), Zeroizing::new(secret));
    sealed(&mut Flat::new(&message), &secret, wall as u64).unwrap_or_default()
}

fn sealed(flat: &mut Flat<'_>, secret: &[u8], wall: u64) -> Option<String> {
    let (seed, agreed) = secret.split_at_checked(32)?;
    let mut entropy = Entropy::from_seed(&mut seed.try_into().ok()?);
    if agreed.is_empty() {
        return KEY
            .with_borrow_mut(|key| document(flat, wall, |place, plain| key.seal(&mut entropy, place, Binding::Field, plain)));
    }
    let (point, z) = agreed.split_at_checked(65)?;
    let agreement = Agreement::new("bench-1", PublicPoint::from_uncompressed(point).ok()?, &mut z.try_into().ok()?).ok()?;
    document(flat, wall, |place, plain| seal(&agreement, &mut entropy, place, plain))
}

fn document(flat: &mut Flat<'_>, wall: u64, mut seal: impl FnMut(&Place, &str) -> Result<String, SealError>) -> Option<String> {
    let mut document = Document::new();
    let guest = flat.text()?;
    POINTERS.with(|pointers| {
        for pointer in pointers.iter().flatten() {
            let place = Place::new(guest, pointer.clone()).ok()?;
            document.set(Operation::Replace, pointer, &seal(&place, flat.text()?).ok()?);
        }
        Some(document.finish(wall))
    })
}
