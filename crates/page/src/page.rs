//! What the face calls.

use alloc::string::String;
use alloc::vec::Vec;

use guestsync_core::Now;
use spin::{Mutex, MutexGuard};
use wasm_bindgen::prelude::*;

use crate::shell::Shell;

/// They live as long as the page: answers may come at any time.
static PAGES: Mutex<Vec<Shell>> = Mutex::new(Vec::new());

/// An outbox; `tick` starts it. The result is its number. `options` are texts in one string (`guestsync_core::flat`): two random
/// numbers of 32 bits, then the options and the rows that localStorage mirrors. `wall` and `mono` are the two clocks of the engine.
#[wasm_bindgen]
#[must_use]
pub fn open(options: &str, wall: f64, mono: f64) -> usize {
    let mut pages = pages();
    pages.push(Shell::new(options, now(wall, mono)));
    pages.len() - 1
}

/// Tells it something: a name and what belongs to it, texts in one string. The result is what the face is asked: JSON text, or empty.
#[wasm_bindgen]
#[must_use]
pub fn tell(page: usize, message: &str, wall: f64, mono: f64) -> String {
    pages().get_mut(page).map(|shell| shell.hear(message, now(wall, mono))).unwrap_or_default()
}

/// After a trap they stay locked: then each further call is a trap too, and none waits for ever.
fn pages() -> MutexGuard<'static, Vec<Shell>> {
    PAGES.try_lock().expect("no call is made within another, nor after a trap")
}

/// In whole milliseconds.
const fn now(wall: f64, mono: f64) -> Now {
    Now::new(wall as u64, mono as u64)
}
