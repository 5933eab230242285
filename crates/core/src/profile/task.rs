//! One form on its way to its answer.

use alloc::string::String;
use alloc::vec::Vec;

use super::form::{Entry, Value};
use super::input::FormId;
use crate::Millis;
use crate::seal::Entropy;

/// One form on its way to its answer.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) form: FormId,
    /// Whose; empty until it is checked.
    pub(super) guest: String,
    pub(super) navigation: bool,
    /// Names of the fields that it wants to be sent; none until it is checked.
    pub(super) own: Vec<String>,
    /// Names of fields that wait for consent.
    pub(super) held: Vec<String>,
    /// When it is answered at the latest (monotonic).
    pub(super) deadline: Millis,
    /// Whether a capability was refused already while a key to seal with was asked for.
    pub(super) refused: bool,
    pub(super) stage: Stage,
}

/// How far a form is.
#[derive(Debug)]
pub(super) enum Stage {
    /// Waits for the journal, which says what is granted.
    Checking { entries: Vec<Entry>, entropy: Entropy, load: u32 },
    /// Checked; waits for a key to seal with. The last stage with plain values.
    Sealing { values: Vec<Value>, entropy: Entropy, at: Millis },
    /// Sealed, in this slot of the queue. `tried`: the attempt that it waits for has ended, or there will be none.
    Kept { slot: u32, tried: bool },
}

impl Stage {
    pub(super) const fn is_kept(&self, number: u32) -> bool {
        matches!(self, Self::Kept { slot, .. } if *slot == number)
    }

    /// Whether plain values are still there.
    pub(super) const fn is_plain(&self) -> bool {
        !matches!(self, Self::Kept { .. })
    }
}
