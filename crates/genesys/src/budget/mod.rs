//! One budget for all calls: what the server allows is waited for here instead of being refused there.
//!
//! - `window`: the rules of one limit, without time of their own;
//! - `lanes`: the limit that all calls share, and those that single calls have beside it;
//! - `sliding`: limits that the operator sets;
//! - `told`: what an answer says of the limits; `wait`: why a request has to wait;
//! - `starts`: what sessions that are being started leave to others, and whose turn it is of those;
//! - `state`: whose turn it is of all;
//! - [`Queue`]: where they wait; all but starts in the order in which they came.

mod call;
mod lanes;
#[cfg(test)]
mod lanes_tests;
#[cfg(test)]
mod played;
mod sliding;
mod starts;
#[cfg(test)]
mod starts_tests;
mod state;
mod told;
mod wait;
mod window;
#[cfg(test)]
mod window_tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use guestsync_core::Millis;
use tokio::sync::{Mutex as Turn, Notify};
use tokio::time::{Instant, timeout_at};

pub(crate) use self::call::Call;
use self::lanes::Leaves;
pub(crate) use self::starts::{Reserve, Start};
use self::state::State;
use self::told::Told;
use self::wait::{By, Wait};
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

/// One who stands in the queue.
struct Place<'a> {
    queue: &'a Queue,
    call: Call,
    number: u64,
    start: Option<&'a Start>,
}

/// A request that may leave. Dropped without an answer it counts all the same.
pub(crate) struct Permit {
    queue: Arc<Queue>,
    leaves: Option<Leaves>,
}

impl Queue {
    /// An empty queue; all calls together (`None`) and single ones may be held to limits of the operator's.
    pub(crate) fn new(limits: impl IntoIterator<Item = (Option<Call>, RateLimit)>, reserve: Reserve) -> Self {
        let mut state = State::default();
        limits.into_iter().for_each(|(call, limit)| state.lanes.configure(call, limit));
        state.starts.reserve = reserve;
        Self { state: Mutex::new(state), turns: Default::default(), changed: Notify::new() }
    }

    /// Waits for a request's turn, until `deadline`; `start` where it starts a session.
    ///
    /// # Errors
    /// [`Error::Busy`] where its turn does not come by then: at once where that is known, else at the deadline.
    pub(crate) async fn enter(self: &Arc<Self>, call: Call, start: Option<&Start>, deadline: Instant) -> Result<Permit, Error> {
        match start {
            Some(start) if !start.is_paid() || call.makes_guests() => self.enter_start(call, start, deadline).await,
            start => self.enter_in_order(call, start, deadline).await,
        }
    }

    async fn enter_in_order(self: &Arc<Self>, call: Call, paid: Option<&Start>, deadline: Instant) -> Result<Permit, Error> {
        let place = Place::take(self, call, None);
        let Ok(_turn) = timeout_at(deadline, self.turns[call.index()].lock()).await else {
            return Err(self.busy(call, None));
        };
        loop {
            // Listening begins before asking, so no answer is missed in between.
            let changed = self.changed.notified();
            let asked = self.state().ask(call, place.number, paid, Instant::now().into_std());
            match asked {
                Ok(leaves) => return Ok(Permit { queue: Arc::clone(self), leaves: Some(leaves) }),
                Err(wait) => self.wait(call, wait, changed, deadline).await?,
            }
        }
    }

    async fn enter_start(self: &Arc<Self>, call: Call, start: &Start, deadline: Instant) -> Result<Permit, Error> {
        let place = Place::take(self, call, Some(start));
        let (mut wake, mut counted) = (None, false);
        loop {
            let asked = self.state().ask_start(call, place.number, start, Instant::now().into_std());
            let held = match asked {
                Ok(leaves) => return Ok(Permit { queue: Arc::clone(self), leaves: Some(leaves) }),
                Err(held) => held,
            };
            let Some(wake) = &wake else {
                let woken = Arc::new(Notify::new());
                self.state().starts.wait(call, start.sender, place.number, &woken);
                wake = Some(woken);
                // What has changed since it asked woke others.
                continue;
            };
            if held.by != By::Limit && !std::mem::replace(&mut counted, true) {
                self.state().starts.was_held(held.by);
            }
            self.wait(call, held.wait, wake.notified(), deadline).await?;
        }
    }

    /// Waits until it is time to ask again.
    async fn wait(&self, call: Call, wait: Wait, changed: impl Future<Output = ()>, deadline: Instant) -> Result<(), Error> {
        match wait.until.map(Instant::from_std) {
            Some(until) if until > deadline => Err(self.busy(call, Some(until))),
            Some(until) => {
                // Either way it is.
                _ = timeout_at(until, changed).await;
                Ok(())
            }
            None => timeout_at(deadline, changed).await.map_err(|_| self.busy(call, None)),
        }
    }

    /// A start that was under way is over.
    pub(crate) fn settle(&self, start: &Start) {
        if start.is_paid() {
            let mut state = self.state();
            state.starts.settle(start);
            self.wake(state);
        }
    }

    /// Something has changed for those who wait.
    fn wake(&self, state: MutexGuard<'_, State>) {
        if let Some(next) = state.starts.next() {
            next.wake();
        }
        drop(state);
        self.changed.notify_waiters();
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

    /// How many starts were held by what is kept for guests who have a session, and by what their address had had.
    pub(crate) fn held_starts(&self) -> (u64, u64) {
        self.state().starts.held()
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

impl<'a> Place<'a> {
    fn take(queue: &'a Queue, call: Call, start: Option<&'a Start>) -> Self {
        let mut state = queue.state();
        state.came += 1;
        state.waiting[call.index()] += 1;
        Self { queue, call, number: state.came, start }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.waiting[self.call.index()] -= 1;
        state.next.remove(&self.number);
        if let Some(start) = self.start {
            state.starts.gone(start.sender, self.number);
        }
        if !state.next.is_empty() || !state.starts.is_empty() {
            self.queue.wake(state);
        }
    }
}

impl Permit {
    /// The answer is there: what it says of the budget holds for all, or for its call.
    pub(crate) fn answered(mut self, answer: &Answer) {
        let Some(leaves) = self.leaves.take() else { return };
        let told = Told::by(answer);
        let mut state = self.queue.state();
        state.lanes.answered(leaves, told, Instant::now().into_std());
        self.queue.wake(state);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(leaves) = self.leaves.take() {
            let mut state = self.queue.state();
            state.lanes.lost(leaves);
            self.queue.wake(state);
        }
    }
}
