//! What an outbox asks for and tells.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::input::{Call, Durability, Hint};
use crate::attribute::{Issue, Value};
use crate::journal::Write;
use crate::shared_str::SharedStr;
use crate::{Millis, Sensitive};

/// The version a write was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// `If-None-Match: *`: nobody has written yet.
    Unwritten,
    /// `If-Match`: this version, as its `ETag` spelt it.
    Version(SharedStr),
}

/// What a request does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A1: writes attributes.
    Write {
        /// The JSON body.
        body: SharedStr,
        /// The version it was made for.
        precondition: Precondition,
        /// The same for the same write, another for any other.
        idempotency_key: SharedStr,
    },
    /// A2: reads attributes and their version.
    Read,
    /// The event of a delivery, to the page's webhook.
    Hook {
        /// Its id, the same for every repeat.
        id: SharedStr,
        /// JSON; `syncedAt` is in milliseconds.
        body: SharedStr,
    },
}

/// A request to the attributes of a guest.
#[derive(Debug, Clone)]
pub struct Request {
    /// Names it in the answer.
    pub send: u32,
    /// Whose attributes.
    pub guest: SharedStr,
    /// What it does.
    pub action: Action,
    /// The capability.
    pub token: Arc<Sensitive<String>>,
    /// After this (monotonic) it is to be aborted and counts as failed.
    pub deadline: Millis,
    /// Whether it has to outlive the page.
    pub keepalive: bool,
}

/// The result of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// `set`: where it is kept, which keys wait for a grant.
    Set {
        /// `None`: nothing is kept, all of it waits for a grant.
        durability: Option<Durability>,
        /// Keys that wait in memory for their purpose.
        held: Vec<SharedStr>,
    },
    /// `set`: refused, with all reasons.
    Invalid(Vec<Issue>),
    /// `set`: the outbox is full (`outbox.full`).
    Full,
    /// `grant`, `withdraw`: it holds from now on.
    Done,
    /// `withdraw`: it holds here, but it could not be stored, so that other tabs may not know (`storage.unavailable`).
    Unkept,
    /// `flush`: keys delivered since the call, keys still waiting, keys held.
    Flushed {
        /// Delivered since the call.
        delivered: u64,
        /// Still waiting.
        pending: usize,
        /// Waiting for a grant.
        held: usize,
    },
    /// The outbox was closed.
    Closed,
}

/// Why an update will not be delivered, or not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The HTTP status; 0 where there was no answer.
    pub status: u16,
    /// The server's error code.
    pub code: Option<SharedStr>,
    /// The server's words; may be personal.
    pub message: Option<SharedStr>,
}

/// What happened, for whoever listens. Keys, never values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The server has these.
    Delivered {
        /// Which keys.
        keys: Vec<SharedStr>,
        /// From the oldest entry's `set` to the answer, in milliseconds.
        latency: Millis,
    },
    /// These wait for a grant.
    Held {
        /// Which keys.
        keys: Vec<SharedStr>,
    },
    /// These are not granted and were let go of.
    Dropped {
        /// Which keys.
        keys: Vec<SharedStr>,
    },
    /// These were removed with their purpose.
    Withdrawn {
        /// Which purpose.
        purpose: SharedStr,
        /// Which keys.
        keys: Vec<SharedStr>,
    },
    /// The server refused these for good.
    Rejected {
        /// Which keys.
        keys: Vec<SharedStr>,
        /// Why.
        reason: Reason,
    },
    /// Not delivered yet.
    Retrying {
        /// Why.
        reason: Reason,
        /// Until the next try, in milliseconds.
        delay: Millis,
    },
    /// The server held other values of these.
    Conflict {
        /// Which keys.
        keys: Vec<SharedStr>,
    },
    /// These waited too long.
    Expired {
        /// Which keys.
        keys: Vec<SharedStr>,
    },
    /// Storage refused, or works again: `quota`, `blocked`, `failed`, `damaged`, `restored`.
    Storage {
        /// Which of them.
        reason: &'static str,
    },
    /// The session was started, or found: this is the guest.
    Ready {
        /// The guest's id.
        guest: SharedStr,
    },
}

/// What an outbox asks for and tells. Everything asked for can fail, and the failure is an [`Input`](super::Input).
#[derive(Debug, Clone)]
pub enum Output {
    /// Say [`Input::BurstEnded`](super::Input::BurstEnded) when the running task has ended.
    Defer,
    /// Read all rows whose key begins with `owner/`, and all of the consent table, in one transaction.
    Load {
        /// Names it in the answer.
        load: u32,
        /// Whose rows.
        owner: SharedStr,
    },
    /// Write all of these or nothing. A row of the consent table is written only if its text is greater than what is there, so
    /// that no tab undoes a decision it has not heard of.
    Store {
        /// Names it in the answer.
        store: u32,
        /// The writes.
        writes: Vec<Write>,
    },
    /// Remove what nobody comes back for: of any owner, records and events of deliveries (their keys end in a moment) and watermarks
    /// (their text is one) from before this moment. It need not be done.
    Prune {
        /// As [`Clock::to_text`](crate::clock::Clock::to_text) writes it, whose order as text is the order of the moments.
        before: SharedStr,
    },
    /// Ask for the owner's flush lock.
    Lock,
    /// Write beside the lock until when (wall clock) it may be held.
    Lease {
        /// Wall clock.
        until: Millis,
    },
    /// Give the lock back, or stop asking for it.
    Unlock,
    /// Read what the holder of the lock wrote.
    Peek,
    /// Take the lock from a holder that is past its time.
    Steal,
    /// Get a capability for this guest.
    GetToken {
        /// Whose.
        guest: SharedStr,
    },
    /// Start a guest session.
    Start {
        /// The session's id.
        session: SharedStr,
    },
    /// Send a request.
    Send(Box<Request>),
    /// Abort a request; no answer to it is wanted.
    Abort {
        /// Which.
        send: u32,
    },
    /// Ask the page's `onConflict` about these: key, our value, the server's.
    Resolve {
        /// Names it in the answer.
        send: u32,
        /// Key, ours, theirs.
        conflicts: Vec<(SharedStr, Value, Value)>,
    },
    /// Tell the other tabs and the worker.
    Notify(Hint),
    /// Say [`Input::Tick`](super::Input::Tick) at this monotonic time; replaces the one before, `None` cancels it.
    WakeAt(Option<Millis>),
    /// A call has its result.
    Settle {
        /// Which call.
        call: Call,
        /// Its result.
        outcome: Outcome,
    },
    /// Tell whoever listens.
    Event(Event),
}
