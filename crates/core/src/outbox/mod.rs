//! The outbox: takes updates from the page, keeps them in the journal, and sees that the server gets them.
//!
//! ```text
//!  Set ──► burst ──BurstEnded──► Store ──Stored──► waits ──┐
//!  (not granted: held in memory until Grant)               │ due: count, delay, flush(), online
//!                                                          ▼
//!   Idle ─► Settling (hidden tab) ─► Locking ─► Loading ─► Starting ─► Authorizing ─► Sending ─► Recording ─► Idle
//!                                                                                      │  ▲
//!                                                                          409, 412    ▼  │
//!                                                                                     Reading
//! ```
//! Sans-IO: [`Outbox::handle`] takes an [`Input`] and the time, [`Outbox::poll`] gives the [`Output`]s; nothing in here waits.
//! A panic is a bug; no input causes one.
//!
//! The journal's rows are [`crate::journal`]; the order of updates is [`crate::clock`]; what may leave is [`crate::consent`].

pub mod account;
mod answering;
mod consenting;
mod flight;
mod flushing;
mod heeding;
mod held;
mod hooks;
pub mod input;
mod leaving;
mod loading;
mod locking;
mod logout;
mod opening;
pub mod options;
pub mod output;
mod pending;
mod rebasing;
mod reporting;
mod restoring;
mod sending;
mod setting;
mod starting;
mod storing;

use alloc::boxed::Box;
use alloc::vec::Vec;

pub use account::Accounts;
pub use input::{Answer, Call, Durability, Hint, Input};
pub use options::{Guest, Options, Ungranted};
pub use output::{Action, Event, Outcome, Output, Precondition, Reason, Request};

use crate::clock::{Clock, Ticker};
use crate::consent::Ledger;
use crate::metrics::Histogram;
use crate::random::Random;
use crate::shared_str::SharedStr;
use crate::sorted::Sorted;
use crate::token::Lifecycle;
use crate::{Millis, Now};
use flight::Flight;
use held::Held;
use hooks::Hook;
use pending::Pending;
use sending::{Sender, Step};
use setting::Burst;
use storing::Store;

/// The owner of the rows of a session that the page starts itself.
const OWN_SESSION: &str = "*";

/// The outbox of one guest in one tab.
#[derive(Debug)]
pub struct Outbox {
    /// The moment of the input under way.
    now: Now,
    options: Options,
    owner: SharedStr,
    random: Random,
    ticker: Ticker,
    closed: bool,
    /// What to do after what is polled now.
    outputs: Vec<Output>,
    /// The next one is the last.
    polled: Vec<Output>,
    next_id: u32,
    accounts: Accounts,

    consent: Ledger,
    withdrawals: Vec<Withdrawal>,

    held: Held,
    pending: Pending,
    delivered: Sorted<Clock>,
    known: Sorted<()>,
    burst: Burst,
    /// Transactions under way.
    stores: Vec<Store>,
    storage_works: bool,
    /// The last id given out when a decision could not be stored; 0: every decision made here is in the journal.
    decisions_unkept: u32,
    /// The journal has told what was decided and what waits, or cannot be read.
    caught_up: bool,
    /// Whether a write was given up or refused that rested on what the server held: it is to say so again, for the page to decide anew.
    undecided: bool,
    /// Dead records were seen in the journal.
    untidy: bool,
    /// What other owners left behind for good was asked to be removed.
    pruned: bool,
    loads: Vec<u32>,

    sender: Sender,
    flight: Option<Box<Flight>>,
    /// What the server holds, read after a conflict.
    theirs: Option<Box<Answer>>,
    /// Parts of a refused batch, to be sent apart until it is known which key is refused.
    parts: Vec<Vec<SharedStr>>,
    guest: Option<SharedStr>,
    session: Option<SharedStr>,
    /// Its row: after which end it was chosen, here or in another tab, and its id; empty before it has one. Of two the greater counts.
    session_row: SharedStr,
    /// When the last session ended: what was set before is nobody's.
    ended: Clock,
    /// The session of this page ended: the next one is started when there is something to send.
    left_session: bool,
    /// Events of deliveries that wait to be sent, by their ids.
    hooks: Sorted<Hook>,
    hook_attempts: u32,
    /// The event whose answer is awaited.
    hook_sent: SharedStr,
    /// Whether the capability of the last try was refused.
    hook_unauthorized: bool,
    hook_try: Millis,
    latencies: Box<Histogram>,
    version: Option<SharedStr>,
    token: Lifecycle,
    online: bool,
    hidden: bool,
    left: bool,
    attempts: u32,
    blocked: bool,
    /// Whether the session was started anew for a lost cookie, and no capability has come since.
    restarted: bool,
    due: Option<Millis>,
    next_try: Millis,
    /// The lock is not asked for before: it was refused.
    lock_try: Millis,
    pause: Millis,
    pause_seen: SharedStr,
    flushes: Vec<FlushCall>,
    wake: Option<Millis>,
}

/// What was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Withdrawn {
    /// The consent to a purpose.
    Purpose(SharedStr),
    /// Nothing any more: the page has granted it again.
    Overtaken,
    /// The whole session; the next one is this.
    Session(SharedStr),
}

/// A stored withdrawal, waiting for a look at the journal under the lock.
#[derive(Debug, Clone)]
struct Withdrawal {
    call: Call,
    of: Withdrawn,
    at: Clock,
    /// Whether other tabs can know of it.
    kept: bool,
    /// Whether it was made again already, after looking at what other tabs decided.
    again: bool,
    /// The last id given out when it was stored: only a look that was asked for later counts.
    stored_at: u32,
}

#[derive(Debug)]
struct FlushCall {
    call: Call,
    until: Millis,
    target: Clock,
    delivered_before: u64,
}

impl Outbox {
    /// Takes an input at a moment.
    pub fn handle(&mut self, now: Now, input: Input) {
        self.now = now;
        match input {
            Input::Set { call, updates } => self.set(call, updates),
            Input::BurstEnded => self.end_burst(),
            Input::Grant { call, repeated: true, purpose } if self.is_outweighed(&purpose) => self.settle(call, Outcome::Done),
            Input::Grant { call, purpose, .. } => self.grant(call, &purpose),
            Input::Withdraw { call, purpose } => self.withdraw(call, &purpose),
            Input::Flush { call, timeout } => self.flush(call, timeout),
            Input::Logout { call, fresh } => self.logout(call, fresh),
            Input::Online => self.came_online(),
            Input::Offline => self.online = false,
            Input::Hidden => self.went_hidden(),
            Input::Visible => self.hidden = false,
            Input::Leaving(rows) => self.leave(rows),
            Input::Resumed => self.resume(),
            Input::Loaded { load, rows } => self.loaded(load, rows),
            Input::LoadFailed { load } => self.load_failed(load),
            Input::Stored { store, durability } => self.stored(store, durability),
            Input::StoreFailed { store, reason } => self.store_failed(store, reason),
            Input::Changed(hint) => self.changed(hint),
            Input::LockGranted => self.lock_granted(),
            Input::LockLost => self.lock_lost(),
            Input::Peeked { until } => self.peeked(until),
            Input::Token { guest, asked_at, value, expires_in } => self.token_came(&guest, asked_at, value, expires_in),
            Input::TokenFailed { guest, answer } => self.token_failed(&guest, &answer),
            Input::Started { session, guest } => self.started(session, guest),
            Input::StartFailed { session, answer, fresh } => self.start_failed(&session, &answer, fresh),
            Input::Response { send, answer } => self.answered(send, answer),
            Input::SendFailed { send } => self.send_failed(send),
            Input::Resolved { send, values } => self.resolved(send, values),
            // The alarm has gone off, perhaps just before it was time: it has to be set anew, even for the same moment.
            Input::Tick => self.wake = None,
            Input::Close => self.close(),
        }
        self.drive();
        self.settle_flushes();
        self.set_wake();
    }

    /// The next thing to do, in order.
    pub fn poll(&mut self) -> Option<Output> {
        if self.polled.is_empty() {
            core::mem::swap(&mut self.polled, &mut self.outputs);
            self.polled.reverse();
        }
        self.polled.pop()
    }

    /// Called in forty places, which the page downloads: not inlined there.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn put(&mut self, output: Output) {
        self.outputs.push(output);
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn notify(&mut self, hint: Hint) {
        self.put(Output::Notify(hint));
    }

    fn notify_records(&mut self) {
        self.notify(Hint::Records(self.ticker.reach(0)));
    }

    fn event(&mut self, event: Event) {
        self.put(Output::Event(event));
    }

    fn settle(&mut self, call: Call, outcome: Outcome) {
        self.put(Output::Settle { call, outcome });
    }

    fn id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    fn load(&mut self) -> u32 {
        let load = self.id();
        self.loads.push(load);
        self.put(Output::Load { load, owner: self.owner.clone() });
        load
    }

    fn set_wake(&mut self) {
        let wake = self.next_wake();
        if wake != self.wake {
            self.wake = wake;
            self.put(Output::WakeAt(wake));
        }
    }

    fn close(&mut self) {
        if self.closed {
            return;
        }
        self.end_burst();
        // An event of a delivery that is under way, and in no journal, may arrive.
        if matches!(self.sender, Sender::Holding { step: Step::Hooking(_), .. }) && !self.is_hook_stored() {
            self.step(Step::Authorizing);
        }
        self.release();
        self.closed = true;
        for flush in core::mem::take(&mut self.flushes) {
            self.settle(flush.call, Outcome::Closed);
        }
        self.settle_withdrawals();
    }
}
