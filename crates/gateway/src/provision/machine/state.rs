//! How far a job is: written down at each step.

use serde::{Deserialize, Serialize};

use super::reason::Reason;

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// The name, with its suffix if it has got one.
    pub name: String,
    /// Whether it has got one.
    pub suffixed: bool,
    /// Submissions sent.
    pub tries: u32,
    /// Whether one of this name had no answer: it may have made the channel.
    #[serde(default)]
    pub lost: bool,
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

impl State {
    /// The name of [`Self::Success`].
    pub(in crate::provision) const SUCCESS: &str = "success";
    /// The names of the states in which nothing is left to do, the good one first.
    pub(in crate::provision) const ENDS: [&str; 3] = [Self::SUCCESS, "failed", "needs-attention"];

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
            Self::Failed(_) => Self::ENDS[1],
            Self::NeedsAttention(_) => Self::ENDS[2],
        }
    }
}
