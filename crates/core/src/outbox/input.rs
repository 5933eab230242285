//! What an outbox is told.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::attribute::{Update, Value};
use crate::clock::Clock;
use crate::journal::Row;
use crate::shared_str::SharedStr;
use crate::{Millis, Sensitive};

/// A call of the page's, to be settled later; from 1 on.
pub type Call = u32;

/// The call that nobody waits for.
pub(super) const NOBODY: Call = 0;

/// How well something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// In memory only: storage refused.
    Memory,
    /// In localStorage, beside a database that is full: what it takes the place of stays there.
    Beside,
    /// In localStorage: survives the tab and its renderer, not a killed browser.
    Tab,
    /// In IndexedDB, its transaction complete.
    Disk,
}

/// What the server said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `code` member of an error body.
    pub code: Option<SharedStr>,
    /// The `message` member of an error body; may repeat what was sent, so it goes to the page's handler and nowhere else.
    pub message: Option<SharedStr>,
    /// The `fieldName`s of an error body's details.
    pub fields: Vec<SharedStr>,
    /// The `ETag` field.
    pub etag: Option<SharedStr>,
    /// The wait that the `Retry-After` field asks for, a date judged by the `Date` field; 0 where it asks for none.
    pub pause: Millis,
    /// The attributes of a read.
    pub attributes: Vec<(SharedStr, Value)>,
}

/// What another tab, or the worker, says it did. A hint, never a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// Records came or went; with the latest moment that the other has heard of.
    Records(Clock),
    /// A purpose was granted or withdrawn.
    Consent,
    /// The server asked everybody to wait, or the session was ended.
    State,
}

/// What an outbox is told.
#[derive(Debug, Clone)]
pub enum Input {
    /// The page sets attributes.
    Set {
        /// To be settled.
        call: Call,
        /// What was given.
        updates: Vec<Update>,
    },
    /// The task that called `set` has ended.
    BurstEnded,
    /// The visitor grants a purpose.
    Grant {
        /// To be settled.
        call: Call,
        /// Which.
        purpose: SharedStr,
        /// Whether this was said before, and is only said again: it does not outweigh a signal of the browser, whichever page heeds that.
        repeated: bool,
    },
    /// The visitor withdraws a purpose.
    Withdraw {
        /// To be settled.
        call: Call,
        /// Which.
        purpose: SharedStr,
    },
    /// The page wants all that waits to be sent now.
    Flush {
        /// To be settled.
        call: Call,
        /// How long the call waits at most, in milliseconds.
        timeout: Millis,
    },
    /// The visitor is gone: what waits is removed, and whoever comes next is another guest.
    Logout {
        /// To be settled.
        call: Call,
        /// A fresh random session id.
        fresh: SharedStr,
    },
    /// The browser says that it is online.
    Online,
    /// The browser says that it is offline.
    Offline,
    /// The page cannot be seen any more.
    Hidden,
    /// The page can be seen.
    Visible,
    /// The page is being left (`pagehide`); the rows are what localStorage mirrors of consent and state.
    Leaving(Vec<Row>),
    /// The page came back from the back/forward cache.
    Resumed,
    /// The rows asked for.
    Loaded {
        /// Which [`Output::Load`](super::Output::Load).
        load: u32,
        /// All rows of the owner, and all decisions.
        rows: Vec<Row>,
    },
    /// The rows could not be read.
    LoadFailed {
        /// Which load.
        load: u32,
    },
    /// A transaction is complete.
    Stored {
        /// Which [`Output::Store`](super::Output::Store).
        store: u32,
        /// How well it is kept.
        durability: Durability,
    },
    /// A transaction failed: nothing of it was kept.
    StoreFailed {
        /// Which store.
        store: u32,
        /// Why: `quota`, `blocked` or `failed`.
        reason: &'static str,
    },
    /// Another tab says that something changed.
    Changed(Hint),
    /// The flush lock is ours.
    LockGranted,
    /// The flush lock was taken away, or could not be asked for.
    LockLost,
    /// What the holder of the lock wrote: until when it may hold it (wall clock).
    Peeked {
        /// `None` where nothing is written.
        until: Option<Millis>,
    },
    /// A capability came.
    Token {
        /// Whose it is.
        guest: SharedStr,
        /// When it was asked for (monotonic).
        asked_at: Millis,
        /// The bearer value.
        value: Sensitive<String>,
        /// Its life as stated, in seconds.
        expires_in: Option<f64>,
    },
    /// No capability came.
    TokenFailed {
        /// For whom.
        guest: SharedStr,
        /// Status 0 where there was none.
        answer: Box<Answer>,
    },
    /// A session was started: this is the guest.
    Started {
        /// Which session.
        session: SharedStr,
        /// The guest's id.
        guest: SharedStr,
    },
    /// No session was started; status 0 where there was no answer.
    StartFailed {
        /// Which session.
        session: SharedStr,
        /// The answer.
        answer: Box<Answer>,
        /// A fresh random session id, should another be needed.
        fresh: SharedStr,
    },
    /// The answer to a request.
    Response {
        /// Which [`Request`](super::Request).
        send: u32,
        /// The answer.
        answer: Box<Answer>,
    },
    /// A request ended without an answer.
    SendFailed {
        /// Which request.
        send: u32,
    },
    /// What the page's `onConflict` decided, per key; keys it does not name keep our value.
    Resolved {
        /// Which [`Output::Resolve`](super::Output::Resolve).
        send: u32,
        /// The values to write instead; `None` leaves the server's.
        values: Vec<(SharedStr, Option<Value>)>,
    },
    /// The moment of [`Output::WakeAt`](super::Output::WakeAt) has come.
    Tick,
    /// The page is done with the outbox.
    Close,
}
