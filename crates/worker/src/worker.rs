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
/// `message` is a name and what belongs to it, texts in one string (`guestsync_core::flat`) as UTF-8, and after it so many `secret`
/// bytes. It comes as bytes, because the usual way for strings grows its buffer while it copies and leaves the smaller ones behind;
/// all of it is wiped. The result may hold a capability: the face wipes it. `wall` and `mono` are the two clocks of the engine.
#[wasm_bindgen]
#[must_use]
pub fn tell(message: Vec<u8>, wall: f64, mono: f64, secret: usize) -> String {
    let message = Zeroizing::new(message);
    let (text, secret) = message.split_at_checked(message.len().saturating_sub(secret)).unwrap_or_default();
    let text = core::str::from_utf8(text).unwrap_or_default();
    hear(&mut MACHINE.lock(), text, secret, Now::new(wall as u64, mono as u64))
}
