//! Everything the sandbox remembers, in memory, one part per file.

mod effects;
mod guests;
mod keys;
pub(crate) mod redact;
mod requests;
mod ring;
mod tokens;
mod windows;

use std::collections::BTreeMap;

pub(crate) use effects::{Effects, Write};
pub(crate) use guests::Guest;
pub(crate) use keys::{Begun, Fingerprint, KeptAnswer, KeyId, Keys};
pub(crate) use requests::{LoggedRequest, Requests};
pub(crate) use tokens::{Grant, Tokens};
pub(crate) use windows::{Window, Windows};

/// What calls write. One lock guards the records and the list of effects, so that the list has their true order.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) guests: BTreeMap<String, Guest>,
    pub(crate) effects: Effects,
}

impl Store {
    pub(crate) fn clear(&mut self) {
        self.guests.clear();
        self.effects.clear();
    }
}

/// Marks, in a response's extensions, that the request changed the store.
#[derive(Clone)]
pub(crate) struct Applied;
