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

use guestsync_core::Millis;
use guestsync_core::retry::Policy;
use guestsync_genesys::Error;
use guestsync_genesys::call::{ChannelOutcome, ChannelRefusal};
use serde::{Deserialize, Serialize};

use super::channel::Channel;
use super::existing::Found;
use super::suffix::suffixed;

/// Submissions of one job at most.
pub(super) const MOST_TRIES: u32 = 30;
/// Lookups in a row that fail, or do not show a channel that must be there, before a job is given up.
pub(super) const MOST_LOOKUPS: u32 = 20;
/// For how long a list of all channels tells that a name is free.
pub(super) const FRESH: Millis = 60_000;

/// What happens where another channel has the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnConflict {
    /// The job fails.
    #[default]
    Fail,
    /// A short suffix is appended.
    Suffix,
}

/// What a job is to do: written down when it is added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Task {
    pub(super) channel: Channel,
    pub(super) on_conflict: OnConflict,
    /// When a list of all channels did not have the name, milliseconds since 1970.
    pub(super) free_at: Option<Millis>,
}

/// How far it is: written down at each step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// The name, with its suffix if it has got one.
    pub name: String,
    /// Whether it has got one.
    pub suffixed: bool,
    /// Submissions sent.
    pub tries: u32,
    /// Where it stands.
    #[serde(flatten)]
    pub state: State,
}

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum State {
    /// Nothing has happened.
    Queued,
    /// Its name is being looked up; nothing was sent.
    Validating {
        /// Lookups that failed in a row.
        failed: u32,
    },
    /// It is being made.
    Submitting {
        /// What is not known of the last submission.
        doubt: Doubt,
    },
    /// The channel is there.
    Success {
        /// Its id.
        channel_id: String,
        /// How it came to be there.
        how: How,
    },
    /// It is not there, and this job will not make it.
    Failed(Reason),
    /// Whether it is there could not be found out.
    NeedsAttention(Reason),
}

/// What is not known of the last submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "doubt", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Doubt {
    /// Nothing: it had no effect, or there was none.
    None,
    /// Whether it had its effect: there is no answer (yet).
    Answer {
        /// Lookups that failed in a row.
        failed: u32,
    },
    /// Whose the name is that the server says is taken.
    Name {
        /// Lookups in a row that failed or did not show it.
        failed: u32,
    },
}

/// How a channel came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// By a submission of this job, as its answer says.
    Created,
    /// By a submission whose answer was lost, as a lookup says.
    Settled,
    /// It was there before, with the same definition.
    Present,
}

/// Why a job ended otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// A stable code.
    pub code: String,
    /// The server's status, where it answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    /// The server's own code.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub upstream: String,
    /// Fields that the server refused, each with its code.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<(String, String)>,
}

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
        let fresh = || Progress { name: task.channel.name.clone(), suffixed: false, tries: 0, state: State::Queued };
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
            State::Submitting { .. } => Next::LookUp,
            State::Success { .. } | State::Failed(_) | State::NeedsAttention(_) => Next::End,
        }
    }

    /// The definition is about to be sent: from here on its effect is in doubt.
    pub(super) fn sending(&mut self) {
        self.progress.tries += 1;
        self.progress.state = State::Submitting { doubt: Doubt::Answer { failed: 0 } };
    }

    /// What came of a submission.
    pub(super) fn answered(&mut self, outcome: ChannelOutcome, random: u64) -> Next {
        let spent = self.progress.tries >= MOST_TRIES;
        let delay = |asked| delay(asked, self.progress.tries.saturating_sub(1), random);
        match outcome {
            ChannelOutcome::Created { id } => self.succeed(id, How::Created),
            ChannelOutcome::Refused(refusal) => self.end(State::Failed(refusal.into())),
            ChannelOutcome::Denied(error) => self.end(State::Failed(Reason::from(&error))),
            ChannelOutcome::Conflict => {
                self.progress.state = State::Submitting { doubt: Doubt::Name { failed: 0 } };
                Next::LookUp
            }
            ChannelOutcome::NotNow { code, .. } if spent => self.end(State::Failed(Reason::of(code))),
            ChannelOutcome::NotNow { retry_after, .. } => {
                let wait = delay(retry_after);
                self.progress.state = State::Submitting { doubt: Doubt::None };
                Next::Wait(wait)
            }
            ChannelOutcome::Held { retry_after } => {
                let wait = delay(Some(retry_after));
                self.progress.tries -= 1;
                self.progress.state = State::Submitting { doubt: Doubt::None };
                Next::Wait(wait)
            }
            // The state says already that it is in doubt.
            ChannelOutcome::Unknown { retry_after, .. } => Next::Wait(delay(retry_after)),
        }
    }

    /// What a lookup of the name has found.
    pub(super) fn found(&mut self, found: Found, random: u64) -> Next {
        match (&self.progress.state, found) {
            (State::Submitting { doubt: Doubt::Answer { .. } }, Found::Same(id) | Found::Unstated(id)) => {
                self.succeed(id, How::Settled)
            }
            (State::Submitting { doubt: Doubt::Name { .. } }, Found::Same(id)) => {
                // The first submission met the name; a later one may have met what an earlier one made after all.
                let how = if self.progress.tries > 1 { How::Settled } else { How::Present };
                self.succeed(id, how)
            }
            (State::Submitting { doubt: Doubt::Answer { .. } }, Found::Nothing) => {
                if self.progress.tries >= MOST_TRIES {
                    return self.end(State::NeedsAttention(Reason::of("submission.unsettled")));
                }
                self.progress.state = State::Submitting { doubt: Doubt::None };
                Next::Submit
            }
            (State::Submitting { doubt: Doubt::Name { failed } }, Found::Nothing) => {
                let failed = failed + 1;
                if failed >= MOST_LOOKUPS {
                    return self.end(State::NeedsAttention(Reason::of("name.hidden")));
                }
                self.progress.state = State::Submitting { doubt: Doubt::Name { failed } };
                Next::Wait(delay(None, failed, random))
            }
            (State::Submitting { .. }, Found::Unstated(_)) if self.progress.tries > 1 => {
                self.end(State::NeedsAttention(Reason::of("submission.unsettled")))
            }
            (State::Submitting { .. }, Found::Several) => self.end(State::NeedsAttention(Reason::of("name.several"))),
            (State::Submitting { .. }, Found::Different | Found::Unstated(_)) => self.taken(),
            (_, Found::Nothing) => {
                self.progress.state = State::Submitting { doubt: Doubt::None };
                Next::Submit
            }
            (_, Found::Same(id)) => self.succeed(id, How::Present),
            (_, Found::Different | Found::Unstated(_) | Found::Several) => self.taken(),
        }
    }

    /// A lookup failed.
    pub(super) fn lookup_failed(&mut self, error: &Error, random: u64) -> Next {
        let asked = if let Error::Busy { retry_after } = error { Some(*retry_after) } else { None };
        let again = matches!(error, Error::Busy { .. } | Error::Unavailable { .. } | Error::Unreachable | Error::Timeout);
        let (State::Validating { failed } | State::Submitting { doubt: Doubt::Answer { failed } | Doubt::Name { failed } }) =
            &mut self.progress.state
        else {
            return self.resume(Millis::MAX);
        };
        // Waiting for the rate budget is no failure.
        if asked.is_none() {
            *failed += 1;
        }
        if again && *failed < MOST_LOOKUPS {
            return Next::Wait(delay(asked, *failed, random));
        }
        let reason = Reason::from(error);
        match self.progress.state {
            // Nothing was sent.
            State::Validating { .. } => self.end(State::Failed(reason)),
            _ => self.end(State::NeedsAttention(reason)),
        }
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
        self.progress.suffixed = true;
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

impl State {
    /// The name of [`Self::Success`].
    pub(super) const SUCCESS: &str = "success";

    /// Whether nothing is left to do.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        matches!(self, Self::Success { .. } | Self::Failed(_) | Self::NeedsAttention(_))
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Validating { .. } => "validating",
            Self::Submitting { .. } => "submitting",
            Self::Success { .. } => Self::SUCCESS,
            Self::Failed(_) => "failed",
            Self::NeedsAttention(_) => "needs-attention",
        }
    }
}

impl Reason {
    fn of(code: &str) -> Self {
        Self { code: code.to_owned(), status: None, upstream: String::new(), fields: Vec::new() }
    }
}

impl From<ChannelRefusal> for Reason {
    fn from(refusal: ChannelRefusal) -> Self {
        let ChannelRefusal { status, code, fields } = refusal;
        Self { code: "upstream.refused".to_owned(), status: Some(status), upstream: code, fields }
    }
}

impl From<&Error> for Reason {
    fn from(error: &Error) -> Self {
        let mut reason = Self::of(error.code());
        if let Error::Refused { status, code } = error {
            (reason.status, reason.upstream) = (Some(*status), code.clone());
        }
        reason
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
#[path = "machine_tests.rs"]
mod tests;
