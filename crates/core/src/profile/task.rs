//! One form on its way.

use super::form::Value;
use super::input::FormId;
use crate::Millis;
use crate::clock::Clock;
use crate::seal::Entropy;

/// One form on its way.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) form: FormId,
    pub(super) guest: String,
    pub(super) navigation: bool,
    /// Names of fields that wait for consent.
    pub(super) held: Vec<String>,
    /// When it was submitted, in the order of all updates.
    pub(super) moment: Clock,
    /// When it is answered at the latest (monotonic).
    pub(super) deadline: Millis,
    /// Whether a capability was refused already: the next refusal is final.
    pub(super) refused: bool,
    pub(super) stage: Stage,
}

/// How far a form is.
#[derive(Debug)]
pub(super) enum Stage {
    /// Checked; waits for a key to seal with. The only stage with plain values.
    Sealing { values: Vec<Value>, entropy: Entropy },
    /// Sealed; waits for a capability.
    Authorizing(Sealed),
    /// Sent with the capability of this generation.
    Sending { sealed: Sealed, send: u32, generation: u64 },
}

/// A sealed form.
#[derive(Debug)]
pub(super) struct Sealed {
    /// The JSON Patch document.
    pub(super) body: String,
    pub(super) idempotency_key: String,
}
