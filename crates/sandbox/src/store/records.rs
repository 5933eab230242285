//! The records that S3 writes, and how often each was written. A million of them must fit, so each is kept as its text.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use serde::Serialize;
use serde_json::{Map, Value};

use super::hashes::Hashed;

/// The records by their ids.
#[derive(Default)]
pub(crate) struct Records {
    /// In the order in which they came.
    entries: Vec<Record>,
    /// By the hashes of their ids, the place of the last record of each: a table of hashes is small, and grows without a look at the
    /// records.
    places: HashMap<u32, u32, Hashed>,
    hasher: RandomState,
    /// The places of the entries in the order of their ids, for as many as there were when somebody looked.
    order: Vec<u32>,
    /// Writes of all records together.
    pub(crate) writes: u64,
    /// Those of them that changed something.
    pub(crate) changes: u64,
}

struct Record {
    /// The id, and the attributes behind it.
    text: Box<str>,
    id: u32,
    /// The record before it whose id has the same hash.
    same: Option<u32>,
    writes: u32,
    changes: u32,
}

/// Where the record of an id is, or will be.
pub(crate) struct Seat {
    hash: u32,
    place: Option<u32>,
}

/// A record as `GET /_sandbox/records` shows it.
#[derive(Serialize)]
pub(crate) struct ShownRecord<'a> {
    id: &'a str,
    attributes: Map<String, Value>,
    writes: u32,
    changes: u32,
}

impl Record {
    fn parts(&self) -> (&str, &str) {
        self.text.split_at(self.id as usize)
    }
}

impl Seat {
    pub(crate) const fn is_taken(&self) -> bool {
        self.place.is_some()
    }
}

impl Records {
    /// Looks for the record of an id.
    pub(crate) fn find(&self, id: &str) -> Seat {
        let hash = self.hasher.hash_one(id);
        self.seat((hash >> 32) as u32, id)
    }

    fn seat(&self, hash: u32, id: &str) -> Seat {
        let mut place = self.places.get(&hash).copied();
        while let Some(record) = place.map(|place| &self.entries[place as usize]).filter(|record| record.parts().0 != id) {
            place = record.same;
        }
        Seat { hash, place }
    }

    /// The attributes of the record in a seat, as text.
    pub(crate) fn text(&self, seat: &Seat) -> Option<&str> {
        seat.place.map(|place| self.entries[place as usize].parts().1)
    }

    /// The attributes of a record's text.
    pub(crate) fn read(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).expect("invariant: records are stored as JSON objects")
    }

    /// Writes the record of an id, whose seat was just found.
    pub(crate) fn put(&mut self, seat: &Seat, id: &str, attributes: &str) {
        self.writes += 1;
        let text = || [id, attributes].concat().into_boxed_str();
        if let Some(place) = seat.place {
            let record = &mut self.entries[place as usize];
            record.writes += 1;
            if record.parts().1 != attributes {
                record.text = text();
                record.changes += 1;
                self.changes += 1;
            }
        } else {
            let place = u32::try_from(self.entries.len()).expect("invariant: so many records do not fit into memory");
            let same = self.places.insert(seat.hash, place);
            let length = u32::try_from(id.len()).expect("invariant: an id is short");
            self.entries.push(Record { text: text(), id: length, same, writes: 1, changes: 1 });
            self.changes += 1;
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.entries.len()
    }

    /// At most `limit` records with ids above `after`, in the order of their ids.
    pub(crate) fn after(&mut self, after: &str, limit: usize) -> Vec<ShownRecord<'_>> {
        let entries = &self.entries;
        let id = |place: &u32| entries[*place as usize].parts().0;
        if limit > 0 && self.order.len() != entries.len() {
            self.order = (0_u32..).take(entries.len()).collect();
            self.order.sort_unstable_by_key(id);
        }
        let first = self.order.partition_point(|place| id(place) <= after);
        let shown = self.order[first..].iter().take(limit).map(|place| &entries[*place as usize]);
        shown
            .map(|record| {
                let (id, attributes) = record.parts();
                ShownRecord { id, attributes: Self::read(attributes), writes: record.writes, changes: record.changes }
            })
            .collect()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_one_hash_are_told_apart() {
        let mut records = Records::default();
        for (id, attributes) in [("a", "{}"), ("b", r#"{"x":1}"#), ("c", "{}"), ("b", r#"{"x":2}"#), ("a", "{}")] {
            let seat = records.seat(7, id);
            records.put(&seat, id, attributes);
        }
        let text = |id: &str| records.text(&records.seat(7, id)).map(str::to_owned);
        assert_eq!((text("a"), text("b"), text("d")), (Some("{}".into()), Some(r#"{"x":2}"#.into()), None));
        assert_eq!((records.count(), records.writes, records.changes), (3, 5, 4));
    }
}
