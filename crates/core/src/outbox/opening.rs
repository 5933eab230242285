//! An outbox as it begins: with what its page states and what localStorage mirrors.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::held::Held;
use super::pending::Pending;
use super::sending::Sender;
use super::setting::Burst;
use super::{Accounts, Guest, OWN_SESSION, Options, Outbox};
use crate::Now;
use crate::clock::{Clock, Ticker};
use crate::consent::Ledger;
use crate::journal::Row;
use crate::random::Random;
use crate::shared_str::SharedStr;
use crate::sorted::Sorted;
use crate::token::Lifecycle;

impl Outbox {
    /// An outbox for `options`. `seed` is a random number of the shell's; `rows` is what localStorage mirrors of consent and state
    /// (and whatever records were left there), so that a decision counts from the first call on.
    #[must_use]
    pub fn new(options: Options, seed: u64, now: Now, rows: Vec<Row>) -> Self {
        let mut random = Random::new(seed);
        let tab = random.draw() as u32;
        let (owner, guest, session) = match &options.guest {
            Guest::Known(guest) => (guest.clone(), Some(guest.clone()), None),
            Guest::Session(session) => (OWN_SESSION.into(), None, Some(session.clone())),
        };
        let mut outbox = Self {
            now,
            options,
            owner,
            random,
            ticker: Ticker::new(tab),
            closed: false,
            outputs: Vec::new(),
            polled: Vec::new(),
            next_id: 0,
            accounts: Accounts::default(),
            consent: Ledger::default(),
            withdrawals: Vec::new(),
            held: Held::default(),
            pending: Pending::default(),
            delivered: Sorted::default(),
            known: Sorted::default(),
            burst: Burst::default(),
            stores: Vec::new(),
            storage_works: true,
            decisions_unkept: 0,
            caught_up: false,
            undecided: false,
            untidy: false,
            pruned: false,
            loads: Vec::new(),
            sender: Sender::Idle,
            flight: None,
            theirs: None,
            parts: Vec::new(),
            guest,
            session,
            session_row: SharedStr::default(),
            ended: Clock::ZERO,
            left_session: false,
            hooks: Sorted::default(),
            hook_attempts: 0,
            hook_sent: SharedStr::default(),
            hook_unauthorized: false,
            hook_try: 0,
            latencies: Box::default(),
            version: None,
            token: Lifecycle::new(),
            online: true,
            hidden: false,
            left: false,
            attempts: 0,
            blocked: false,
            restarted: false,
            due: None,
            next_try: 0,
            lock_try: 0,
            pause: 0,
            pause_seen: SharedStr::default(),
            flushes: Vec::new(),
            wake: None,
        };
        outbox.consent.state(&outbox.options.stated);
        outbox.look(rows);
        outbox.consent.doubt(&outbox.options.signalled);
        outbox.load();
        outbox
    }
}
