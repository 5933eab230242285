//! IndexedDB as browsers keep it: transactions one after the other, all or nothing; and localStorage beside it, where a page uses that.

use std::collections::BTreeMap;

use guestsync_core::clock::Clock;
use guestsync_core::journal::{Record, Row, Table, Write};
use guestsync_core::outbox::Durability;
use guestsync_core::shared_str::SharedStr;

use crate::tab::GUEST;

#[derive(Default)]
pub struct Storage {
    rows: BTreeMap<(Table, SharedStr), SharedStr>,
    /// Whether every write is refused.
    pub full: bool,
    /// What localStorage takes then, if it does: a killed browser loses it.
    beside: Option<BTreeMap<(Table, SharedStr), SharedStr>>,
    /// Whether a write was ever refused: from then on tabs may know things that no other tab can learn, and order between tabs
    /// is not promised.
    pub refused: bool,
    /// Whether records are not seen by who reads: another store answers in place of this one.
    pub blind: bool,
    /// When the last transaction begun so far will have ended.
    pub busy_until: u64,
}

impl Storage {
    /// An empty one; whether localStorage takes what a full database does not.
    pub fn new(has_beside: bool) -> Self {
        Self { beside: has_beside.then(BTreeMap::new), ..Self::default() }
    }

    pub fn write(&mut self, writes: &[Write]) -> Option<Durability> {
        let Some(beside) = &mut self.beside else {
            if self.full && writes.iter().any(|write| write.value.is_some()) {
                self.refused = true;
                return None;
            }
            self.put(writes);
            return Some(Durability::Disk);
        };
        let (mut here, mut there) = (Vec::new(), Vec::new());
        let puts_records = writes.iter().any(|write| write.table == Table::Records && write.value.is_some());
        for write in writes {
            match &write.value {
                Some(_) if self.full => here.push(write.clone()),
                None if self.full && puts_records && write.table == Table::Records => here.push(write.clone()),
                Some(_) => there.push(write.clone()),
                None => {
                    here.push(write.clone());
                    there.push(write.clone());
                }
            }
        }
        let durability = if here.iter().any(|write| write.value.is_some()) { Durability::Beside } else { Durability::Disk };
        for write in here {
            let place = (write.table, write.key);
            match write.value {
                Some(value) => _ = beside.insert(place, value),
                None => _ = beside.remove(&place),
            }
        }
        if !self.full {
            self.bring_home();
        }
        self.put(&there);
        Some(durability)
    }

    /// Moves what localStorage holds into the database.
    fn bring_home(&mut self) {
        let beside = self.beside.as_mut().map(std::mem::take).unwrap_or_default();
        let writes: Vec<Write> = beside.into_iter().map(|((table, key), value)| Write::put(table, key, value)).collect();
        self.put(&writes);
    }

    /// The browser is killed before it has written what is in localStorage.
    pub fn lose_beside(&mut self) {
        self.beside.as_mut().map(std::mem::take);
    }

    fn put(&mut self, writes: &[Write]) {
        for write in writes {
            let there = self.rows.get(&(write.table, write.key.clone()));
            let grows = write.table == Table::Consent || write.key.ends_with("/ended") || write.key.ends_with("/session");
            if grows && write.value.as_ref().is_some_and(|new| there.is_some_and(|old| old >= new && **old < *"4")) {
                continue;
            }
            match &write.value {
                Some(value) => self.rows.insert((write.table, write.key.clone()), value.clone()),
                None => self.rows.remove(&(write.table, write.key.clone())),
            };
        }
    }

    /// Removes what is older, of whomever it is.
    pub fn prune(&mut self, before: &str) {
        self.rows.retain(|(table, key), value| match table {
            Table::Consent | Table::Forms => true,
            Table::Delivered => &**value >= before,
            Table::Records | Table::Beside | Table::State => key.rsplit('/').next().is_none_or(|moment| moment >= before),
        });
    }

    /// What a page reads.
    pub fn load(&mut self, owner: &str) -> Vec<Row> {
        if !self.full {
            self.bring_home();
        }
        let wanted = |table: Table, key: &str| table == Table::Consent || key.starts_with(&format!("{owner}/"));
        let mut rows: Vec<Row> =
            self.select(|table, key| (table != Table::Records || !self.blind) && wanted(table, key)).collect();
        for ((table, key), value) in self.beside.iter().flatten().filter(|((table, key), _)| wanted(*table, key)) {
            let table = if *table == Table::Records { Table::Beside } else { *table };
            rows.retain(|row| table == Table::Consent || (row.table, &row.key) != (table, key));
            rows.push(Row { table, key: key.clone(), value: value.clone() });
        }
        rows
    }

    /// What localStorage mirrors.
    pub fn mirror(&self) -> Vec<Row> {
        let mirrored = |table| matches!(table, Table::Consent | Table::State);
        let beside = self.beside.iter().flatten().filter(|((table, _), _)| mirrored(*table));
        self.select(|table, _| mirrored(table)).chain(beside.map(row)).collect()
    }

    fn select(&self, wanted: impl Fn(Table, &str) -> bool) -> impl Iterator<Item = Row> {
        self.rows.iter().filter(move |((table, key), _)| wanted(*table, key)).map(row)
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

    pub fn records_beside(&self) -> usize {
        self.beside.iter().flatten().filter(|((table, _), _)| *table == Table::Records).count()
    }

    pub fn records(&self) -> usize {
        self.rows.keys().filter(|(table, _)| *table == Table::Records).count()
    }
}

fn row(((table, key), value): (&(Table, SharedStr), &SharedStr)) -> Row {
    Row { table: *table, key: key.clone(), value: value.clone() }
}
