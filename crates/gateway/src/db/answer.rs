//! What a repeat of a request is told.

use guestsync_core::Millis;

/// How long an answer is kept.
pub(crate) const KEPT_FOR: Millis = 24 * 60 * 60 * 1_000;

/// What a request under a key meets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// Nothing: it runs, and its answer is kept or forgotten.
    Run,
    /// The same request, still running.
    Running,
    /// The same request, answered before: the answer as it was kept.
    Kept(String),
    /// Another request.
    Mismatch,
}
