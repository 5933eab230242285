//! Decisions that were made elsewhere: by what the page states, by the browser's signal, and before the journal was first read.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::input::NOBODY;
use super::output::Event;
use super::pending::Home;
use super::storing::Job;
use super::{Outbox, Ungranted, Withdrawal, Withdrawn};
use crate::consent::Ledger;
use crate::journal::Entry;
use crate::shared_str::SharedStr;

impl Outbox {
    /// Tells the worker, once, what the page's options state.
    pub(super) fn state_consent(&mut self, stored: &Ledger) {
        if core::mem::take(&mut self.options.stated).is_empty() {
            return;
        }
        let writes = self.consent.restate(stored);
        if !writes.is_empty() {
            self.store(Job::Grant(None), writes);
        }
    }

    /// What the browser signals for the visitor, once the journal has told whether that is news.
    pub(super) fn heed_signal(&mut self) {
        let (writes, news) = self.consent.signal(self.options.signals, &self.options.signalled);
        if !writes.is_empty() {
            self.store(Job::Aside(Vec::new()), writes);
        }
        for purpose in &news {
            let insisted = self.consent.insists(purpose);
            self.raise_epoch(Withdrawal::new(NOBODY, Withdrawn::Purpose(purpose.clone())));
            if insisted {
                self.grant(NOBODY, purpose);
            }
        }
    }

    /// Whether a grant of this purpose that is only repeated changes nothing, because the browser's signal withdraws it.
    pub(super) fn is_outweighed(&self, purpose: &SharedStr) -> bool {
        !self.closed && self.options.signals && self.consent.is_signalled(purpose)
    }

    /// What was set here before the journal was first read, but after the withdrawal that it tells of, is held as if that had been
    /// known: it goes on its way where the purpose was granted since. So is what was set with a clock that was set back since another
    /// page wrote: it is newer than what is there.
    pub(super) fn catch_up(&mut self) {
        if core::mem::replace(&mut self.caught_up, true) {
            return;
        }
        // What the running task has set is promised as it is: kept, and held from here on.
        self.end_burst();
        let (consent, holds) = (&self.consent, self.options.ungranted == Ungranted::Hold);
        let set_back = self.is_set_back();
        let overtook = |entry: &Entry| {
            let epoch = consent.epoch(&entry.purpose);
            let since = if entry.epoch == epoch { set_back } else { entry.clock > epoch && entry.clock.wall() <= self.now.wall };
            since && (holds || consent.is_granted(&entry.purpose))
        };
        let mut held = self.held.select(&|_, entry| overtook(entry));
        let own = |home: &Home| !(home.is_kept() && home.store == 0);
        let waiting = self.pending.select(&|_, waiting| own(&waiting.home) && overtook(&waiting.entry));
        for key in &waiting {
            if let Some(entry) = self.pending.remove(key) {
                self.held.insert(key.clone(), entry);
                held.push(key.clone());
            }
        }
        self.hold_anew(&held);
        if !waiting.is_empty() {
            // The promise is given when the new record is kept: a crash before would lose what others take for dead.
            for store in &mut self.stores {
                if let Job::Burst { calls, .. } = &mut store.job {
                    self.burst.calls.append(calls);
                }
            }
            self.defer();
        }
        let mut keys = Vec::new();
        for key in &waiting {
            if self.held.get(key).is_some_and(|entry| !self.consent.is_granted(&entry.purpose)) {
                keys.push(key.clone());
            }
        }
        if !keys.is_empty() {
            self.event(Event::Held { keys });
        }
    }

    /// Whether the wall clock is behind what was set earlier, by whichever page.
    pub(super) fn is_set_back(&self) -> bool {
        self.ticker.reach(0).wall() > self.now.wall
    }

    /// Holds these on as if they were set now. A record that one of them leaves, dead to others by its epoch, must not share a row
    /// with its next one.
    pub(super) fn hold_anew(&mut self, keys: &[SharedStr]) {
        for key in keys {
            if let Some(entry) = self.held.remove(key) {
                let (epoch, clock) = (self.consent.epoch(&entry.purpose), self.ticker.tick(self.now.wall));
                self.held.insert(key.clone(), Arc::new(Entry { epoch, clock, ..(*entry).clone() }));
            }
        }
    }
}
