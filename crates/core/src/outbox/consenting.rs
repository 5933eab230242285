//! Grants and withdrawals.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use super::input::{Call, NOBODY};
use super::output::{Event, Outcome};
use super::storing::Job;
use super::{Outbox, Withdrawal, Withdrawn};
use crate::clock::Clock;
use crate::consent::Ledger;
use crate::journal::Entry;
use crate::shared_str::SharedStr;
use crate::sorted::Sorted;

impl Withdrawal {
    pub(super) const fn new(call: Call, of: Withdrawn) -> Self {
        Self { call, of, at: Clock::ZERO, kept: true, again: false, stored_at: 0 }
    }

    /// The page has granted this purpose since.
    fn overtake(&mut self, purpose: &SharedStr) {
        if matches!(&self.of, Withdrawn::Purpose(of) if of == purpose) {
            self.of = Withdrawn::Overtaken;
        }
    }
}

impl Outbox {
    pub(super) fn grant(&mut self, call: Call, purpose: &SharedStr) {
        if self.closed {
            return self.settle(call, Outcome::Closed);
        }
        let at = self.ticker.tick(self.now.wall);
        let write = self.consent.grant(purpose, at);
        self.store(Job::Grant(Some(call)), vec![write]);
        // An earlier withdrawal of it, stored or about to be, has been overtaken by its own page.
        for store in &mut self.stores {
            if let Job::Withdrawal(withdrawal) = &mut store.job {
                withdrawal.overtake(purpose);
            }
        }
        for withdrawal in &mut self.withdrawals {
            withdrawal.overtake(purpose);
        }
        self.release_held();
    }

    /// Everything held whose purpose is granted by now goes on its way.
    pub(super) fn release_held(&mut self) {
        let keys = self.held.select(&|_, entry| self.consent.is_granted(&entry.purpose));
        if !keys.is_empty() {
            self.unhold(&keys);
        }
    }

    pub(super) fn withdraw(&mut self, call: Call, purpose: &SharedStr) {
        if self.closed {
            return self.settle(call, Outcome::Closed);
        }
        self.raise_epoch(Withdrawal::new(call, Withdrawn::Purpose(purpose.clone())));
    }

    /// Raises the epoch and deletes what waits, in one transaction; then waits for the flush lock, so that no tab is between its
    /// last look at the journal and the start of a request when the call is settled.
    pub(super) fn raise_epoch(&mut self, withdrawal: Withdrawal) {
        let at = self.ticker.tick(self.now.wall);
        let Withdrawn::Purpose(purpose) = &withdrawal.of else { return };
        let mut writes = vec![self.consent.withdraw(purpose, at)];
        if withdrawal.call == NOBODY {
            // A signal: what was held while it was not known goes on waiting for a grant.
            let held = self.held.select(&|_, entry| entry.purpose == *purpose);
            self.hold_anew(&held);
        }
        self.drop_withdrawn();
        self.removals(&mut writes);
        self.store(Job::Withdrawal(Withdrawal { at, ..withdrawal }), writes);
    }

    pub(super) fn wait_for_look(&mut self, withdrawal: Withdrawal) {
        self.withdrawals.push(Withdrawal { stored_at: self.next_id, ..withdrawal });
        if self.closed {
            self.settle_withdrawals();
        }
    }

    /// There will be no look: what is stored holds, but another tab may be about to send.
    pub(super) fn settle_withdrawals(&mut self) {
        for withdrawal in core::mem::take(&mut self.withdrawals) {
            self.settle(withdrawal.call, Outcome::Closed);
        }
    }

    /// Takes out of what is held, of what waits, and out of the air whatever was set before the last withdrawal of its purpose, or
    /// before the end of the session.
    pub(super) fn drop_withdrawn(&mut self) {
        let (consent, ended) = (&self.consent, self.ended);
        let mut dropped: Sorted<Vec<SharedStr>> = Sorted::default();
        let mut drop = |key: &str, entry: Option<Arc<Entry>>| {
            let Some(entry) = entry else { return };
            self.accounts.withdrawn += 1;
            match dropped.get_mut(&entry.purpose) {
                Some(keys) => keys.push(key.into()),
                None => {
                    dropped.insert(entry.purpose.clone(), vec![key.into()]);
                }
            }
        };
        for key in &self.held.select(&|_, entry| consent.epoch(&entry.purpose) != entry.epoch || entry.clock <= ended) {
            drop(key, self.held.remove(key));
        }
        for key in &self.pending.select(&|_, waiting| !is_alive(consent, ended, &waiting.entry)) {
            drop(key, self.pending.remove(key));
        }
        for (purpose, keys) in dropped.iter() {
            self.event(Event::Withdrawn { purpose: purpose.clone(), keys: keys.clone() });
        }
        let dead = self.flight.as_ref().is_some_and(|f| f.entries.values().any(|e| !is_alive(&self.consent, ended, e)));
        if self.drop_hooks() || dead {
            self.abort_flight();
        }
    }
}

/// Whether an entry may still be sent, here or where its purpose is stated.
pub(super) fn is_alive(consent: &Ledger, ended: Clock, entry: &Entry) -> bool {
    !consent.refuses(&entry.purpose, entry.epoch) && entry.clock > ended
}
