//! What waits: the newest entry of each key, and the stored records that hold them.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::clock::Clock;
use crate::journal::{Entry, Row, Table};
use crate::shared_str::SharedStr;
use crate::sorted::Sorted;

/// How far the keeping of an entry has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// In this task's burst, about to be stored.
    Burst,
    /// In a record whose transaction is under way.
    Storing,
    /// In memory only: storage refused.
    Memory,
    /// In a record in localStorage, beside a database that is full: a killed browser may lose it, and not what it takes the place of.
    Beside,
    /// In a stored record.
    Stored,
}

impl Stage {
    /// How far a record has come that was found in this table.
    pub(super) fn of(table: Table) -> Self {
        if table == Table::Beside { Self::Beside } else { Self::Stored }
    }
}

/// Where an entry is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) stage: Stage,
    /// The transaction of its record (0: found there, or none).
    pub(super) store: u32,
    /// The key of its record.
    pub(super) record: Option<SharedStr>,
}

impl Home {
    /// In no record yet.
    pub(super) const BURST: Self = Self { stage: Stage::Burst, store: 0, record: None };

    /// In a record that the journal was found to hold.
    pub(super) fn found(record: &Row) -> Self {
        Self { stage: Stage::of(record.table), store: 0, record: Some(record.key.clone()) }
    }

    /// Whether it is in a record that others can see.
    pub(super) fn is_kept(&self) -> bool {
        self.stage >= Stage::Beside
    }

    fn is_storing(&self, store: u32) -> bool {
        self.stage == Stage::Storing && self.store == store
    }

    /// Keeps the entry in memory only; gives the record that it was in.
    fn leave(&mut self) -> Option<SharedStr> {
        self.stage = Stage::Memory;
        core::mem::take(&mut self.record)
    }
}

/// An entry and where it is kept.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) entry: Arc<Entry>,
    pub(super) home: Home,
}

/// What waits. A record whose entries have all gone is to be removed: at once where they have ended, but together with the
/// record of their successors, in one transaction, where they were superseded.
#[derive(Debug, Default)]
pub(super) struct Pending {
    newest: Sorted<Waiting>,
    live: Sorted<Live>,
    bytes: usize,
    ended: Vec<SharedStr>,
    superseded: Vec<SharedStr>,
    volatile: Vec<SharedStr>,
}

/// What a record still holds.
#[derive(Debug, Default)]
struct Live {
    /// So many entries that wait.
    waiting: usize,
    /// Whether an entry of it was superseded: then it must not go before the successor is stored.
    superseded: bool,
}

pub(super) fn weight(key: &SharedStr, entry: &Entry) -> usize {
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

    pub(super) fn get(&self, key: &SharedStr) -> Option<&Waiting> {
        self.newest.get(key)
    }

    /// The keys of all entries for which `wanted` holds.
    pub(super) fn select(&self, wanted: &dyn Fn(&SharedStr, &Waiting) -> bool) -> Vec<SharedStr> {
        self.newest.select(wanted)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&SharedStr, &Waiting)> {
        self.newest.iter()
    }

    /// The moment of the oldest entry.
    pub(super) fn oldest(&self) -> Option<Clock> {
        let mut oldest = None;
        for waiting in self.newest.values() {
            oldest = Some(oldest.unwrap_or(waiting.entry.clock).min(waiting.entry.clock));
        }
        oldest
    }

    /// Puts an entry in place of an older one; gives back the older one.
    pub(super) fn insert(&mut self, key: SharedStr, entry: Arc<Entry>, home: Home) -> Option<Arc<Entry>> {
        let older = self.take(&key).map(|Waiting { entry, home }| {
            if let Some(live) = home.record.as_ref().and_then(|record| self.live.get_mut(record)) {
                live.superseded = true;
            }
            self.leave(&home);
            entry
        });
        self.bytes += weight(&key, &entry);
        self.enter(&home);
        self.newest.insert(key, Waiting { entry, home });
        older
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, key: &SharedStr) -> Option<Arc<Entry>> {
        let Waiting { entry, home } = self.take(key)?;
        self.leave(&home);
        Some(entry)
    }

    fn take(&mut self, key: &SharedStr) -> Option<Waiting> {
        let waiting = self.newest.remove(key)?;
        self.bytes -= weight(key, &waiting.entry);
        Some(*waiting)
    }

    /// Takes all entries out for which `dead` holds, and gives their keys.
    pub(super) fn drain(&mut self, dead: &dyn Fn(&SharedStr, &Waiting) -> bool) -> Vec<SharedStr> {
        let drained = self.newest.select(dead);
        for key in &drained {
            self.remove(key);
        }
        drained
    }

    /// Moves an entry to another home.
    pub(super) fn rehome(&mut self, key: &SharedStr, home: Home) {
        let Some(waiting) = self.newest.get_mut(key) else { return };
        let left = core::mem::replace(&mut waiting.home, home.clone());
        self.enter(&home);
        self.leave(&left);
    }

    /// The transaction of these records is complete.
    pub(super) fn stored(&mut self, store: u32, stage: Stage) {
        for (_, waiting) in self.newest.iter_mut() {
            if waiting.home.is_storing(store) {
                waiting.home.stage = stage;
            }
        }
    }

    /// A look has found the record of an entry, perhaps elsewhere than where it was before.
    pub(super) fn found(&mut self, key: &SharedStr, record: &Row) {
        if let Some(Waiting { home, .. }) = self.newest.get_mut(key)
            && home.is_kept()
            && home.record.as_ref() == Some(&record.key)
        {
            home.stage = Stage::of(record.table);
        }
    }

    /// The transaction failed: its entries are in memory only, until the next one takes them along.
    pub(super) fn not_stored(&mut self, store: u32) {
        for (key, waiting) in self.newest.iter_mut() {
            if waiting.home.is_storing(store) {
                if let Some(record) = waiting.home.leave() {
                    self.live.remove(&record);
                }
                self.volatile.push(key.clone());
            }
        }
    }

    /// Keeps an entry in memory only: its record was not found, so that there is none to remove.
    pub(super) fn unstore(&mut self, key: &SharedStr) {
        let Some(waiting) = self.newest.get_mut(key) else { return };
        if let Some(record) = waiting.home.leave() {
            self.live.remove(&record);
        }
        self.volatile.push(key.clone());
    }

    /// The keys of entries that are in memory only.
    pub(super) fn take_volatile(&mut self) -> Vec<SharedStr> {
        core::mem::take(&mut self.volatile)
    }

    /// Records of which everything has ended.
    pub(super) fn take_ended(&mut self) -> Vec<SharedStr> {
        core::mem::take(&mut self.ended)
    }

    /// Records that are to go when what took the place of their entries is stored.
    pub(super) fn take_superseded(&mut self) -> Vec<SharedStr> {
        core::mem::take(&mut self.superseded)
    }

    /// Their removal failed, together with what was to take their place.
    pub(super) fn put_back_superseded(&mut self, mut records: Vec<SharedStr>) {
        self.superseded.append(&mut records);
    }

    /// Whether nothing waits that a crash or a killed browser would lose.
    pub(super) fn is_all_stored(&self) -> bool {
        self.newest.values().all(|waiting| waiting.home.stage == Stage::Stored)
    }

    /// Whether a record holds something that waits.
    pub(super) fn holds(&self, record: &SharedStr) -> bool {
        self.live.contains(record)
    }

    fn enter(&mut self, home: &Home) {
        let Some(record) = &home.record else { return };
        match self.live.get_mut(record) {
            Some(live) => live.waiting += 1,
            None => {
                self.live.insert(record.clone(), Live { waiting: 1, superseded: false });
            }
        }
    }

    fn leave(&mut self, home: &Home) {
        let Some(record) = &home.record else { return };
        let Some(live) = self.live.get_mut(record) else { return };
        live.waiting -= 1;
        if live.waiting == 0 {
            let gone = if live.superseded { &mut self.superseded } else { &mut self.ended };
            gone.push(record.clone());
            self.live.remove(record);
        }
    }
}
