//! One budget for all calls: what the server allows is waited for here instead of being refused there.
//!
//! - `window`: the rules of one limit, without time of their own;
//! - `lanes`: the limit that all calls share, and those that single calls have beside it;
//! - `sliding`: limits that the operator sets;
//! - `told`: what an answer says of the limits;
//! - [`Queue`]: who waits, in the order in which they came.

mod call;
mod lanes;
#[cfg(test)]
mod lanes_tests;
#[cfg(test)]
mod played;
mod sliding;
mod told;
mod window;
#[cfg(test)]
mod window_tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use guestsync_core::Millis;
use tokio::sync::{Mutex as Turn, Notify};
use tokio::time::{Instant, timeout_at};

pub(crate) use self::call::Call;
use self::lanes::{Held, Lanes, Leaves};
use self::told::Told;
use self::window::Wait;
use crate::{Answer, Error, RateLimit};

/// What is told where only an answer that is under way decides.
const SOON: Duration = Duration::from_secs(1);

/// Everyone who wants to call.
pub(crate) struct Queue {
    state: Mutex<State>,
    /// For each call, held by the one of that call whose turn is next; the others stand behind it.
    turns: [Turn<()>; Call::NUMBER],
    /// An answer has come, or somebody who was before others has left.
    changed: Notify,
}

#[derive(Default)]
struct State {
    lanes: Lanes,
    /// How many have come so far.
    came: u64,
    /// How many wait, by call.
    waiting: [u64; Call::NUMBER],
    /// Of each call the one whose turn is next, by when they came.
    next: BTreeMap<u64, Call>,
}

/// One who stands in the queue.
struct Place<'a> {
    queue: &'a Queue,
    call: Call,
    number: u64,
}

/// A request that may leave. Dropped without an answer it counts all the same.
pub(crate) struct Permit {
    queue: Arc<Queue>,
    leaves: Option<Leaves>,
}

impl Queue {
    /// An empty queue; all calls together (`None`) and single ones may be held to limits of the operator's.
    pub(crate) fn new(limits: impl IntoIterator<Item = (Option<Call>, RateLimit)>) -> Self {
        let mut state = State::default();
        limits.into_iter().for_each(|(call, limit)| state.lanes.configure(call, limit));
        Self { state: Mutex::new(state), turns: Default::default(), changed: Notify::new() }
    }

    /// Waits for a request's turn, until `deadline`.
    ///
    /// # Errors
    /// [`Error::Busy`] where its turn does not come by then: at once where that is known, else at the deadline.
    pub(crate) async fn enter(self: &Arc<Self>, call: Call, deadline: Instant) -> Result<Permit, Error> {
        let place = Place::take(self, call);
        let Ok(_turn) = timeout_at(deadline, self.turns[call.index()].lock()).await else {
            return Err(self.busy(call, None));
        };
        loop {
            // Listening begins before asking, so no answer is missed in between.
            let changed = self.changed.notified();
            let asked = self.state().ask(call, place.number, Instant::now().into_std());
            match asked {
                Ok(leaves) => return Ok(Permit { queue: Arc::clone(self), leaves: Some(leaves) }),
                Err(Wait { until: Some(until) }) => {
                    let until = Instant::from_std(until);
                    if until > deadline {
                        return Err(self.busy(call, Some(until)));
                    }
                    // Either way it is time to ask again.
                    _ = timeout_at(until, changed).await;
                }
                Err(Wait { until: None }) => {
                    if timeout_at(deadline, changed).await.is_err() {
                        return Err(self.busy(call, None));
                    }
                }
            }
        }
    }

    /// Whoever has stood in the queue too long, or knows that nobody leaves before `until`, is told when all others who stand there now
    /// will have left: not before then comes the turn of one who queues again.
    fn busy(&self, call: Call, until: Option<Instant>) -> Error {
        let state = self.state();
        let (all, of_call): (u64, u64) = (state.waiting.iter().sum(), state.waiting[call.index()]);
        let turn = state.lanes.turn_after(call, all - 1, of_call - 1, Instant::now().into_std());
        drop(state);
        let wait = turn.map(Instant::from_std).max(until).map_or(SOON, |turn| turn.saturating_duration_since(Instant::now()));
        Error::Busy { retry_after: Millis::try_from(wait.as_millis()).unwrap_or(Millis::MAX).max(1) }
    }

    /// What the window of all calls has seen and what it allows, where that is known.
    pub(crate) fn seen(&self) -> Option<(u64, u64)> {
        self.state().lanes.seen()
    }

    /// The same of each call that has a limit of its own.
    pub(crate) fn seen_by_call(&self) -> Vec<(&'static str, u64, u64)> {
        self.state().lanes.seen_by_call(Instant::now().into_std())
    }

    /// How many wait, by call.
    pub(crate) fn waiting(&self) -> Vec<(&'static str, u64)> {
        let waiting = self.state().waiting;
        Call::all().map(|call| (call.name(), waiting[call.index()])).collect()
    }

    /// So many gateways share the limits now.
    pub(crate) fn share(&self, gateways: u64) {
        self.state().lanes.share(gateways);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Lets the one who came as `number` leave, or says what they have to wait for. Whoever waits for the limit of their own call alone is
    /// passed by those of other calls.
    fn ask(&mut self, call: Call, number: u64, now: std::time::Instant) -> Result<Leaves, Wait> {
        let may = self.lanes.may(call, now).map_err(|held| held.wait);
        let is_first = may.is_ok() && !self.has_before(number, now);
        if is_first {
            self.next.remove(&number);
            return Ok(self.lanes.take(call, now));
        }
        self.next.insert(number, call);
        Err(may.err().unwrap_or(Wait { until: None }))
    }

    /// Whether someone who came before could leave.
    fn has_before(&mut self, number: u64, now: std::time::Instant) -> bool {
        let Self { lanes, next, .. } = self;
        next.range(..number).any(|(_, call)| !matches!(lanes.may(*call, now), Err(Held { by_own: true, .. })))
    }
}

impl<'a> Place<'a> {
    fn take(queue: &'a Queue, call: Call) -> Self {
        let mut state = queue.state();
        state.came += 1;
        state.waiting[call.index()] += 1;
        Self { queue, call, number: state.came }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.waiting[self.call.index()] -= 1;
        state.next.remove(&self.number);
        let others_wait = !state.next.is_empty();
        drop(state);
        if others_wait {
            self.queue.changed.notify_waiters();
        }
    }
}

impl Permit {
    /// The answer is there: what it says of the budget holds for all, or for its call.
    pub(crate) fn answered(mut self, answer: &Answer) {
        let Some(leaves) = self.leaves.take() else { return };
        self.queue.state().lanes.answered(leaves, Told::by(answer), Instant::now().into_std());
        self.queue.changed.notify_waiters();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(leaves) = self.leaves.take() {
            self.queue.state().lanes.lost(leaves);
            self.queue.changed.notify_waiters();
        }
    }
}
