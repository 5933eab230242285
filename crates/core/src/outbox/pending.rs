//! What waits: the newest entry of each key, and the stored records that hold them.

use crate::clock::Clock;
use crate::journal::Entry;
use crate::sorted::Sorted;

/// Where an entry is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Home {
    /// In this task's burst, about to be stored.
    Burst,
    /// In a record whose transaction is under way.
    Storing { store: u32, record: String },
    /// In a stored record.
    Stored(String),
    /// In memory only: storage refused.
    Memory,
}

impl Home {
    fn record(&self) -> Option<&str> {
        match self {
            Self::Storing { record, .. } | Self::Stored(record) => Some(record),
            Self::Burst | Self::Memory => None,
        }
    }
}

/// An entry and where it is kept.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) entry: Entry,
    pub(super) home: Home,
}

/// What waits. A record whose entries have all gone is to be removed: at once where they have ended, but together with the
/// record of their successors, in one transaction, where they were superseded.
#[derive(Debug, Default)]
pub(super) struct Pending {
    newest: Sorted<Waiting>,
    live: Sorted<usize>,
    bytes: usize,
    ended: Vec<String>,
    superseded: Vec<String>,
}

fn weight(key: &str, entry: &Entry) -> usize {
    key.len() + entry.value.bytes()
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.newest.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.newest.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn get(&self, key: &str) -> Option<&Waiting> {
        self.newest.get(key)
    }

    /// The keys of all entries for which `wanted` holds.
    pub(super) fn select(&self, wanted: impl Fn(&str, &Waiting) -> bool) -> Vec<String> {
        self.newest.select(wanted)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Waiting)> {
        self.newest.iter()
    }

    /// The moment of the oldest entry.
    pub(super) fn oldest(&self) -> Option<Clock> {
        self.newest.values().map(|waiting| waiting.entry.clock).min()
    }

    /// Puts an entry in place of an older one; gives back the older one.
    pub(super) fn insert(&mut self, key: String, entry: Entry, home: Home) -> Option<Entry> {
        let older = self.take(&key).map(|Waiting { entry, home }| {
            let empty = self.leave(&home);
            self.superseded.extend(empty);
            entry
        });
        self.bytes += weight(&key, &entry);
        if let Some(record) = home.record() {
            *self.live.slot(record) += 1;
        }
        self.newest.insert(key, Waiting { entry, home });
        older
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, key: &str) -> Option<Entry> {
        let Waiting { entry, home } = self.take(key)?;
        let empty = self.leave(&home);
        self.ended.extend(empty);
        Some(entry)
    }

    fn take(&mut self, key: &str) -> Option<Waiting> {
        let waiting = self.newest.remove(key)?;
        self.bytes -= weight(key, &waiting.entry);
        Some(waiting)
    }

    /// Takes all entries out for which `dead` holds.
    pub(super) fn drain(&mut self, dead: impl Fn(&str, &Waiting) -> bool) -> Vec<(String, Entry)> {
        let mut drained = Vec::new();
        for key in self.newest.select(dead) {
            if let Some(entry) = self.remove(&key) {
                drained.push((key, entry));
            }
        }
        drained
    }

    /// Moves an entry to another home.
    pub(super) fn rehome(&mut self, key: &str, home: Home) {
        let Some(waiting) = self.newest.get_mut(key) else { return };
        if let Some(record) = home.record() {
            *self.live.slot(record) += 1;
        }
        let left = core::mem::replace(&mut waiting.home, home);
        let empty = self.leave(&left);
        self.ended.extend(empty);
    }

    /// The transaction of these records is complete.
    pub(super) fn stored(&mut self, store: u32) {
        for waiting in self.newest.values_mut() {
            if let Home::Storing { store: of, record } = &mut waiting.home
                && *of == store
            {
                waiting.home = Home::Stored(core::mem::take(record));
            }
        }
    }

    /// The transaction failed: its entries are in memory only. Gives back how many.
    pub(super) fn not_stored(&mut self, store: u32) -> usize {
        let mut count = 0;
        for waiting in self.newest.values_mut() {
            if let Home::Storing { store: of, record } = &waiting.home
                && *of == store
            {
                self.live.remove(record);
                waiting.home = Home::Memory;
                count += 1;
            }
        }
        count
    }

    /// Records of which everything has ended.
    pub(super) fn take_ended(&mut self) -> Vec<String> {
        core::mem::take(&mut self.ended)
    }

    /// Records of which everything was superseded by what is in the running burst.
    pub(super) fn take_superseded(&mut self) -> Vec<String> {
        core::mem::take(&mut self.superseded)
    }

    /// Whether a record holds something that waits.
    pub(super) fn holds(&self, record: &str) -> bool {
        self.live.contains(record)
    }

    /// Gives back the record if nothing waits in it any more.
    fn leave(&mut self, home: &Home) -> Option<String> {
        let record = home.record()?;
        let count = self.live.get_mut(record)?;
        *count -= 1;
        if *count > 0 {
            return None;
        }
        self.live.remove(record);
        Some(record.to_owned())
    }
}
