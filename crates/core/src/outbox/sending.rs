//! When to send, under which lock, and with what.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;

use super::Outbox;
use super::flight::Flight;
use super::output::{Action, Event, Output, Reason, Request};
use super::pending::Stage;
use crate::shared_str::SharedStr;
use crate::sorted::Sorted;
use crate::token::Ask;
use crate::{Millis, Sensitive};

/// How long the lock may be held; past it a waiter steals it.
pub(super) const LOCK_SPAN: Millis = 15_000;
/// With less than this left of it, nothing new is begun under a lock.
const LOCK_RESERVE: Millis = 3_000;
/// How long one request may take.
const REQUEST_SPAN: Millis = 10_000;
/// How long a hidden tab leaves the others the way.
const HIDDEN_WAIT: Millis = 250;

/// Where the sender stands.
#[derive(Debug)]
pub(super) enum Sender {
    /// Nothing is under way.
    Idle,
    /// A hidden tab leaves the others the way.
    Settling { until: Millis },
    /// The lock was asked for; at `peek_at` its holder's time is looked up.
    Locking { peek_at: Option<Millis> },
    /// The lock is ours until then.
    Holding { until: Millis, step: Step },
}

/// What the holder of the lock is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The journal, read anew.
    Loading(u32),
    /// The guest session.
    Starting,
    /// A capability.
    Authorizing,
    /// The answer to a write.
    Sending(u32),
    /// The answer to a read, after a conflict.
    Reading(u32),
    /// The journal, read again: who wrote may have been a tab of this browser that was being left.
    Comparing(u32),
    /// The page's `onConflict`.
    Resolving(u32),
    /// The answer of the page's webhook.
    Hooking(u32),
    /// The outcome, being stored.
    Recording(u32),
}

/// The earlier of two moments.
pub(super) fn earlier(one: Option<Millis>, other: Option<Millis>) -> Option<Millis> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
    }
}

impl Outbox {
    /// Does what the time allows.
    pub(super) fn drive(&mut self) {
        if self.closed || self.left {
            return;
        }
        match self.sender {
            Sender::Idle if self.next_flush().is_some_and(|at| at <= self.now.mono) => {
                if self.hidden && self.withdrawals.is_empty() {
                    self.sender = Sender::Settling { until: self.now.mono + HIDDEN_WAIT };
                } else {
                    self.lock();
                }
            }
            Sender::Settling { until } if until <= self.now.mono => self.lock(),
            Sender::Locking { peek_at: Some(at) } if at <= self.now.mono => {
                self.sender = Sender::Locking { peek_at: None };
                self.put(Output::Peek);
            }
            Sender::Holding { until, .. } if until <= self.now.mono => {
                self.put(Output::Unlock);
                self.lose();
            }
            _ => {}
        }
    }

    /// When the next flush is due (monotonic); `None` where nothing is to be sent or something else has to happen first.
    fn next_flush(&self) -> Option<Millis> {
        self.wanted_flush().map(|at| at.max(self.lock_try))
    }

    fn wanted_flush(&self) -> Option<Millis> {
        if !self.withdrawals.is_empty() || self.untidy {
            return Some(0);
        }
        // The look that a logout waits for comes when its end of the session is stored.
        if !self.online || self.is_ending() {
            return None;
        }
        let session_wanted = self.guest.is_none() && self.consent.grants_any() && !(self.left_session && self.pending.is_empty());
        let called_for = !self.flushes.is_empty() && self.has_sendable();
        let wanted = if session_wanted || called_for { Some(0) } else { earlier(self.next_hook(), self.due) };
        wanted.map(|at| at.max(self.next_try).max(self.pause))
    }

    pub(super) fn next_wake(&self) -> Option<Millis> {
        if self.closed || self.left {
            return None;
        }
        let sender = match self.sender {
            Sender::Idle => self.next_flush(),
            Sender::Settling { until } | Sender::Holding { until, .. } => Some(until),
            Sender::Locking { peek_at } => peek_at,
        };
        let mut wake = sender;
        for flush in &self.flushes {
            wake = earlier(wake, Some(flush.until));
        }
        wake
    }

    fn is_sendable(stage: Stage) -> bool {
        stage >= Stage::Memory
    }

    pub(super) fn has_sendable(&self) -> bool {
        self.pending.iter().any(|(_, waiting)| Self::is_sendable(waiting.home.stage))
    }

    /// Whatever waits is due now.
    pub(super) fn want_flush_now(&mut self) {
        self.due = self.has_sendable().then_some(self.now.mono);
    }

    /// Waits longer after each failure.
    pub(super) fn back_off(&mut self) -> Millis {
        let random = self.random.draw();
        let delay = crate::retry::Policy::PAGE.delay(self.attempts, random);
        self.attempts = self.attempts.saturating_add(1);
        self.next_try = self.now.mono + delay;
        delay
    }

    /// Tells that it will be tried again.
    pub(super) fn retrying(&mut self, reason: Reason, delay: Millis) {
        self.event(Event::Retrying { reason, delay });
    }

    pub(super) fn step(&mut self, to: Step) {
        if let Sender::Holding { step, .. } = &mut self.sender {
            *step = to;
        }
    }

    /// Until when a request that begins now may run; `None` where the lock is ours no more, as in a tab that was frozen: what other
    /// tabs were told meanwhile is not known here.
    pub(super) fn deadline(&self) -> Option<Millis> {
        match self.sender {
            Sender::Holding { until, .. } if until > self.now.mono => Some((self.now.mono + REQUEST_SPAN).min(until)),
            _ => None,
        }
    }

    /// With the lock held and the journal read: the next thing to send.
    pub(super) fn proceed(&mut self) {
        let Sender::Holding { until, .. } = self.sender else { return };
        let may = self.online && self.next_try.max(self.pause) <= self.now.mono;
        if !may || until.saturating_sub(self.now.mono) < LOCK_RESERVE {
            return self.release();
        }
        if self.guest.is_none() {
            return self.start();
        }
        // What another tab has seen to meanwhile is not repeated; what is only uncertain is, to the byte.
        let delivered = |key: &SharedStr, at| self.delivered.get(key).is_some_and(|newest| *newest >= at);
        if self.flight.as_ref().is_some_and(|flight| flight.entries.iter().any(|(key, entry)| delivered(key, entry.clock))) {
            self.drop_flight();
        }
        if self.flight.is_none() {
            self.flight = self.build();
        }
        if self.flight.is_some() {
            self.authorize();
        } else if !self.send_hook() {
            self.rest();
        }
    }

    /// Gives the lock back with nothing sent. What waits all the same, as for a purpose that is doubted while the journal cannot be read, is
    /// looked at again after a while.
    pub(super) fn rest(&mut self) {
        self.release();
        if self.due.is_some() {
            self.back_off();
        }
    }

    /// What may be sent, as much as one update may have.
    pub(super) fn build(&mut self) -> Option<Box<Flight>> {
        while self.parts.last().is_some_and(|part| part.iter().all(|key| self.pending.get(key).is_none())) {
            self.parts.pop();
        }
        if self.undecided {
            self.version = None;
            self.undecided = !self.parts.is_empty();
        }
        let part = self.parts.last();
        let mut entries = Sorted::default();
        for (key, waiting) in self.pending.iter() {
            let entry = &waiting.entry;
            let wanted = Self::is_sendable(waiting.home.stage) && part.is_none_or(|part| part.contains(key));
            if wanted && self.consent.allows(&entry.purpose, entry.epoch) && entries.len() < self.options.limits.keys_per_update {
                entries.insert(key.clone(), entry.clone());
            }
        }
        (!entries.is_empty()).then(|| Box::new(Flight::new(entries, self.version.as_deref())))
    }

    /// The capability, if it is at hand; else, or where it is about to expire, a new one is asked for.
    pub(super) fn bearer(&mut self) -> Option<Arc<Sensitive<String>>> {
        let (token, fetch) = match self.token.ask(self.now.mono) {
            Ask::Use(token) => (Some(token.value), false),
            Ask::UseAndFetch(token) => (Some(token.value), true),
            Ask::Fetch => (None, true),
            Ask::Wait => (None, false),
        };
        if fetch && let Some(guest) = self.guest.clone() {
            self.put(Output::GetToken { guest });
        }
        token
    }

    /// Sends the flight with the capability at hand, or when it has come.
    pub(super) fn authorize(&mut self) {
        match self.bearer() {
            Some(token) => self.write(token),
            None => self.step(Step::Authorizing),
        }
    }

    fn write(&mut self, token: Arc<Sensitive<String>>) {
        let Some(deadline) = self.deadline() else { return };
        if let Some(request) = self.write_request(deadline, token, false) {
            self.step(Step::Sending(request.send));
            self.put(Output::Send(request));
        }
    }

    /// The write that carries the flight.
    pub(super) fn write_request(
        &mut self,
        deadline: Millis,
        token: Arc<Sensitive<String>>,
        keepalive: bool,
    ) -> Option<Box<Request>> {
        let (flight, guest) = (self.flight.as_ref()?, self.guest.clone()?);
        let body = flight.body();
        let idempotency_key = flight.idempotency_key(&guest, &body);
        let action = Action::Write { body, precondition: flight.precondition.clone(), idempotency_key };
        Some(Box::new(Request { send: self.id(), guest, action, token, deadline, keepalive }))
    }

    /// Reads what the server holds. A capability that expired since the write was refused ends this try; the next has a new one.
    pub(super) fn read(&mut self) {
        let (Some(deadline), Some(guest)) = (self.deadline(), self.guest.clone()) else { return };
        let Some(token) = self.bearer() else { return self.release() };
        let send = self.id();
        self.step(Step::Reading(send));
        self.put(Output::Send(Box::new(Request { send, guest, action: Action::Read, token, deadline, keepalive: false })));
    }
}
