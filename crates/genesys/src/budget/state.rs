//! Whose turn it is, time being an argument.

use std::collections::BTreeMap;
use std::time::Instant;

use super::call::Call;
use super::lanes::{Held, Lanes, Leaves};
use super::starts::{Start, Starts};
use super::wait::{By, HeldStart, Wait};

/// Who waits, and for what.
#[derive(Default)]
pub(super) struct State {
    pub(super) lanes: Lanes,
    /// How many have come so far.
    pub(super) came: u64,
    /// How many wait, by call.
    pub(super) waiting: [u64; Call::NUMBER],
    /// Of each call the one whose turn is next, by when they came.
    pub(super) next: BTreeMap<u64, Call>,
    pub(super) starts: Starts,
}

impl State {
    /// Lets the one who came as `number` leave, or says what they have to wait for. Whoever waits for the limit of their own call alone is
    /// passed by those of other calls.
    pub(super) fn ask(&mut self, call: Call, number: u64, paid: Option<&Start>, now: Instant) -> Result<Leaves, Wait> {
        let may = self.lanes.may(call, now).map_err(|held| held.wait);
        let is_first = may.is_ok() && !self.has_before(number, now) && !self.has_start_before(number, now);
        if is_first {
            self.next.remove(&number);
            paid.into_iter().for_each(|start| self.starts.settle(start));
            return Ok(self.lanes.take(call, now));
        }
        self.next.insert(number, call);
        Err(may.err().unwrap_or(Wait { until: None }))
    }

    /// The same for a start: it is passed by those whose address has had less.
    pub(super) fn ask_start(&mut self, call: Call, number: u64, start: &Start, now: Instant) -> Result<Leaves, HeldStart> {
        let counts = self.lanes.is_limited(call);
        if counts {
            let (window, stretch) = self.lanes.window(now);
            self.starts.turn(window, stretch, now);
        }
        let behind = HeldStart { wait: Wait { until: None }, by: By::Limit };
        if let Some(next) = self.starts.next().filter(|next| next.rank < self.starts.rank(start.sender, number)) {
            next.wake();
            return Err(behind);
        }
        let guests_wait = self.guests_wait(now);
        let ask = self.starts.ask(call, start.sender, guests_wait);
        self.lanes.may_start(call, &ask, now)?;
        if self.has_before(number, now) {
            return Err(behind);
        }
        self.starts.gone(start.sender, number);
        self.starts.left(call, start, counts);
        Ok(self.lanes.take(call, now))
    }

    /// Whether someone who came before could leave.
    fn has_before(&mut self, number: u64, now: Instant) -> bool {
        let Self { lanes, next, .. } = self;
        next.range(..number).any(|(_, call)| !matches!(lanes.may(*call, now), Err(Held { by_own: true, .. })))
    }

    /// The same of those who start sessions.
    fn has_start_before(&mut self, number: u64, now: Instant) -> bool {
        let Some(next) = self.starts.next().filter(|next| next.rank.1 < number) else { return false };
        // Whoever asks here has a session, or does not need one.
        let (call, ask) = (next.waits.call, self.starts.ask(next.waits.call, next.sender, true));
        let may = self.lanes.may_start(call, &ask, now).is_ok();
        if may {
            next.wake();
        }
        may
    }

    /// Whether any wait who start no session, but for those that the limit of their own call holds.
    fn guests_wait(&mut self, now: Instant) -> bool {
        self.has_before(u64::MAX, now)
    }
}
