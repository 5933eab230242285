//! What the face calls.

use alloc::string::String;
use alloc::vec::Vec;

use guestsync_core::Now;
use spin::Mutex;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::shell::{Shell, hear};

/// It lives as long as the instance: answers may come at any time.
static MACHINE: Mutex<Option<Shell>> = Mutex::new(None);

/// Tells the machine something; `open` makes one. The result is what the face is asked: JSON text, or empty.
///
/// `message` is a name and what belongs to it, texts in one string (`guestsync_core::flat`); `secret` the bytes that belong to it. Both
/// are wiped. The result may hold a capability: the face wipes it. `wall` and `mono` are the two clocks of the engine.
#[wasm_bindgen]
#[must_use]
pub fn tell(message: String, secret: Vec<u8>, wall: f64, mono: f64) -> String {
    let (message, secret) = (Zeroizing::new(message), Zeroizing::new(secret));
    hear(&mut MACHINE.lock(), &message, &secret, Now::new(wall as u64, mono as u64))
}
