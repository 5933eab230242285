//! Grants and withdrawals.

use super::Outbox;
use super::input::{Call, Hint};
use super::output::{Event, Outcome, Output};
use super::setting::Job;
use crate::Now;

impl Outbox {
    /// What the page's options state counts for visitors who have decided nothing.
    pub(super) fn state_consent(&mut self) {
        let writes = self.consent.state(&self.options.stated);
        if !writes.is_empty() {
            self.store(Job::Decision(Vec::new()), writes);
        }
    }

    pub(super) fn grant(&mut self, now: Now, call: Call, purpose: &str) {
        if self.closed {
            return self.settle(call, Outcome::Closed);
        }
        let at = self.ticker.tick(now.wall);
        let write = self.consent.grant(purpose, at);
        self.store(Job::Decision(vec![call]), vec![write]);
        self.release_held();
    }

    /// Everything held whose purpose is granted by now goes on its way.
    pub(super) fn release_held(&mut self) {
        let keys = self.held.select(|_, entry| self.consent.is_granted(&entry.purpose));
        if !keys.is_empty() {
            self.unhold(keys);
        }
    }

    /// Raises the epoch and deletes what waits, in one transaction; then waits for the flush lock, so that no tab is between its
    /// last look at the journal and the start of a request when the call is settled.
    pub(super) fn withdraw(&mut self, now: Now, call: Call, purpose: &str) {
        if self.closed {
            return self.settle(call, Outcome::Closed);
        }
        let at = self.ticker.tick(now.wall);
        let write = self.consent.withdraw(purpose, at);
        let held = self.held.select(|_, entry| entry.purpose == purpose);
        for key in &held {
            self.held.remove(key);
        }
        self.accounts.withdrawn += held.len() as u64;
        self.drop_withdrawn(held);
        let mut writes = vec![write];
        writes.extend(self.removals());
        self.store(Job::Decision(Vec::new()), writes);
        self.put(Output::Notify(Hint::Consent));
        self.withdrawals.push(call);
    }

    /// Takes out of what waits, and out of the air, whatever is not allowed any more. `held` are keys that were removed already.
    pub(super) fn drop_withdrawn(&mut self, held: Vec<String>) {
        let consent = &self.consent;
        let dropped = self.pending.drain(|_, waiting| {
            !consent.is_granted(&waiting.entry.purpose) || consent.epoch(&waiting.entry.purpose) != waiting.entry.epoch
        });
        self.accounts.withdrawn += dropped.len() as u64;
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
