//! Sessions that are being started. Anybody may start them and each takes two calls, so that nobody uses up with them what all share:
//!
//! - a part of each window is kept back from them for guests who have a session, until the window ends so soon that whoever asks then
//!   waits for the next one;
//! - of those that wait, the one goes first whose address has had least of the window;
//! - an address gets no more of a window than is left of it for others, until it ends so soon that those wait for the next one.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::call::Call;
use super::wait::By;

/// Who starts a session, where that is known.
pub(crate) type Sender = Option<IpAddr>;

/// A session that is being started.
#[derive(Debug)]
pub(crate) struct Start {
    pub(super) sender: Sender,
    /// Whether its guest was made, and the call for the guest's token is paid for.
    paid: AtomicBool,
}

impl Start {
    pub(crate) fn of(sender: Sender) -> Self {
        Self { sender, paid: AtomicBool::new(false) }
    }

    pub(super) fn is_paid(&self) -> bool {
        self.paid.load(Ordering::Relaxed)
    }
}

/// What is kept back.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reserve {
    /// Percent of a window that are kept for guests who have a session.
    pub(crate) percent: u32,
    /// How long a call of such a guest waits.
    pub(crate) guests_wait: Duration,
    /// How long a start waits.
    pub(crate) starts_wait: Duration,
}

/// What a start has to know of the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    pub(super) reserve: Reserve,
    /// How many calls it takes.
    pub(super) calls: u64,
    /// How many its address has had of this window; `None` where it is not known.
    pub(super) had: Option<u64>,
    /// How many calls others have been promised.
    pub(super) owed: u64,
    /// Whether calls of guests who have a session wait.
    pub(super) guests_wait: bool,
}

impl Ask {
    /// How many of so many are kept back from it.
    pub(super) fn kept_of(&self, allowed: u64) -> u64 {
        u64::try_from(u128::from(allowed) * u128::from(self.reserve.percent) / 100).unwrap_or(allowed)
    }

    /// The same for the limit of its call alone: guests who have a session do not need it.
    pub(super) fn of_one_call(&self) -> Self {
        let reserve = Reserve { percent: 0, ..self.reserve };
        Self { reserve, calls: 1, had: self.had.map(|had| had.div_ceil(self.calls)), owed: 0, ..*self }
    }
}

/// One that waits.
#[derive(Debug)]
pub(super) struct Waits {
    pub(super) call: Call,
    wake: Arc<Notify>,
}

/// The one that is next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Next<'a> {
    /// How many calls its address has had; then by when it came.
    pub(super) rank: (u64, u64),
    pub(super) sender: Sender,
    pub(super) waits: &'a Waits,
}

impl Next<'_> {
    pub(super) fn wake(&self) {
        self.waits.wake.notify_one();
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Starts {
    pub(super) reserve: Reserve,
    waiting: BTreeMap<Sender, BTreeMap<u64, Waits>>,
    /// How many calls each address has had of the window.
    had: HashMap<Sender, u64>,
    /// Which window that is, and until when at least.
    window: (Option<u64>, Option<Instant>),
    /// How many calls for tokens are paid for and have not left.
    owed: u64,
    /// How many were held by what is kept for guests, and by what their address had had.
    held: (u64, u64),
}

impl Starts {
    /// This is the window now, where Genesys tells of any; limits of the operator's take so long.
    pub(super) fn turn(&mut self, window: Option<u64>, stretch: Option<Duration>, now: Instant) {
        let (before, until) = self.window;
        if (window.is_none() || window != before) && until.is_none_or(|until| until <= now) {
            self.had.clear();
            self.window = (window, stretch.map(|stretch| now + stretch));
        }
    }

    pub(super) fn ask(&self, call: Call, sender: Sender, guests_wait: bool) -> Ask {
        let had = sender.is_some().then(|| self.had_by(sender));
        Ask { reserve: self.reserve, calls: call.of_a_start(), had, owed: self.owed, guests_wait }
    }

    /// The place that one has among those that wait: lower ones go first.
    pub(super) fn rank(&self, sender: Sender, number: u64) -> (u64, u64) {
        (self.had_by(sender), number)
    }

    /// The one that is next of those that wait.
    pub(super) fn next(&self) -> Option<Next<'_>> {
        let heads = self.waiting.iter().filter_map(|(sender, line)| {
            let (number, waits) = line.first_key_value()?;
            Some(Next { rank: self.rank(*sender, *number), sender: *sender, waits })
        });
        heads.min_by_key(|next| next.rank)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn wait(&mut self, call: Call, sender: Sender, number: u64, wake: &Arc<Notify>) {
        let line = self.waiting.entry(sender).or_default();
        line.entry(number).or_insert_with(|| Waits { call, wake: Arc::clone(wake) });
    }

    pub(super) fn gone(&mut self, sender: Sender, number: u64) {
        let Some(line) = self.waiting.get_mut(&sender) else { return };
        line.remove(&number);
        if line.is_empty() {
            self.waiting.remove(&sender);
        }
    }

    /// A call of a start leaves; `counts` where there is a limit.
    pub(super) fn left(&mut self, call: Call, start: &Start, counts: bool) {
        if counts {
            *self.had.entry(start.sender).or_default() += call.of_a_start();
        }
        if call.makes_guests() && !start.paid.swap(true, Ordering::Relaxed) {
            self.owed += 1;
        }
    }

    /// The call leaves that was paid for, or never will.
    pub(super) fn settle(&mut self, start: &Start) {
        if start.paid.swap(false, Ordering::Relaxed) {
            self.owed -= 1;
        }
    }

    pub(super) fn was_held(&mut self, by: By) {
        match by {
            By::Limit => {}
            By::Guests => self.held.0 += 1,
            By::Address => self.held.1 += 1,
        }
    }

    pub(super) fn held(&self) -> (u64, u64) {
        self.held
    }

    fn had_by(&self, sender: Sender) -> u64 {
        self.had.get(&sender).copied().unwrap_or_default()
    }
}
