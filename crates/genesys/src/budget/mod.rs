//! One budget for all calls: what the server allows is waited for here instead of being refused there.
//!
//! - [`window`]: the rules, without time of their own;
//! - [`Queue`]: who waits, in the order in which they came.

#[cfg(test)]
mod played;
mod window;
#[cfg(test)]
mod window_tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use guestsync_core::Millis;
use tokio::sync::{Mutex as Turn, Notify};
use tokio::time::{Instant, timeout_at};

use crate::{Answer, Error};
use window::{Budget, Leave, Reading, Wait};

/// What is told where only an answer that is under way decides.
const SOON: Duration = Duration::from_secs(1);

/// Everyone who wants to call.
#[derive(Default)]
pub(crate) struct Queue {
    budget: Mutex<Budget>,
    /// Held by the one whose turn is next; the others stand behind it.
    turn: Turn<()>,
    /// How many stand there, that one included.
    waiting: AtomicU64,
    /// An answer has come.
    changed: Notify,
}

/// One who stands in the queue.
struct Place<'a>(&'a AtomicU64);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicU64) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request that may leave. Dropped without an answer it counts all the same.
pub(crate) struct Permit {
    queue: Arc<Queue>,
    leave: Option<Leave>,
}

impl Queue {
    /// Waits for a request's turn, until `deadline`.
    ///
    /// # Errors
    /// [`Error::Busy`] where its turn does not come by then: at once where that is known, else at the deadline.
    pub(crate) async fn enter(self: &Arc<Self>, deadline: Instant) -> Result<Permit, Error> {
        let place = Place::take(&self.waiting);
        let Ok(_turn) = timeout_at(deadline, self.turn.lock()).await else {
            drop(place);
            return Err(self.busy());
        };
        loop {
            // Listening begins before asking, so no answer is missed in between.
            let changed = self.changed.notified();
            let asked = self.budget().ask(Instant::now().into_std());
            match asked {
                Ok(leave) => return Ok(Permit { queue: Arc::clone(self), leave: Some(leave) }),
                Err(Wait { until: Some(until) }) => {
                    let until = Instant::from_std(until);
                    if until > deadline {
                        return Err(busy(Some(until)));
                    }
                    // Either way it is time to ask again.
                    _ = timeout_at(until, changed).await;
                }
                Err(Wait { until: None }) => {
                    if timeout_at(deadline, changed).await.is_err() {
                        return Err(busy(None));
                    }
                }
            }
        }
    }

    /// Whoever has stood in the queue too long is told when all who stand there now will have left: not before then comes the turn of
    /// one who queues again.
    fn busy(&self) -> Error {
        let ahead = self.waiting.load(Ordering::Relaxed);
        busy(self.budget().turn_after(ahead, Instant::now().into_std()).map(Instant::from_std))
    }

    /// What the window has seen and what it allows, where that is known.
    pub(crate) fn seen(&self) -> Option<(u64, u64)> {
        self.budget().seen()
    }

    /// So many gateways share the limit now.
    pub(crate) fn share(&self, gateways: u64) {
        self.budget().share(gateways);
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn busy(until: Option<Instant>) -> Error {
    let wait = until.map_or(SOON, |until| until.saturating_duration_since(Instant::now()));
    Error::Busy { retry_after: Millis::try_from(wait.as_millis()).unwrap_or(Millis::MAX).max(1) }
}

impl Permit {
    /// The answer is there: what it says of the budget holds for all.
    pub(crate) fn answered(mut self, answer: &Answer) {
        let Some(leave) = self.leave.take() else { return };
        let now = Instant::now().into_std();
        let refused = answer.status == 429;
        let mut budget = self.queue.budget();
        budget.answered(leave, reading(answer), refused, now);
        if let Some(wait) = refused.then(|| answer.retry_after()).flatten() {
            budget.close(now + Duration::from_millis(wait));
        }
        drop(budget);
        self.queue.changed.notify_one();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.leave.is_some() {
            self.queue.budget().lost();
            self.queue.changed.notify_one();
        }
    }
}

/// What the rate headers say, where they are all there and make sense.
fn reading(answer: &Answer) -> Option<Reading> {
    let number = |name: &str| answer.headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let allowed = number("inin-ratelimit-allowed").filter(|allowed| *allowed > 0)?;
    let reset = number("inin-ratelimit-reset").filter(|seconds| (1..=3_600).contains(seconds))?;
    Some(Reading { count: number("inin-ratelimit-count")?, allowed, reset: Duration::from_secs(reset) })
}
