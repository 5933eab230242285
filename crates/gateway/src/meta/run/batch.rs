//! Records made into batches: read, mapped, checked, and written as the server takes them.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use guestsync_genesys::call::{MOST_BYTES, MOST_ENTITIES};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Counts, Reject};
use crate::meta::input::{InputError, Position, Raw, Reader};
use crate::meta::mapping::Mapping;
use crate::meta::schema::{LONGEST_ID, Problem, Rules, Update};
use crate::text::{cut, hex};

/// Records in the first batches, unless told otherwise.
pub const USUAL_BATCH: usize = 500;
/// The most records in a batch.
pub const LARGEST_BATCH: usize = MOST_ENTITIES;
/// Bytes of a batch's entities, with room for what stands around them.
const MOST: usize = MOST_BYTES - 1_024;

/// A batch.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) number: u64,
    pub(super) start: Position,
    pub(super) end: Position,
    /// The entities, one after another.
    text: Vec<u8>,
    pub(super) entities: Vec<Entity>,
    /// Records that are not sent.
    pub(super) rejects: Vec<Reject>,
    /// What it has come to so far.
    pub(super) counts: Counts,
}

/// A record in a batch.
#[derive(Debug, Clone)]
pub(super) struct Entity {
    pub(super) record: u64,
    pub(super) line: u64,
    pub(super) id: String,
    /// Of its id: two records of one id have one hash.
    pub(super) hash: u64,
    text: Range<usize>,
}

impl Batch {
    /// The request's body with these entities.
    pub(super) fn body(&self, entities: &[usize], replace: bool) -> Vec<u8> {
        let length: usize = entities.iter().map(|index| self.entities[*index].text.len() + 1).sum();
        let mut body = Vec::with_capacity(length + 64);
        body.extend_from_slice(b"{\"entities\":[");
        for (place, index) in entities.iter().enumerate() {
            if place > 0 {
                body.push(b',');
            }
            body.extend_from_slice(&self.text[self.entities[*index].text.clone()]);
        }
        body.extend_from_slice(if replace { b"],\"partialUpdate\":false}" } else { b"],\"partialUpdate\":true}" });
        body
    }

    /// What this content is known by.
    pub(super) fn key(&self) -> String {
        hex(&Sha256::digest(&self.text)[..16])
    }
}

/// Makes batches.
pub(super) struct Batcher {
    reader: Reader,
    mapping: Mapping,
    rules: Rules,
    update: Update,
    texts: bool,
    hasher: RandomState,
    /// A record that was read and belongs to the next batch.
    held: Option<(Position, Raw)>,
}

impl Batcher {
    pub(super) fn new(reader: Reader, mapping: Mapping, rules: Rules, update: Update, texts: bool) -> Self {
        Self { reader, mapping, rules, update, texts, hasher: RandomState::new(), held: None }
    }

    /// Goes on from a position.
    pub(super) fn go_to(&mut self, position: Position) -> Result<(), InputError> {
        self.held = None;
        self.reader.go_to(position)
    }

    /// The next batch of at most `size` records, or of exactly those before `end`; `None` at the end of the input.
    pub(super) fn next(&mut self, number: u64, size: usize, end: Option<Position>) -> Result<Option<Batch>, InputError> {
        let start = self.held.as_ref().map_or_else(|| self.reader.position(), |(before, _)| *before);
        let (text, entities) = (Vec::with_capacity(size * 128), Vec::with_capacity(size));
        let mut batch = Batch { number, start, end: start, text, entities, rejects: Vec::new(), counts: Counts::default() };
        let mut seen = HashSet::with_capacity(size);
        loop {
            let full = match end {
                Some(end) => batch.end.record >= end.record,
                // Records that are refused take room too.
                None => batch.entities.len() >= size || batch.rejects.len() >= 2 * size + 100,
            };
            if full {
                break;
            }
            let before = batch.end;
            let raw = match self.held.take() {
                Some((_, raw)) => raw,
                None => match self.reader.next_record()? {
                    Some(raw) => raw,
                    None if end.is_some() => return Err(InputError::Shorter),
                    None => break,
                },
            };
            let after = self.reader.position();
            if !self.add(&raw, &mut batch, &mut seen, end.is_some()) {
                self.held = Some((before, raw));
                break;
            }
            batch.end = after;
        }
        batch.counts.records = batch.end.record - batch.start.record;
        Ok((batch.counts.records > 0).then_some(batch))
    }

    /// Adds a record; `false` where it belongs to the next batch.
    fn add(&self, raw: &Raw, batch: &mut Batch, seen: &mut HashSet<u64>, whatever: bool) -> bool {
        let reject = |id: Option<String>, problems: Vec<Problem>| Reject {
            record: raw.record,
            line: raw.line,
            id: id.map(|id| cut(&id, LONGEST_ID).into_owned()),
            status: None,
            problems,
        };
        let members = match &raw.content {
            Ok(members) => members,
            Err(code) => {
                batch.counts.invalid += 1;
                batch.rejects.push(reject(None, vec![Problem { code: (*code).to_owned(), field: None }]));
                return true;
            }
        };
        let mut left_out = crate::meta::mapping::Tally::default();
        let mapped = self.mapping.map(members, &self.rules, self.update, self.texts, &mut left_out);
        match mapped {
            Ok(mapped) => {
                let hash = self.hasher.hash_one(&mapped.id);
                if !whatever && seen.contains(&hash) {
                    return false;
                }
                let mut attributes = mapped.attributes;
                attributes.insert("id".to_owned(), Value::String(mapped.id.clone()));
                let from = batch.text.len();
                serde_json::to_writer(&mut batch.text, &attributes).expect("a JSON value is written as JSON");
                if batch.text.len() - from > MOST {
                    batch.text.truncate(from);
                    batch.counts.invalid += 1;
                    batch
                        .rejects
                        .push(reject(Some(mapped.id), vec![Problem { code: "record.too.long".to_owned(), field: None }]));
                } else if !whatever && batch.text.len() + batch.entities.len() > MOST {
                    batch.text.truncate(from);
                    return false;
                } else {
                    let text = from..batch.text.len();
                    seen.insert(hash);
                    batch.entities.push(Entity { record: raw.record, line: raw.line, id: mapped.id, hash, text });
                }
            }
            Err((id, problems)) => {
                batch.counts.invalid += 1;
                batch.rejects.push(reject(id, problems));
            }
        }
        batch.counts.left_out.add(&left_out);
        true
    }
}
