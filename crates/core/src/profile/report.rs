//! What the site's pages are told of the queue: whose, what kind, how many; never a value.

use alloc::string::String;
use alloc::vec::Vec;

use crate::Millis;

/// Something that became of a form after, or instead of, its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What.
    pub kind: Kind,
    /// Whose.
    pub guest: String,
    /// The server's status, where it has refused.
    pub status: u16,
    /// The server's code, where it has refused.
    pub code: Option<String>,
    /// How many entries wait.
    pub queued: usize,
    /// How many entries were refused for good.
    pub failed: usize,
}

/// What became of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The server took it.
    Synced,
    /// It waits.
    Queued,
    /// The server refused it for good: it is among the letters.
    Failed,
    /// It waited for a week.
    Expired,
    /// It had to make room.
    Evicted,
    /// Its purpose was withdrawn.
    Withdrawn,
    /// There is no session of its guest in this browser: it waits.
    Stranded,
    /// Storage refused a write.
    Storage,
}

impl Kind {
    /// The word for pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Synced => "synced",
            Self::Queued => "queued",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Evicted => "evicted",
            Self::Withdrawn => "withdrawn",
            Self::Stranded => "stranded",
            Self::Storage => "storage",
        }
    }
}

/// An entry that waits, or was refused for good, as a page may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Names it for [`Input::Retry`](super::Input::Retry) and [`Input::Discard`](super::Input::Discard).
    pub key: String,
    /// Whose.
    pub guest: String,
    /// When it was submitted (wall clock).
    pub at: Millis,
    /// The members that it sets.
    pub fields: Vec<String>,
    /// The server's status; 0: it waits.
    pub status: u16,
    /// The server's code.
    pub code: String,
    /// Whether there is no session of its guest.
    pub stranded: bool,
}
