//! What was left out of records, counted by name, in bounded memory.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::text::cut;

/// What was left out of records, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Fields that the map does not name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unmapped: BTreeMap<String, u64>,
    /// Attributes that the organisation does not have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub disallowed: BTreeMap<String, u64>,
}

/// What was left out of one record.
#[derive(Debug, Default)]
pub struct LeftOut<'r> {
    pub(super) unmapped: Vec<Cow<'r, str>>,
    pub(super) disallowed: Vec<&'r str>,
}

/// Names that are counted one by one; more are counted together.
const MOST_NAMES: usize = 200;
const OTHERS: &str = "…";
/// Bytes that are kept of a name.
const LONGEST_NAME: usize = 100;

impl Tally {
    /// Counts what was left out of one record.
    pub fn count(&mut self, left_out: &LeftOut<'_>) {
        left_out.unmapped.iter().for_each(|name| bump(&mut self.unmapped, name, 1));
        left_out.disallowed.iter().for_each(|name| bump(&mut self.disallowed, name, 1));
    }

    /// Adds another tally.
    pub fn add(&mut self, other: &Self) {
        for (counts, others) in [(&mut self.unmapped, &other.unmapped), (&mut self.disallowed, &other.disallowed)] {
            others.iter().for_each(|(name, count)| bump(counts, name, *count));
        }
    }
}

fn bump(counts: &mut BTreeMap<String, u64>, name: &str, by: u64) {
    let name = &*cut(name, LONGEST_NAME);
    if let Some(count) = counts.get_mut(name) {
        *count += by;
    } else if counts.len() < MOST_NAMES || name == OTHERS {
        counts.insert(name.to_owned(), by);
    } else {
        bump(counts, OTHERS, by);
    }
}
