//! The records that S3 writes, and how often each was written. A million of them must fit, so each is kept as its text.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::scalar::Scalar;

/// The records by their ids.
#[derive(Default)]
pub(crate) struct Records {
    entries: IndexMap<Box<str>, Record>,
    /// The places of the entries in the order of their ids, for as many as there were when somebody looked.
    order: Vec<usize>,
    /// Writes of all records together.
    pub(crate) writes: u64,
    /// Those of them that changed something.
    pub(crate) changes: u64,
}

struct Record {
    attributes: Box<str>,
    writes: u32,
    changes: u32,
}

/// A record as `GET /_sandbox/records` shows it.
#[derive(Serialize)]
pub(crate) struct ShownRecord<'a> {
    id: &'a str,
    attributes: Map<String, Value>,
    writes: u32,
    changes: u32,
}

impl Records {
    /// The place of a record, and its attributes as text.
    pub(crate) fn get(&self, id: &str) -> Option<(usize, &str)> {
        self.entries.get_full(id).map(|(place, _, record)| (place, &*record.attributes))
    }

    /// Writes attributes that are in the order of their names, as a record's text.
    pub(crate) fn write(attributes: &[(Cow<'_, str>, Scalar<'_>)], text: &mut Vec<u8>) {
        let mut writer = serde_json::Serializer::new(text);
        writer
            .collect_map(attributes.iter().map(|(name, value)| (name, value)))
            .expect("invariant: texts, numbers and flags are written as JSON");
    }

    /// The attributes of a record's text.
    pub(crate) fn read(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).expect("invariant: records are stored as JSON objects")
    }

    /// Writes the record at a place, or a new one.
    pub(crate) fn put(&mut self, place: Option<usize>, id: &str, text: Box<str>) {
        self.writes += 1;
        match place.and_then(|place| self.entries.get_index_mut(place)) {
            Some((_, record)) => {
                let changed = record.attributes != text;
                record.attributes = text;
                record.writes += 1;
                record.changes += u32::from(changed);
                self.changes += u64::from(changed);
            }
            None => {
                self.entries.insert(id.into(), Record { attributes: text, writes: 1, changes: 1 });
                self.changes += 1;
            }
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.entries.len()
    }

    /// At most `limit` records with ids above `after`, in the order of their ids.
    pub(crate) fn after(&mut self, after: &str, limit: usize) -> Vec<ShownRecord<'_>> {
        let entries = &self.entries;
        let id = |place: &usize| entries.get_index(*place).map(|(id, _)| &**id);
        if limit > 0 && self.order.len() != entries.len() {
            self.order = (0..entries.len()).collect();
            self.order.sort_unstable_by_key(id);
        }
        let first = self.order.partition_point(|place| id(place) <= Some(after));
        let shown = self.order[first..].iter().take(limit).filter_map(|place| entries.get_index(*place));
        shown
            .map(|(id, record)| ShownRecord {
                id,
                attributes: Self::read(&record.attributes),
                writes: record.writes,
                changes: record.changes,
            })
            .collect()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
