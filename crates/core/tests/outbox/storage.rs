//! IndexedDB as browsers keep it: transactions one after the other, all or nothing.

use std::collections::BTreeMap;

use guestsync_core::clock::Clock;
use guestsync_core::journal::{Record, Row, Table, Write};
use guestsync_core::shared_str::SharedStr;

use crate::tab::GUEST;

#[derive(Default)]
pub struct Storage {
    rows: BTreeMap<(Table, SharedStr), SharedStr>,
    /// Whether every write is refused.
    pub full: bool,
    /// Whether a write was ever refused: from then on tabs may know things that no other tab can learn, and order between tabs
    /// is not promised.
    pub refused: bool,
    /// Whether records are not seen by who reads: another store answers in place of this one.
    pub blind: bool,
    /// When the last transaction begun so far will have ended.
    pub busy_until: u64,
}

impl Storage {
    pub fn write(&mut self, writes: &[Write]) -> bool {
        if self.full && writes.iter().any(|write| write.value.is_some()) {
            self.refused = true;
            return false;
        }
        for write in writes {
            let there = self.rows.get(&(write.table, write.key.clone()));
            let grows = write.table == Table::Consent || write.key.ends_with("/ended");
            if grows && write.value.as_ref().is_some_and(|new| there.is_some_and(|old| old >= new)) {
                continue;
            }
            match &write.value {
                Some(value) => self.rows.insert((write.table, write.key.clone()), value.clone()),
                None => self.rows.remove(&(write.table, write.key.clone())),
            };
        }
        true
    }

    /// Removes what is older, of whomever it is.
    pub fn prune(&mut self, before: &str) {
        self.rows.retain(|(table, key), value| match table {
            Table::Consent | Table::Forms => true,
            Table::Delivered => &**value >= before,
            Table::Records | Table::State => key.rsplit('/').next().is_none_or(|moment| moment >= before),
        });
    }

    pub fn of(&self, owner: &str) -> Vec<Row> {
        let seen = |table: Table| table != Table::Records || !self.blind;
        let wanted = |table: Table, key: &str| table == Table::Consent || (seen(table) && key.starts_with(&format!("{owner}/")));
        self.select(wanted)
    }

    /// What localStorage mirrors.
    pub fn mirror(&self) -> Vec<Row> {
        self.select(|table, _| matches!(table, Table::Consent | Table::State))
    }

    fn select(&self, wanted: impl Fn(Table, &str) -> bool) -> Vec<Row> {
        let rows = self.rows.iter().filter(|((table, key), _)| wanted(*table, key));
        rows.map(|((table, key), value)| Row { table: *table, key: key.clone(), value: value.clone() }).collect()
    }

    /// When a purpose was last withdrawn, as far as could be stored.
    pub fn epoch(&self, purpose: &str) -> Clock {
        let row = self.rows.get(&(Table::Consent, format!("w/{purpose}").into()));
        row.and_then(|text| Clock::from_text(text)).unwrap_or_default()
    }

    /// Records of purposes about which something is known: with their grant lost in a tab's end, others wait for it until their TTL.
    pub fn wanted_records(&self) -> usize {
        let known = |purpose: &str| {
            ["g", "w", "s", "n"].iter().any(|kind| self.rows.contains_key(&(Table::Consent, format!("{kind}/{purpose}").into())))
        };
        let wanted = |text: &SharedStr| {
            Record::decode(text).is_ok_and(|record| record.entries.values().any(|entry| known(&entry.purpose)))
        };
        self.rows.iter().filter(|((table, _), text)| *table == Table::Records && wanted(text)).count()
    }

    /// Rows of the state table whose name begins so.
    pub fn states(&self, name: &str) -> usize {
        self.rows
            .keys()
            .filter(|(table, key)| *table == Table::State && key.split_once('/').is_some_and(|(_, of)| of.starts_with(name)))
            .count()
    }

    /// When the last session ended.
    pub fn ended(&self) -> Clock {
        let row = self.rows.get(&(Table::State, format!("{GUEST}/ended").into()));
        row.and_then(|text| Clock::from_text(text)).unwrap_or_default()
    }

    pub fn record_keys(&self) -> Vec<SharedStr> {
        self.rows.keys().filter(|(table, _)| *table == Table::Records).map(|(_, key)| key.clone()).collect()
    }

    /// Whether this record is there and belongs to a session that has ended.
    pub fn holds_ended(&self, key: &str) -> bool {
        let newest = key.split_once('/').and_then(|(_, clock)| Clock::from_text(clock));
        self.rows.contains_key(&(Table::Records, key.into())) && newest.is_some_and(|at| at <= self.ended())
    }

    pub fn records(&self) -> usize {
        self.rows.keys().filter(|(table, _)| *table == Table::Records).count()
    }
}
