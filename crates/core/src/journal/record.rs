//! A record: the entries of one burst that serve one purpose.
//!
//! Version 1, all fields netstrings: `1`, purpose, epoch, then per entry key, type letter and value, clock. A reader takes
//! records of its own version; one of a later version it leaves alone.

use alloc::string::String;
use alloc::sync::Arc;

use super::netstring;
use crate::attribute::Value;
use crate::clock::Clock;
use crate::shared_str::SharedStr;
use crate::sorted::Sorted;

/// An attribute's update, as it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it will be.
    pub value: Value,
    /// What it serves.
    pub purpose: SharedStr,
    /// The epoch of that purpose when it was set.
    pub epoch: Clock,
    /// When it was set.
    pub clock: Clock,
}

/// Entries by key. They are shared: what waits, what is on its way and what is stored are the same.
pub type Entries = Sorted<Arc<Entry>>;

/// Entries that are stored, and removed, together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// All of one purpose and epoch.
    pub entries: Entries,
}

/// Why a stored text is not a record of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Written by a later version: leave it.
    Later,
    /// Damaged: nothing can be made of it.
    Damaged,
}

/// The moment of the newest entry; the first of all moments where there is none.
#[must_use]
pub fn newest(entries: &Entries) -> Clock {
    let mut newest = Clock::ZERO;
    for entry in entries.values() {
        newest = newest.max(entry.clock);
    }
    newest
}

const VERSION: &str = "1";

impl Record {
    /// Whether an entry has the purpose and epoch of the others.
    #[must_use]
    pub fn takes(&self, entry: &Entry) -> bool {
        self.entries.values().next().is_none_or(|of| of.purpose == entry.purpose && of.epoch == entry.epoch)
    }

    /// Puts an entry in.
    pub fn put(&mut self, key: SharedStr, entry: Arc<Entry>) {
        self.entries.insert(key, entry);
    }

    /// Its text. All entries share the purpose and epoch of the first.
    #[must_use]
    pub fn encode(&self) -> SharedStr {
        let mut text = String::with_capacity(64 * (self.entries.len() + 1));
        netstring::push(&mut text, VERSION);
        let (purpose, epoch) = self.entries.values().next().map_or(("", Clock::ZERO), |e| (&*e.purpose, e.epoch));
        netstring::push(&mut text, purpose);
        netstring::push_clock(&mut text, epoch);
        for (key, entry) in self.entries.iter() {
            netstring::push(&mut text, key);
            netstring::push(&mut text, entry.value.typed());
            netstring::push_clock(&mut text, entry.clock);
        }
        text.into()
    }

    /// Reads a text.
    ///
    /// # Errors
    /// [`Unreadable`] says what to do with it.
    pub fn decode(text: &str) -> Result<Self, Unreadable> {
        let rest = &mut &*text;
        match netstring::next(rest) {
            Some(VERSION) => {}
            Some(version) if version.bytes().all(|b| b.is_ascii_digit()) && version > VERSION => return Err(Unreadable::Later),
            _ => return Err(Unreadable::Damaged),
        }
        Self::body(rest).ok_or(Unreadable::Damaged)
    }

    fn body(rest: &mut &str) -> Option<Self> {
        let purpose = netstring::next(rest)?;
        let epoch = netstring::next_clock(rest)?;
        let mut entries = Entries::default();
        while !rest.is_empty() {
            let key = netstring::next(rest)?.into();
            let value = Value::from_typed(netstring::next(rest)?)?;
            let clock = netstring::next_clock(rest)?;
            entries.insert(key, Arc::new(Entry { value, purpose: purpose.into(), epoch, clock }));
        }
        (!entries.is_empty()).then_some(Self { entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(value: Value) -> Arc<Entry> {
        let clock = Clock::from_text("0000000000010000000000aa").expect("a clock");
        Arc::new(Entry { value, purpose: "service".into(), epoch: Clock::ZERO, clock })
    }

    proptest! {
        #[test]
        fn records_read_back(keys in prop::collection::vec((any::<String>(), any::<String>(), any::<bool>()), 1..6)) {
            let mut record = Record::default();
            for (key, text, flag) in keys {
                let typed = if flag { format!("b{}", text.is_empty()) } else { format!("s{text}") };
                let value = Value::from_typed(&typed).expect("a value");
                record.entries.insert(key.into(), entry(value));
            }
            prop_assert_eq!(Record::decode(&record.encode()), Ok(record));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            let _ = Record::decode(&text);
            let _ = Record::decode(&format!("1:1{text}"));
        }

        #[test]
        fn a_cut_record_is_damaged(cut in 0usize..80) {
            let mut record = Record::default();
            record.entries.insert("tier".into(), entry(Value::text("gold")));
            let text = record.encode();
            prop_assert_eq!(Record::decode(&text[..cut.min(text.len() - 1)]), Err(Unreadable::Damaged));
        }
    }

    #[test]
    fn a_record_of_version_one_as_it_was_first_written_still_loads() {
        let text = include_str!("../../fixtures/record-v1.txt").trim_end_matches('\n');
        let record = Record::decode(text).expect("version 1");
        assert_eq!(record.entries.len(), 3);
        assert_eq!(record.entries.get(&"preferredLanguage".into()).map(|entry| &entry.value), Some(&Value::text("en-US")));
        assert_eq!(record.encode(), text);
    }

    #[test]
    fn a_later_version_is_left_alone() {
        assert_eq!(Record::decode("1:25:xyzab"), Err(Unreadable::Later));
    }
}
