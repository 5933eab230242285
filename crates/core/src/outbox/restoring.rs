//! What a look at the journal makes of its records: news, dead, missing, or too old.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Outbox;
use super::consenting::is_alive;
use super::output::Event;
use super::pending::{Home, Stage};
use crate::journal::record::{Record, Unreadable};
use crate::journal::{Entry, Row};
use crate::shared_str::SharedStr;
use crate::sorted::Sorted;

impl Outbox {
    pub(super) fn drop_delivered_elsewhere(&mut self) {
        let delivered = &self.delivered;
        let passed = |key: &SharedStr, entry: &Arc<Entry>| delivered.get(key).is_some_and(|at| *at >= entry.clock);
        let dropped = self.pending.drain(&|key, waiting| passed(key, &waiting.entry));
        self.accounts.elsewhere += dropped.len() as u64;
        for key in &self.held.select(&passed) {
            self.held.remove(key);
            self.accounts.superseded += 1;
        }
    }

    /// Takes the entries of a record that are news; says whether the record is dead.
    pub(super) fn take_record(&mut self, row: &Row, expired: &mut Vec<SharedStr>) -> bool {
        let entries = match Record::decode(&row.value) {
            Ok(record) => record.entries,
            Err(Unreadable::Later) => return false,
            Err(Unreadable::Damaged) => {
                self.event(Event::Storage { reason: "damaged" });
                return true;
            }
        };
        let mut needed = self.pending.holds(&row.key);
        for (key, entry) in entries.iter() {
            self.ticker.observe(entry.clock);
            needed |= self.take_entry(row, key, entry, expired);
        }
        !needed
    }

    /// Says whether the record has to stay for the sake of this entry.
    fn take_entry(&mut self, record: &Row, key: &SharedStr, entry: &Arc<Entry>, expired: &mut Vec<SharedStr>) -> bool {
        let delivered = self.delivered.get(key).is_some_and(|at| *at >= entry.clock);
        if delivered || !is_alive(&self.consent, self.ended, entry) {
            return false;
        }
        if self.is_expired(entry) {
            if self.pending.get(key).is_none() {
                expired.push(key.clone());
            }
            return false;
        }
        match self.pending.get(key) {
            // Its successor is stored: it is dead. Is the successor not stored yet, it must outlive a crash.
            Some(waiting) if waiting.entry.clock > entry.clock => waiting.home.stage != Stage::Stored,
            Some(waiting) if waiting.entry.clock == entry.clock => {
                self.pending.found(key, record);
                true
            }
            // A page that states its purpose, or the worker, sends it.
            _ if !self.consent.is_granted(&entry.purpose) => true,
            _ => {
                self.accounts.restored += 1;
                self.wait(key.clone(), entry.clone(), Home::found(record));
                true
            }
        }
    }

    /// Records stored before the look was asked for that are not there any more: another tab has seen to them, unless the whole storage was cleared; then they
    /// wait on in memory.
    pub(super) fn miss(&mut self, load: u32, stored: &Sorted<()>, cleared: bool) {
        let gone = |home: &Home| {
            home.is_kept() && home.store < load && home.record.as_ref().is_none_or(|record| !stored.contains(record))
        };
        for key in &self.pending.select(&|_, waiting| gone(&waiting.home)) {
            // There is nothing to remove; is the look mistaken, as one at a storage that failed, the next one finds it again.
            self.pending.unstore(key);
            if cleared {
                continue;
            }
            if self.pending.remove(key).is_some() {
                self.accounts.elsewhere += 1;
            }
        }
    }

    fn is_expired(&self, entry: &Entry) -> bool {
        self.now.wall.saturating_sub(entry.clock.wall()) > self.options.ttl
    }

    /// Lets go of what has waited too long, also of what these records held, which nobody waits for any more.
    pub(super) fn expire(&mut self, mut found: Vec<SharedStr>) {
        let (ttl, wall) = (self.options.ttl, self.now.wall);
        let mut expired = self.pending.drain(&|_, waiting| wall.saturating_sub(waiting.entry.clock.wall()) > ttl);
        self.accounts.restored += found.len() as u64;
        expired.append(&mut found);
        if !expired.is_empty() {
            self.accounts.expired += expired.len() as u64;
            self.event(Event::Expired { keys: expired });
        }
    }
}
