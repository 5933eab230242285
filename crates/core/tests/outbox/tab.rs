//! A tab: an outbox and what it has under way.

use std::collections::BTreeMap;

use guestsync_core::Now;
use guestsync_core::clock::Clock;
use guestsync_core::consent::Purposes;
use guestsync_core::journal::Row;
use guestsync_core::outbox::{Guest, Options, Outbox};
use guestsync_core::shared_str::SharedStr;

use crate::locks::TabId;

pub const GUEST: &str = "8f3a2b1c";

/// What a call of the page's waits for.
#[derive(Debug, Clone)]
pub enum Waits {
    Set(Vec<String>),
    /// Of this purpose, begun at this order.
    Withdraw(SharedStr, u64),
    /// These records were in the journal when it was called.
    Logout(Vec<SharedStr>),
    Other,
}

pub struct Tab {
    pub id: TabId,
    pub outbox: Outbox,
    pub frozen: bool,
    pub left: bool,
    /// When its page's last logout was.
    pub ended: Clock,
    /// What its page states of `service`.
    pub stated: Option<bool>,
    pub calls: BTreeMap<u32, Waits>,
    next_call: u32,
    /// Which wake-up counts: the last one asked for.
    pub alarm: u64,
    /// The request under way, keepalives apart, and its deadline.
    pub sending: Option<(u32, u64)>,
    /// How often the lock was asked for: an answer to an earlier question means nothing.
    pub asked: u64,
}

impl Tab {
    pub fn open(id: TabId, seed: u64, now: Now, mirror: Vec<Row>, stated: Option<bool>, hooks: bool) -> Self {
        let mut options = Options::new(Guest::Known(GUEST.into()));
        options.purposes = Purposes::new([
            ("m0".into(), "marketing".into()),
            ("m1".into(), "marketing".into()),
            ("m2".into(), "marketing".into()),
            ("*".into(), "service".into()),
        ]);
        options.stated.extend(stated.map(|granted| ("service".into(), granted)));
        options.max_items = 3;
        options.hooks = hooks;
        let outbox = Outbox::new(options, seed, now, mirror);
        let calls = BTreeMap::new();
        Self {
            id,
            outbox,
            frozen: false,
            left: false,
            ended: Clock::ZERO,
            stated,
            calls,
            next_call: 0,
            alarm: 0,
            sending: None,
            asked: 0,
        }
    }

    pub fn call(&mut self, waits: Waits) -> u32 {
        self.next_call += 1;
        self.calls.insert(self.next_call, waits);
        self.next_call
    }
}
