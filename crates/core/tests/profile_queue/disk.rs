//! What IndexedDB does: transactions end in the order in which they were begun, each as a whole or not at all.

use std::collections::{BTreeMap, VecDeque};

use guestsync_core::journal::{Row, Table, Write};
use guestsync_core::shared_str::SharedStr;

pub enum Job {
    Load(u32),
    Store(u32, Vec<Write>),
}

#[derive(Default)]
pub struct Disk {
    rows: BTreeMap<SharedStr, SharedStr>,
    pub jobs: VecDeque<Job>,
}

impl Disk {
    pub fn rows(&self) -> Vec<Row> {
        let row = |(key, value): (&SharedStr, &SharedStr)| Row { table: Table::Forms, key: key.clone(), value: value.clone() };
        self.rows.iter().map(row).collect()
    }

    pub fn apply(&mut self, writes: &[Write]) {
        for write in writes {
            match &write.value {
                // It only grows.
                Some(value) if write.key == "~clock" && self.rows.get(&write.key).is_some_and(|there| there > value) => None,
                Some(value) => self.rows.insert(write.key.clone(), value.clone()),
                None => self.rows.remove(&write.key),
            };
        }
    }

    /// The worker is gone: so many of its transactions are complete all the same.
    pub fn stop(&mut self, complete: usize) {
        for job in self.jobs.drain(..).take(complete).collect::<Vec<_>>() {
            if let Job::Store(_, writes) = job {
                self.apply(&writes);
            }
        }
    }

    /// Entries that wait to be sent: rows of guests.
    pub fn entries(&self) -> impl Iterator<Item = &SharedStr> {
        self.rows.iter().filter(|(key, _)| key.contains('/')).map(|(_, value)| value)
    }
}
