//! The life of one channel's job, without I/O: what came of the last request goes in, what is to be done next comes out.
//!
//! ```text
//!            ┌────────────── the name is taken, on_conflict = suffix ──────────────┐
//!            ▼                                                                     │
//!  queued ─► validating ── nobody has the name ──► submitting ── created ──► success
//!                │ │                                 │  ▲  │
//!                │ └ the same is there ► success     │  │  └ refused, taken ──► failed
//!                └ taken ► failed        no answer,  ▼  │ nobody has the name
//!                                        409:       look up ── it is there ──► success
//!                                                       └ it cannot be told ─► needs-attention
//! ```
//! Before a request leaves, the job is written down as one whose effect is in doubt; so whoever resumes it, after a lost answer or a
//! killed process, looks the name up before anything is sent again.
//!
//! - `task`: what it is to do; `state`: how far it is; `reason`: why it ended otherwise;
//! - `answered`, `looked_up`: what a submission and a lookup change.

mod answered;
mod looked_up;
mod reason;
mod state;
mod task;

use guestsync_core::Millis;
use guestsync_core::retry::Policy;

use super::channel::Channel;
use super::suffix::suffixed;

pub use reason::Reason;
pub use state::{Doubt, How, Progress, State};
pub use task::OnConflict;
pub(super) use task::Task;

/// Submissions of one job at most.
pub(super) const MOST_TRIES: u32 = 30;
/// Lookups in a row that fail, or do not show a channel that must be there, before a job is given up.
pub(super) const MOST_LOOKUPS: u32 = 20;
/// For how long a list of all channels tells that a name is free.
pub(super) const FRESH: Millis = 60_000;

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Look the name up.
    LookUp,
    /// Send the definition, after [`Machine::sending`] is written down.
    Submit,
    /// Wait so many milliseconds, then ask [`Machine::resume`].
    Wait(Millis),
    /// Nothing: it has ended.
    End,
}

/// A job under way.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    task: Task,
    pub(super) progress: Progress,
}

impl Machine {
    /// A job from what was written down of it.
    pub(super) fn new(task: Task, progress: Option<Progress>) -> Self {
        let fresh = || Progress { name: task.channel.name.clone(), suffixed: false, tries: 0, lost: false, state: State::Queued };
        let progress = progress.unwrap_or_else(fresh);
        Self { task, progress }
    }

    /// The channel that is sent.
    pub(super) fn channel(&self) -> Channel {
        self.task.channel.named(&self.progress.name)
    }

    /// What there is to do now: at the start, after a wait, or where another process was killed.
    pub(super) fn resume(&mut self, now: Millis) -> Next {
        match &self.progress.state {
            State::Queued if self.task.free_at.is_some_and(|at| now.saturating_sub(at) < FRESH) => {
                self.progress.state = State::Submitting { doubt: Doubt::None };
                Next::Submit
            }
            State::Queued => self.validate(),
            State::Validating { .. } => Next::LookUp,
            State::Submitting { doubt: Doubt::None } => Next::Submit,
            State::Submitting { doubt: Doubt::Answer { .. } } => {
                self.progress.lost = true;
                Next::LookUp
            }
            State::Submitting { doubt: Doubt::Name { .. } } => Next::LookUp,
            State::Success { .. } | State::Failed(_) | State::NeedsAttention(_) => Next::End,
        }
    }

    /// The definition is about to be sent: from here on its effect is in doubt.
    pub(super) fn sending(&mut self) {
        self.progress.tries += 1;
        self.progress.state = State::Submitting { doubt: Doubt::Answer { failed: 0 } };
    }

    fn validate(&mut self) -> Next {
        self.progress.state = State::Validating { failed: 0 };
        Next::LookUp
    }

    /// Another channel has the name.
    fn taken(&mut self) -> Next {
        if self.task.on_conflict == OnConflict::Fail || self.progress.suffixed {
            return self.end(State::Failed(Reason::of("name.taken")));
        }
        self.progress.name = suffixed(&self.task.channel).name;
        (self.progress.suffixed, self.progress.lost) = (true, false);
        self.validate()
    }

    fn succeed(&mut self, channel_id: String, how: How) -> Next {
        self.end(State::Success { channel_id, how })
    }

    fn end(&mut self, state: State) -> Next {
        self.progress.state = state;
        Next::End
    }
}

/// A wait as the retry table has it: what the server asked for, else backoff with full jitter.
fn delay(asked: Option<Millis>, failures: u32, random: u64) -> Millis {
    match asked {
        Some(0) => Policy::SERVER.base,
        Some(asked) => asked,
        None => Policy::SERVER.delay(failures, random),
    }
}

#[cfg(test)]
mod tests;
