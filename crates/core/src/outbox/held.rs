//! What waits in memory for a grant.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::pending::weight;
use crate::journal::{Entries, Entry};
use crate::shared_str::SharedStr;

/// The newest entry of each key whose purpose is not granted, and what they weigh.
#[derive(Debug, Default)]
pub(super) struct Held {
    entries: Entries,
    bytes: usize,
}

impl Held {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn get(&self, key: &SharedStr) -> Option<&Arc<Entry>> {
        self.entries.get(key)
    }

    /// The keys of all entries for which `wanted` holds.
    pub(super) fn select(&self, wanted: &dyn Fn(&SharedStr, &Arc<Entry>) -> bool) -> Vec<SharedStr> {
        self.entries.select(wanted)
    }

    /// Puts an entry in place of an older one; gives back the older one.
    pub(super) fn insert(&mut self, key: SharedStr, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        let older = self.remove(&key);
        self.bytes += weight(&key, &entry);
        self.entries.insert(key, entry);
        older
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, key: &SharedStr) -> Option<Arc<Entry>> {
        let entry = self.entries.remove(key)?;
        self.bytes -= weight(key, &entry);
        Some(*entry)
    }
}
