//! Calls of `flush`: each waits for what was set before it.

use super::input::Call;
use super::output::Outcome;
use super::{FlushCall, Outbox};
use crate::Millis;

impl Outbox {
    pub(super) fn flush(&mut self, call: Call, timeout: Millis) {
        if self.closed {
            return self.settle(call, Outcome::Closed);
        }
        self.unblock();
        self.end_burst();
        let delivered_before = self.accounts.delivered + self.accounts.elsewhere;
        let target = self.ticker.tick(self.now.wall);
        self.flushes.push(FlushCall { call, until: self.now.mono.saturating_add(timeout), target, delivered_before });
    }

    pub(super) fn settle_flushes(&mut self) {
        if self.flushes.is_empty() {
            return;
        }
        let stuck = !self.online || self.blocked;
        let oldest = self.pending.oldest();
        for flush in core::mem::take(&mut self.flushes) {
            // What earlier pages left behind is among what waits.
            let done = self.caught_up && oldest.is_none_or(|oldest| oldest > flush.target);
            if stuck || self.now.mono >= flush.until || done {
                let delivered = self.accounts.delivered + self.accounts.elsewhere - flush.delivered_before;
                let outcome = Outcome::Flushed { delivered, pending: self.pending.len(), held: self.held.len() };
                self.settle(flush.call, outcome);
            } else {
                self.flushes.push(flush);
            }
        }
    }
}
