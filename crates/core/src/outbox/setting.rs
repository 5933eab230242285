//! Taking updates and keeping them: one transaction for all calls of one task.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::input::Call;
use super::output::{Event, Outcome, Output};
use super::pending::{Home, Stage};
use super::sending::earlier;
use super::storing::{Job, SetCall, Store, remove};
use super::{Outbox, Ungranted};
use crate::Millis;
use crate::attribute::{self, Update};
use crate::consent::Ledger;
use crate::journal::record::newest;
use crate::journal::{Entry, Record, Table, Write};
use crate::shared_str::SharedStr;

/// The calls of the running task.
#[derive(Debug, Default)]
pub(super) struct Burst {
    deferred: bool,
    keys: Vec<SharedStr>,
    pub(super) calls: Vec<SetCall>,
}

impl Outbox {
    pub(super) fn set(&mut self, call: Call, updates: Vec<Update>) {
        if self.closed {
            return self.settle(call, Outcome::Closed);
        }
        let known = &self.known;
        let checked = attribute::check(updates, &self.options.limits, known.len(), &|key| known.contains(key));
        let updates = match checked {
            Ok(updates) => updates,
            Err(issues) => return self.settle(call, Outcome::Invalid(issues)),
        };
        if !self.has_room(&updates) {
            return self.settle(call, Outcome::Full);
        }
        let mut held = Vec::new();
        let before = self.burst.keys.len();
        for (key, value) in updates {
            self.accounts.set += 1;
            let purpose = self.options.purposes.of(&key).clone();
            let epoch = self.consent.epoch(&purpose);
            let entry = Arc::new(Entry { value, epoch, clock: self.ticker.tick(self.now.wall), purpose });
            if self.consent.is_granted(&entry.purpose) {
                self.burst.keys.push(key.clone());
                self.wait(key, entry, Home::BURST);
            } else {
                held.push(key.clone());
                self.hold(key, entry);
            }
        }
        if !held.is_empty() {
            let dropped = self.options.ungranted == Ungranted::Drop;
            self.event(if dropped {
                Event::Dropped { keys: core::mem::take(&mut held) }
            } else {
                Event::Held { keys: held.clone() }
            });
        }
        if self.burst.keys.len() == before {
            return self.settle(call, Outcome::Set { durability: None, held });
        }
        self.burst.calls.push(SetCall { call, held });
        self.defer();
    }

    /// Puts an entry among what waits; what it replaces is superseded.
    pub(super) fn wait(&mut self, key: SharedStr, entry: Arc<Entry>, home: Home) {
        if self.held.get(&key).is_some_and(|held| held.clock < entry.clock) {
            self.held.remove(&key);
            self.accounts.superseded += 1;
        }
        self.known.insert(key.clone(), ());
        self.accounts.superseded += u64::from(self.pending.insert(key, entry, home).is_some());
    }

    /// Keeps an entry in memory until its purpose is granted, or drops it where so configured.
    pub(super) fn hold(&mut self, key: SharedStr, entry: Arc<Entry>) {
        if self.options.ungranted == Ungranted::Drop {
            self.accounts.dropped += 1;
            return;
        }
        self.known.insert(key.clone(), ());
        self.accounts.superseded += u64::from(self.held.insert(key, entry).is_some());
    }

    /// Puts held entries, now granted, into the running burst.
    pub(super) fn unhold(&mut self, keys: &[SharedStr]) {
        for key in keys {
            let Some(entry) = self.held.remove(key) else { continue };
            if self.pending.get(key).is_some_and(|waiting| waiting.entry.clock > entry.clock) {
                self.accounts.superseded += 1;
            } else {
                self.burst.keys.push(key.clone());
                self.wait(key.clone(), entry, Home::BURST);
            }
        }
        self.defer();
    }

    pub(super) fn defer(&mut self) {
        if !core::mem::replace(&mut self.burst.deferred, true) {
            self.put(Output::Defer);
        }
    }

    fn has_room(&self, updates: &[(SharedStr, attribute::Value)]) -> bool {
        let (mut keys, mut bytes) = (0, 0);
        for (key, value) in updates {
            let waits = self.pending.get(key).map(|waiting| &waiting.entry).or_else(|| self.held.get(key));
            keys += usize::from(waits.is_none());
            bytes += (key.len() + value.bytes()).saturating_sub(waits.map_or(0, |entry| key.len() + entry.value.bytes()));
        }
        self.pending.len() + self.held.len() + keys <= self.options.max_waiting
            && self.pending.bytes() + self.held.bytes() + bytes <= self.options.max_bytes
    }

    /// Stores what the calls of the ended task left, one record per purpose, all in one transaction.
    pub(super) fn end_burst(&mut self) {
        let Burst { mut keys, calls, .. } = core::mem::take(&mut self.burst);
        keys.append(&mut self.pending.take_volatile());
        let mut records: Vec<Record> = Vec::new();
        for key in &keys {
            if let Some(waiting) = self.pending.get(key)
                && matches!(waiting.home.stage, Stage::Burst | Stage::Memory)
            {
                let entry = waiting.entry.clone();
                match records.iter_mut().find(|record| record.takes(&entry)) {
                    Some(record) => record.put(key.clone(), entry),
                    None => {
                        let mut record = Record::default();
                        record.put(key.clone(), entry);
                        records.push(record);
                    }
                }
            }
        }
        if records.is_empty() && calls.is_empty() {
            return;
        }
        let store = self.id();
        let mut writes = Vec::with_capacity(records.len());
        for record in &records {
            let row = self.row_key(&newest(&record.entries).to_text());
            for (key, _) in record.entries.iter() {
                self.pending.rehome(key, Home { stage: Stage::Storing, store, record: Some(row.clone()) });
            }
            writes.push(Write::put(Table::Records, row, record.encode()));
        }
        // What is kept must not wait for a grant that is not.
        if self.decisions_unkept > 0 {
            self.consent.ahead_of(&Ledger::default(), &mut writes);
        }
        // A record whose successors are partly in a transaction that may still fail has to stay.
        let under_way = self.stores.iter().any(|store| matches!(store.job, Job::Burst { .. }));
        let superseded = if under_way { Vec::new() } else { self.pending.take_superseded() };
        remove(&superseded, &mut writes);
        self.removals(&mut writes);
        let job = Job::Burst { calls, superseded };
        self.stores.push(Store { id: store, job, removals: Some(Vec::new()) });
        self.put(Output::Store { store, writes });
        // The others count on from what they have heard of; a crash must not keep this from them.
        if self.is_set_back() {
            self.notify_records();
        }
    }

    /// Something waits: sent when enough has come together, or after the delay.
    pub(super) fn want_flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let delay: Millis = if self.pending.len() >= self.options.max_items { 0 } else { self.options.max_delay };
        let at = self.now.mono.saturating_add(delay);
        self.due = earlier(self.due, Some(at));
    }
}
