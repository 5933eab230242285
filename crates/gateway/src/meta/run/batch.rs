//! Records made into batches: read, mapped, checked, and written as the server takes them.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use guestsync_genesys::call::{MOST_BYTES, MOST_ENTITIES};
use sha2::{Digest, Sha256};

use super::hashes::Build;
use super::{Counts, Reject};
use crate::meta::input::{InputError, Position, Raw, Reader};
use crate::meta::mapping::{LeftOut, Mapper};
use crate::meta::schema::{LONGEST_ID, Problem};
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
    /// What its content is known by.
    pub(super) key: String,
    /// The entities, one after another.
    text: Vec<u8>,
    /// Their ids, one after another.
    ids: String,
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
    /// Of its id: two records of one id have one hash.
    pub(super) hash: u64,
    text: Range<usize>,
    id: Range<usize>,
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

    /// Lists a record that is not sent.
    fn refuse(&mut self, raw: &Raw, id: Option<&str>, problems: Vec<Problem>) {
        let id = id.map(|id| cut(id, LONGEST_ID).into_owned());
        self.counts.invalid += 1;
        self.rejects.push(Reject { record: raw.record, line: raw.line, id, status: None, problems });
    }

    /// An entity's id.
    pub(super) fn id(&self, entity: &Entity) -> &str {
        &self.ids[entity.id.clone()]
    }
}

/// Makes batches.
pub(super) struct Batcher {
    reader: Reader,
    mapper: Mapper,
    hasher: RandomState,
    /// A record that was read and belongs to the next batch.
    held: Option<(Position, Raw)>,
}

impl Batcher {
    pub(super) fn new(reader: Reader, mapper: Mapper) -> Self {
        Self { reader, mapper, hasher: RandomState::new(), held: None }
    }

    /// Goes on from a position.
    pub(super) fn go_to(&mut self, position: Position) -> Result<(), InputError> {
        self.held = None;
        self.reader.go_to(position)
    }

    /// The next batch of at most `size` records, or of exactly those before `end`; `None` at the end of the input.
    pub(super) fn next(&mut self, number: u64, size: usize, end: Option<Position>) -> Result<Option<Batch>, InputError> {
        let start = self.held.as_ref().map_or_else(|| self.reader.position(), |(before, _)| *before);
        let mut batch = Batch {
            number,
            start,
            end: start,
            key: String::new(),
            text: Vec::with_capacity(size * 128),
            ids: String::with_capacity(size * 16),
            entities: Vec::with_capacity(size),
            rejects: Vec::new(),
            counts: Counts::default(),
        };
        let mut seen = HashSet::with_capacity_and_hasher(size, Build::default());
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
            self.reader.recycle(raw);
        }
        batch.counts.records = batch.end.record - batch.start.record;
        batch.key = hex(&Sha256::digest(&batch.text)[..16]);
        Ok((batch.counts.records > 0).then_some(batch))
    }

    /// Adds a record; `false` where it belongs to the next batch.
    fn add(&self, raw: &Raw, batch: &mut Batch, seen: &mut HashSet<u64, Build>, whatever: bool) -> bool {
        let mut left_out = LeftOut::default();
        let told = |code: &str| vec![Problem { code: code.to_owned(), field: None }];
        let mapped = match &raw.content {
            Ok(content) => self.mapper.map(content, &mut left_out),
            Err(code) => Err((None, told(code))),
        };
        let mapped = mapped.map(|mapped| {
            let from = batch.text.len();
            mapped.write(&mut batch.text);
            (mapped.id, from..batch.text.len())
        });
        match mapped {
            Ok((id, text)) if text.len() > MOST => {
                batch.text.truncate(text.start);
                batch.refuse(raw, Some(&id), told("record.too.long"));
            }
            Ok((id, text)) => {
                let hash = self.hasher.hash_one(&*id);
                let is_full = batch.text.len() + batch.entities.len() > MOST;
                if !whatever && (is_full || seen.contains(&hash)) {
                    batch.text.truncate(text.start);
                    return false;
                }
                seen.insert(hash);
                let from = batch.ids.len();
                batch.ids.push_str(&id);
                let id = from..batch.ids.len();
                batch.entities.push(Entity { record: raw.record, line: raw.line, hash, text, id });
            }
            Err((id, problems)) => batch.refuse(raw, id.as_deref(), problems),
        }
        batch.counts.left_out.count(&left_out);
        true
    }
}
