//! Accounts that add up: every key ever set, or found in the journal, ends in exactly one place.

/// Entries counted by how they ended. `set + restored` equals the sum of the others and of what is pending and held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Accepted by `set`.
    pub set: u64,
    /// Found in the journal: of an earlier page view, or of another tab.
    pub restored: u64,
    /// Taken by the server, on our request.
    pub delivered: u64,
    /// Taken by the server, on the request of another tab or the worker.
    pub elsewhere: u64,
    /// Replaced by a newer value of the same key.
    pub superseded: u64,
    /// Removed with their purpose.
    pub withdrawn: u64,
    /// Dropped because their purpose was not granted (only where so configured).
    pub dropped: u64,
    /// Refused by the server for good.
    pub rejected: u64,
    /// Older than their time to live.
    pub expired: u64,
}

impl Accounts {
    /// All that came in.
    #[must_use]
    pub const fn opened(&self) -> u64 {
        self.set + self.restored
    }

    /// All that has ended.
    #[must_use]
    pub const fn closed(&self) -> u64 {
        self.delivered + self.elsewhere + self.superseded + self.withdrawn + self.dropped + self.rejected + self.expired
    }
}
