//! The options of a page, handed over field by field.

use guestsync_core::consent::Purposes;
use guestsync_core::outbox::{Guest, Options, Ungranted};
use wasm_bindgen::prelude::*;

/// Where the journal is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// In IndexedDB by the face, with localStorage as bridge, mirror and fallback.
    Auto,
    /// In localStorage.
    Local,
    /// In memory: Node, tests, or a page that wants nothing kept.
    Memory,
    /// By an object of the page's own.
    Host,
}

/// The options of a page. Made by the TypeScript face, which checks their types.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PageOptions {
    pub(crate) outbox: Options,
    pub(crate) endpoint: String,
    pub(crate) token: String,
    pub(crate) init: String,
    pub(crate) keeping: Keeping,
    purposes: Vec<(String, String)>,
}

#[wasm_bindgen]
impl PageOptions {
    /// Options for a guest that the site's server has started. `endpoint` is the gateway's Guest API; `token` the URL that gives
    /// capabilities.
    #[must_use]
    pub fn known(guest: String, endpoint: String, token: String) -> Self {
        Self::new(Guest::Known(guest), endpoint, token, String::new())
    }

    /// Options for a visitor whose session the page starts itself by POST to `init`; `session` is a fresh random id.
    #[must_use]
    pub fn session(session: String, endpoint: String, token: String, init: String) -> Self {
        Self::new(Guest::Session(session), endpoint, token, init)
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

    /// When what waits is sent: at so many keys, or after so many milliseconds.
    pub fn batch(&mut self, max_items: u32, max_delay_ms: u32) {
        self.outbox.max_items = max_items as usize;
        self.outbox.max_delay = max_delay_ms.into();
    }

    /// The limits of attributes.
    pub fn limits(&mut self, keys_per_update: u32, keys_per_guest: u32, value_bytes: u32) {
        self.outbox.limits.keys_per_update = keys_per_update as usize;
        self.outbox.limits.keys_per_guest = keys_per_guest as usize;
        self.outbox.limits.value_bytes = value_bytes as usize;
    }

    /// Where the journal is kept: "auto", "local", "memory" or "host".
    pub fn keep(&mut self, keeping: &str) {
        self.keeping = match keeping {
            "auto" => Keeping::Auto,
            "local" => Keeping::Local,
            "host" => Keeping::Host,
            _ => Keeping::Memory,
        };
    }

    /// The page wants to be asked when the server holds another value.
    pub fn resolves(&mut self) {
        self.outbox.resolves = true;
    }
}

impl PageOptions {
    fn new(guest: Guest, endpoint: String, token: String, init: String) -> Self {
        Self { outbox: Options::new(guest), endpoint, token, init, keeping: Keeping::Memory, purposes: Vec::new() }
    }

    pub(crate) fn finish(mut self) -> Self {
        self.outbox.purposes = Purposes::new(core::mem::take(&mut self.purposes));
        self
    }
}
