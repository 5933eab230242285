//! How an outbox is configured.

use alloc::vec::Vec;

use crate::Millis;
use crate::attribute::Limits;
use crate::consent::Purposes;
use crate::shared_str::SharedStr;

/// Whose updates these are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guest {
    /// A guest that the site's server has started.
    Known(SharedStr),
    /// The visitor's own session, started by this page: a random id of 32 hexadecimal digits, used if none is stored yet.
    Session(SharedStr),
}

/// What happens to an update whose purpose is not granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ungranted {
    /// It waits in memory for a grant.
    #[default]
    Hold,
    /// It is dropped.
    Drop,
}

/// The options of one outbox.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose updates these are.
    pub guest: Guest,
    /// Limits of attributes.
    pub limits: Limits,
    /// Which attribute serves which purpose.
    pub purposes: Purposes,
    /// Purposes that the page states as granted or not, for visitors who have decided nothing.
    pub stated: Vec<(SharedStr, bool)>,
    /// Whether the browser's Global Privacy Control is on.
    pub signals: bool,
    /// Purposes that it withdraws; none where it is not.
    pub signalled: Vec<SharedStr>,
    /// What happens to an update whose purpose is not granted.
    pub ungranted: Ungranted,
    /// So many waiting keys are sent without further delay.
    pub max_items: usize,
    /// An update waits at most this long for company, in milliseconds.
    pub max_delay: Millis,
    /// So many keys may wait.
    pub max_waiting: usize,
    /// So many bytes of keys and values may wait.
    pub max_bytes: usize,
    /// After so long a waiting update expires, in milliseconds.
    pub ttl: Millis,
    /// Whether somebody wants to be asked when the server holds another value.
    pub resolves: bool,
    /// Whether an event is sent for each delivery.
    pub hooks: bool,
}

impl Options {
    /// The defaults for this guest.
    #[must_use]
    pub fn new(guest: Guest) -> Self {
        Self {
            guest,
            limits: Limits::default(),
            purposes: Purposes::default(),
            stated: Vec::new(),
            signals: false,
            signalled: Vec::new(),
            ungranted: Ungranted::Hold,
            max_items: 10,
            max_delay: 2_000,
            max_waiting: 5_000,
            max_bytes: 1_000_000,
            ttl: 7 * 24 * 60 * 60 * 1_000,
            resolves: false,
            hooks: false,
        }
    }
}
