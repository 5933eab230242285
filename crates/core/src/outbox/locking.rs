//! The flush lock: asked for, held for a time, taken from one who is past it, and given back.

use super::Outbox;
use super::output::Output;
use super::sending::{LOCK_SPAN, Sender, Step};
use crate::Millis;

impl Outbox {
    pub(super) fn lock(&mut self) {
        self.sender = Sender::Locking { peek_at: Some(self.now.mono + LOCK_SPAN) };
        self.put(Output::Lock);
    }

    pub(super) fn lock_granted(&mut self) {
        if !matches!(self.sender, Sender::Locking { .. }) {
            return self.put(Output::Unlock);
        }
        self.put(Output::Lease { until: self.now.wall + LOCK_SPAN });
        if let Some(flight) = &mut self.flight {
            flight.reauthorized = false;
        }
        let load = self.load();
        self.sender = Sender::Holding { until: self.now.mono + LOCK_SPAN, step: Step::Loading(load) };
    }

    pub(super) fn peeked(&mut self, until: Option<Millis>) {
        if let Sender::Locking { peek_at } = &mut self.sender {
            // A clock that was set back must not keep a lock for longer than its span.
            let left = until.map_or(0, |until| until.saturating_sub(self.now.wall).min(LOCK_SPAN));
            *peek_at = Some(self.now.mono + if left == 0 { LOCK_SPAN } else { left });
            if left == 0 {
                self.put(Output::Steal);
            }
        }
    }

    pub(super) fn lock_lost(&mut self) {
        match self.sender {
            Sender::Holding { .. } => self.lose(),
            Sender::Locking { .. } => {
                self.sender = Sender::Idle;
                self.lock_try = self.now.mono + self.back_off();
            }
            Sender::Idle | Sender::Settling { .. } => {}
        }
    }

    /// The lock is not ours any more: what is in the air is aborted, and nothing new is begun.
    pub(super) fn lose(&mut self) {
        self.abort_request();
        if self.is_step(Step::Authorizing) {
            // Whoever was asked for a capability has had time enough.
            self.token.failed();
        }
        self.sender = Sender::Idle;
        self.want_flush_now();
    }

    pub(super) fn abort_request(&mut self) {
        if let Sender::Holding { step: Step::Sending(send) | Step::Reading(send) | Step::Hooking(send), .. } = self.sender {
            self.put(Output::Abort { send });
            if let Some(flight) = &mut self.flight {
                flight.uncertain = true;
            }
        }
    }

    /// What is in the air must not arrive, if that can still be prevented; it is not repeated.
    pub(super) fn abort_flight(&mut self) {
        self.abort_request();
        self.drop_flight();
        if matches!(self.sender, Sender::Holding { .. }) {
            self.release();
        }
    }

    /// Gives up on a write. What the page decided for it was for the version just read.
    pub(super) fn drop_flight(&mut self) {
        self.undecided |= self.flight.take().is_some_and(|flight| flight.is_decided());
    }

    /// Gives the lock back. What is left waits for its next turn.
    pub(super) fn release(&mut self) {
        self.abort_request();
        if matches!(self.sender, Sender::Locking { .. } | Sender::Holding { .. }) {
            self.put(Output::Unlock);
        }
        if self.flight.as_ref().is_some_and(|flight| !flight.uncertain) {
            self.drop_flight();
        }
        self.sender = Sender::Idle;
        self.due = self.has_sendable().then_some(0);
    }
}
