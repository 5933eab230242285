//! The list of writes that really happened, in their order: what tests count to see that nothing was lost or doubled.

use serde::Serialize;
use serde_json::{Map, Value};

use super::ring::Ring;

const MOST: usize = 200_000;
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// One change of one record.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Write {
    pub(crate) call: &'static str,
    pub(crate) guest: String,
    /// Attribute keys (A1) or JSON Pointers (P1).
    pub(crate) keys: Vec<String>,
    /// What was written, where the call says so by value.
    pub(crate) values: Map<String, Value>,
    /// The version the write made, for calls with versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<u64>,
    pub(crate) idempotency_key: Option<String>,
}

/// The writes since the last reset; the oldest go after 200,000 or 64 MiB.
pub(crate) struct Effects(Ring<Write>);

impl Default for Effects {
    fn default() -> Self {
        Self(Ring::new(MOST, MOST_BYTES))
    }
}

impl Effects {
    pub(crate) fn push(&mut self, write: Write, bytes: usize) {
        self.0.push(write, bytes);
    }

    pub(crate) fn after(&self, after: u64) -> impl Iterator<Item = (u64, &Write)> {
        self.0.after(after)
    }

    pub(crate) fn last(&self) -> u64 {
        self.0.last()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
