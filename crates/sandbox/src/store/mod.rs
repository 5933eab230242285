//! Everything the sandbox remembers, in memory, one part per file.

mod channels;
mod effects;
mod guests;
mod hashes;
mod keys;
mod records;
pub(crate) mod redact;
mod requests;
mod ring;
mod schemas;
mod tokens;
mod windows;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::options::Sample;
use crate::sample;

pub(crate) use channels::Channels;
pub(crate) use effects::{Effects, Write};
pub(crate) use guests::Guest;
pub(crate) use keys::{Begun, Fingerprint, KeptAnswer, KeyId, Keys};
pub(crate) use records::{Records, ShownRecord};
pub(crate) use requests::{LoggedRequest, Requests};
pub(crate) use schemas::{Schema, Schemas};
pub(crate) use tokens::{Grant, Tokens};
pub(crate) use windows::{Window, Windows};

/// What calls write. One lock guards the records and the list of effects, so that the list has their true order.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) guests: BTreeMap<String, Guest>,
    pub(crate) effects: Effects,
    /// Read without the lock by whoever took a copy of the pointer.
    pub(crate) schemas: Arc<Schemas>,
    pub(crate) records: Records,
    pub(crate) channels: Channels,
}

impl Store {
    /// A store with the sample's definitions in it.
    pub(crate) fn new(sample: Sample) -> Self {
        let mut store = Self::default();
        sample::fill(Arc::make_mut(&mut store.schemas), sample.schemas);
        store
    }

    /// Back to how it was made.
    pub(crate) fn reset(&mut self, sample: Sample) {
        self.guests.clear();
        self.effects.clear();
        self.records.clear();
        self.channels.clear();
        let schemas = Arc::make_mut(&mut self.schemas);
        schemas.clear();
        sample::fill(schemas, sample.schemas);
    }
}

/// Marks, in a response's extensions, that the request changed the store.
#[derive(Clone)]
pub(crate) struct Applied;
