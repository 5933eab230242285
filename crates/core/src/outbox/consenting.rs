//! Grants and withdrawals.

use super::input::Call;
use super::output::{Event, Outcome};
use super::setting::Job;
use super::{Outbox, Withdrawal};
use crate::Now;
use crate::clock::Clock;

impl Outbox {
    /// What the page's options state counts for visitors who have decided nothing.
    pub(super) fn state_consent(&mut self) {
        let writes = self.consent.state(&self.options.stated);
        if !writes.is_empty() {
            self.store(Job::Grant(None), writes);
        }
    }

    pub(super) fn grant(&mut self, now: Now, call: Call, purpose: &str) {
        if self.closed {
            return self.settle(call, Outcome::Closed);
        }
        let at = self.ticker.tick(now.wall);
        let write = self.consent.grant(purpose, at);
        self.store(Job::Grant(Some(call)), vec![write]);
        // An earlier withdrawal of it has been overtaken by its own page.
        for withdrawal in &mut self.withdrawals {
            if withdrawal.purpose == purpose {
                withdrawal.purpose.clear();
            }
        }
        self.release_held();
    }

    /// Everything held whose purpose is granted by now goes on its way.
    pub(super) fn release_held(&mut self) {
        let keys = self.held.select(|_, entry| self.consent.is_granted(&entry.purpose));
        if !keys.is_empty() {
            self.unhold(keys);
        }
    }

    pub(super) fn withdraw(&mut self, now: Now, call: Call, purpose: &str) {
        if self.closed {
            return self.settle(call, Outcome::Closed);
        }
        let purpose = purpose.to_owned();
        self.raise_epoch(now, Withdrawal { call, purpose, at: Clock::ZERO, again: false, stored_at: 0 });
    }

    /// Raises the epoch and deletes what waits, in one transaction; then waits for the flush lock, so that no tab is between its
    /// last look at the journal and the start of a request when the call is settled.
    pub(super) fn raise_epoch(&mut self, now: Now, withdrawal: Withdrawal) {
        let at = self.ticker.tick(now.wall);
        let mut writes = vec![self.consent.withdraw(&withdrawal.purpose, at)];
        self.drop_withdrawn();
        writes.extend(self.removals());
        self.store(Job::Withdrawal(Withdrawal { at, ..withdrawal }), writes);
    }

    /// Takes out of what is held, of what waits, and out of the air whatever was set before the last withdrawal of its purpose.
    pub(super) fn drop_withdrawn(&mut self) {
        let consent = &self.consent;
        let held = self.held.select(|_, entry| consent.epoch(&entry.purpose) != entry.epoch);
        for key in &held {
            self.held.remove(key);
        }
        let dropped = self.pending.drain(|_, waiting| {
            !consent.is_granted(&waiting.entry.purpose) || consent.epoch(&waiting.entry.purpose) != waiting.entry.epoch
        });
        self.accounts.withdrawn += (held.len() + dropped.len()) as u64;
        let mut keys: Vec<(String, String)> =
            held.into_iter().map(|key| (self.options.purposes.of(&key).to_owned(), key)).collect();
        keys.extend(dropped.into_iter().map(|(key, entry)| (entry.purpose, key)));
        while let Some((purpose, _)) = keys.first().cloned() {
            let (of, others) = keys.into_iter().partition(|(of, _)| *of == purpose);
            keys = others;
            let of: Vec<(String, String)> = of;
            self.event(Event::Withdrawn { purpose, keys: of.into_iter().map(|(_, key)| key).collect() });
        }
        let dead = self.flight.as_ref().is_some_and(|f| f.entries.values().any(|e| !self.consent.allows(&e.purpose, e.epoch)));
        if dead {
            self.abort_flight();
        }
    }
}
