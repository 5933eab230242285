//! What the machine is told.

use alloc::string::String;
use alloc::vec::Vec;

use super::form::{Entry, Unreadable};
use super::keyset::KeySet;
use crate::journal::Row;
use crate::seal::{Agreement, Entropy, SharedKey};
use crate::{Millis, Sensitive};

/// Names a form between its submission and its answer; the shell counts.
pub type FormId = u32;

/// What the machine is told.
#[derive(Debug)]
pub enum Input {
    /// A form was posted.
    Submitted {
        /// Names it in the answer.
        form: FormId,
        /// Whether the browser navigates to the answer.
        navigation: bool,
        /// Its fields, in order.
        entries: Vec<Entry>,
        /// Drawn for this form alone.
        entropy: Entropy,
    },
    /// A form was posted and is being read: the lock of the queue, and the rows, are had beside that and not after it.
    Arriving,
    /// A form was posted whose body cannot be read as one.
    Unreadable {
        /// Names it in the answer.
        form: FormId,
        /// Whether the browser navigates to the answer.
        navigation: bool,
        /// Why.
        why: Unreadable,
    },
    /// A form may come soon: what can be had beforehand is worth having.
    Prepare,
    /// The key set came.
    Keys(KeySet),
    /// The key set did not come, or it is none.
    KeysFailed {
        /// Whether the site can be reached all the same.
        online: bool,
    },
    /// A key agreement was made.
    Agreed(Agreement),
    /// No agreement with this key can be made.
    AgreeFailed {
        /// Which key.
        key_id: String,
    },
    /// A capability came.
    Token {
        /// For this guest.
        guest: String,
        /// When it was asked for (monotonic).
        asked_at: Millis,
        /// The bearer value.
        value: Sensitive<String>,
        /// Its life as stated, in seconds.
        expires_in: Option<f64>,
    },
    /// No capability came.
    TokenFailed {
        /// For this guest.
        guest: String,
        /// What was answered; status 0 where nothing was.
        answer: Upstream,
    },
    /// The guest's own key came (`shared` mode).
    FieldKey {
        /// Whose.
        guest: String,
        /// The key.
        key: SharedKey,
        /// How long it may be kept, in milliseconds from now.
        fresh_for: Option<Millis>,
    },
    /// The guest's own key did not come.
    FieldKeyFailed {
        /// Whose.
        guest: String,
        /// What was answered; status 0 where nothing was.
        answer: Upstream,
    },
    /// The answer to a patch.
    Response {
        /// Which [`Output::Send`](super::Output::Send).
        send: u32,
        /// What was answered.
        answer: Upstream,
    },
    /// A patch ended without an answer.
    SendFailed {
        /// Which [`Output::Send`](super::Output::Send).
        send: u32,
        /// Whether it never left: the browser is offline.
        unsent: bool,
    },
    /// The lock is ours.
    LockGranted,
    /// The rows asked for: all of the forms, and all decisions about purposes.
    Loaded {
        /// Which [`Output::Load`](super::Output::Load).
        load: u32,
        /// The rows.
        rows: Vec<Row>,
    },
    /// The rows could not be read.
    LoadFailed {
        /// Which [`Output::Load`](super::Output::Load).
        load: u32,
    },
    /// A transaction is complete.
    Stored {
        /// Which [`Output::Store`](super::Output::Store).
        store: u32,
    },
    /// A transaction failed: nothing of it was kept.
    StoreFailed {
        /// Which [`Output::Store`](super::Output::Store).
        store: u32,
    },
    /// The worker has started, the browser is online again, a Background Sync has come or a page asks: what waits is tried.
    Wake {
        /// Whether a page asks.
        page: bool,
    },
    /// A page has changed what is granted.
    ConsentChanged,
    /// A page wants to know what waits.
    Status {
        /// Names the question in [`Output::Status`](super::Output::Status).
        ask: u32,
    },
    /// A page wants an entry that was refused for good to be tried again.
    Retry {
        /// [`Letter::key`](super::Letter::key)
        key: String,
    },
    /// A page wants an entry to be given up.
    Discard {
        /// [`Letter::key`](super::Letter::key)
        key: String,
    },
    /// The guest's session has ended: nothing of it stays in memory.
    Logout {
        /// Whose; empty where the page did not know.
        guest: String,
    },
    /// The moment of [`Output::WakeAt`](super::Output::WakeAt) has come.
    Deadline,
}

/// What a server answered, as far as it decides anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upstream {
    /// The HTTP status; 0 where there was no answer.
    pub status: u16,
    /// The `code` member of an error body.
    pub code: Option<String>,
    /// The wait that the `Retry-After` field asks for, a date judged by the `Date` field; none where it is neither form.
    pub pause: Option<Millis>,
    /// The `Date` field, in milliseconds since 1970.
    pub date: Option<Millis>,
    /// The `Guestsync-Seq` field: a newer patch was in the way.
    pub sequence: Option<u64>,
}
