//! An entry in memory: where it is kept, and what is known of its way.

use super::entry::Entry;

/// Where an entry is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::profile) enum Home {
    /// In memory only: there is no storage, or it refused.
    Memory,
    /// In a transaction that is not complete.
    Storing(u32),
    /// On disk since this transaction; 0: found there.
    Stored(u32),
}

/// An entry in memory.
#[derive(Debug)]
pub(in crate::profile) struct Slot {
    /// Names it while this machine lives.
    pub(in crate::profile) number: u32,
    pub(in crate::profile) entry: Entry,
    pub(in crate::profile) home: Home,
    /// Whether all of it is on disk in some form, even where the transaction that makes it what it is now is not complete.
    pub(in crate::profile) safe: bool,
    /// The server may have taken it although no answer came: it is repeated as it is, or superseded as a whole.
    pub(in crate::profile) uncertain: bool,
    /// Whoever posted it was told that it will be sent.
    pub(in crate::profile) acknowledged: bool,
    /// How often it was given a later place in the order.
    pub(in crate::profile) raises: u32,
}

impl Slot {
    /// Whether it is to be sent, now or later.
    pub(in crate::profile) const fn is_live(&self) -> bool {
        self.entry.refused.is_none()
    }

    /// Whether it may be made into one with others.
    pub(in crate::profile) const fn is_open(&self) -> bool {
        self.is_live() && !self.uncertain
    }

    pub(in crate::profile) const fn is_stored(&self) -> bool {
        matches!(self.home, Home::Stored(_))
    }

    /// Whether the rows of this load show it, if nobody else has changed it.
    pub(in crate::profile) const fn is_stored_before(&self, load: u32) -> bool {
        matches!(self.home, Home::Stored(store) if store < load)
    }
}
