//! The options of a page, handed over field by field.

use guestsync_core::consent::Purposes;
use guestsync_core::outbox::{Guest, Options, Ungranted};
use wasm_bindgen::prelude::*;

/// The options of a page. Made by the TypeScript face, which checks their types.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PageOptions {
    outbox: Options,
    pub(crate) mirrored: bool,
    purposes: Vec<(String, String)>,
}

#[wasm_bindgen]
impl PageOptions {
    /// Options for a guest that the site's server has started, or, where `session` is true, for a visitor whose session the page
    /// starts itself; `id` is then a fresh random session id. `mirrored`: localStorage holds the journal, or what mirrors it.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(id: String, session: bool, mirrored: bool) -> Self {
        let guest = if session { Guest::Session(id) } else { Guest::Known(id) };
        Self { outbox: Options::new(guest), mirrored, purposes: Vec::new() }
    }

    /// An attribute serves a purpose; the key `*` stands for all others.
    pub fn purpose(&mut self, key: String, purpose: String) {
        self.purposes.push((key, purpose));
    }

    /// The page states a purpose as granted.
    pub fn state(&mut self, purpose: String) {
        self.outbox.stated.push(purpose);
    }

    /// What is not granted is dropped instead of held.
    #[wasm_bindgen(js_name = dropUngranted)]
    pub fn drop_ungranted(&mut self) {
        self.outbox.ungranted = Ungranted::Drop;
    }

    /// The page wants to be asked when the server holds another value.
    pub fn resolves(&mut self) {
        self.outbox.resolves = true;
    }

    /// When what waits is sent (at so many keys, after so many milliseconds), and the limits of attributes.
    pub fn limits(&mut self, max_items: u32, max_delay_ms: u32, keys_per_update: u32, keys_per_guest: u32, value_bytes: u32) {
        self.outbox.max_items = max_items as usize;
        self.outbox.max_delay = max_delay_ms.into();
        self.outbox.limits.keys_per_update = keys_per_update as usize;
        self.outbox.limits.keys_per_guest = keys_per_guest as usize;
        self.outbox.limits.value_bytes = value_bytes as usize;
    }
}

impl PageOptions {
    pub(crate) fn finish(self) -> Options {
        Options { purposes: Purposes::new(self.purposes), ..self.outbox }
    }
}
