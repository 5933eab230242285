//! What an outbox says of itself.

use super::{Accounts, Outbox};
use crate::Millis;
use crate::clock::Clock;
use crate::metrics::Histogram;

impl Outbox {
    /// How the entries ended so far.
    #[must_use]
    pub const fn accounts(&self) -> Accounts {
        self.accounts
    }

    /// From `set` to the server's answer, in milliseconds, of each key delivered.
    #[must_use]
    pub fn latencies(&self) -> &Histogram {
        &self.latencies
    }

    /// Keys that wait to be delivered.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Keys that wait in memory for a grant.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// The wall-clock moment of the oldest entry that waits.
    #[must_use]
    pub fn oldest(&self) -> Option<Millis> {
        self.pending.oldest().map(Clock::wall)
    }

    /// The guest, where it is known.
    #[must_use]
    pub fn guest(&self) -> Option<&str> {
        self.guest.as_deref()
    }

    /// Whose rows are its own in the journal.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Whether a purpose is granted.
    #[must_use]
    pub fn is_granted(&self, purpose: &str) -> bool {
        self.consent.is_granted(&purpose.into())
    }
}
