//! The end of a visitor's session.

use alloc::vec;

use super::input::Call;
use super::output::Outcome;
use super::storing::Job;
use super::{Guest, Outbox, Withdrawal, Withdrawn};
use crate::clock::Clock;
use crate::shared_str::SharedStr;
use crate::sorted::Sorted;
use crate::token::Lifecycle;

/// The row that tells when the last session ended.
pub(super) const ENDED: &str = "ended";

/// With a clock that was set back, tabs count on from what they have heard of: this many updates of others, not heard of yet, are before an
/// end all the same.
const UNHEARD: u64 = 1 << 16;

impl Outbox {
    /// Whatever was set so far is removed, here and in the journal; what the next visitor sets belongs to a session of its own. Like a
    /// withdrawal, it is settled after a look at the journal under the lock: what other pages left there is gone by then.
    pub(super) fn logout(&mut self, call: Call, fresh: SharedStr) {
        if self.closed {
            return self.settle(call, Outcome::Closed);
        }
        self.end(Withdrawal::new(call, Withdrawn::Session(fresh)));
    }

    /// Ends the session, whoever of this browser's tabs has chosen it.
    pub(super) fn end(&mut self, withdrawal: Withdrawal) {
        if self.is_set_back() {
            self.ticker.leap(UNHEARD);
        }
        let at = self.ticker.tick(self.now.wall);
        self.end_session(at);
        let mut writes = vec![self.state(ENDED, Some(at.to_text())), self.state("guest", None), self.state("version", None)];
        if let Withdrawn::Session(fresh) = &withdrawal.of
            && self.session.is_some()
        {
            self.choose_session(at, fresh.clone());
            writes.push(self.state("session", Some(self.session_row.clone())));
        }
        self.removals(&mut writes);
        self.store(Job::Logout(Withdrawal { at, ..withdrawal }), writes);
    }

    /// Whether the end of a session is being stored.
    pub(super) fn is_ending(&self) -> bool {
        self.stores.iter().any(|store| matches!(store.job, Job::Logout(_)))
    }

    /// Takes note of the end of a session, by this tab or another.
    pub(super) fn end_session(&mut self, at: Clock) {
        if at <= self.ended {
            return;
        }
        self.ended = at;
        self.ticker.observe(at);
        self.version = None;
        self.token = Lifecycle::new();
        self.unblock();
        let starting = self.is_starting();
        if matches!(self.options.guest, Guest::Session(_)) {
            self.left_session |= self.guest.take().is_some() || starting;
        }
        self.drop_withdrawn();
        self.delivered = Sorted::default();
        let (pending, held) = (&self.pending, &self.held);
        for key in &self.known.select(&|key, ()| pending.get(key).is_none() && held.get(key).is_none()) {
            self.known.remove(key);
        }
        if starting {
            self.release();
        }
    }
}
