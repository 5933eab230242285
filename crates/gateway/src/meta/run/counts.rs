//! What a run has come to.

use serde::{Deserialize, Serialize};

use crate::meta::mapping::Tally;

/// Records, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Counts {
    /// Records read.
    pub records: u64,
    /// Records that are new on the server.
    pub created: u64,
    /// Records that were there.
    pub updated: u64,
    /// Records refused here, before they were sent.
    pub invalid: u64,
    /// Records that the server refused.
    pub refused: u64,
    /// What was left out.
    pub left_out: Tally,
}

impl Counts {
    /// Records that were taken.
    #[must_use]
    pub const fn applied(&self) -> u64 {
        self.created + self.updated
    }

    /// Records that were refused, here or there.
    #[must_use]
    pub const fn rejected(&self) -> u64 {
        self.invalid + self.refused
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.created += other.created;
        self.updated += other.updated;
        self.invalid += other.invalid;
        self.refused += other.refused;
        self.left_out.add(&other.left_out);
    }
}

/// How far a run is.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// What it has come to.
    pub counts: Counts,
    /// Bytes of the input that are behind it.
    pub bytes: u64,
    /// Bytes of the input, where that is known.
    pub total_bytes: Option<u64>,
    /// Batches under way.
    pub in_flight: usize,
    /// Records in a batch.
    pub batch: usize,
    /// Requests that had to be repeated.
    pub repeats: u64,
}
