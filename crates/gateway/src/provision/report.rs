//! What came of a file of channels.

use serde::Serialize;

use super::machine::{How, Progress, Reason, State};
use super::plan::{Action, Planned};

/// What came of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Its path in the file.
    pub path: String,
    /// Its name, with the suffix if it has got one.
    pub name: String,
    /// `success`, `failed`, `needs-attention`; `queued`, `validating` or `submitting` where nobody waited for its end.
    pub status: &'static str,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// `created`, `settled` or `present`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how: Option<How>,
    /// Whether its name has got a suffix.
    pub suffixed: bool,
    /// Why it is not there, or may not be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The job, unless there was nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<String>,
    /// From the job's beginning to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
}

/// How many channels came to which end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Made now, those included whose answer was lost and whose lookup found them.
    pub created: usize,
    /// There before.
    pub present: usize,
    /// Not there.
    pub failed: usize,
    /// Nobody knows.
    pub needs_attention: usize,
    /// Not ended.
    pub open: usize,
}

/// What came of all.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// In the order of the file.
    pub channels: Vec<Outcome>,
    /// Their number by end.
    pub counts: Counts,
    /// Events that the receiver has not taken yet, or no more.
    pub events_waiting: usize,
}

impl Outcome {
    /// Of a channel that is there already.
    pub(super) fn present(planned: &Planned) -> Option<Self> {
        let Action::Present { name, channel_id } = &planned.action else { return None };
        Some(Self {
            path: planned.path.clone(),
            name: name.clone(),
            status: State::SUCCESS,
            channel_id: Some(channel_id.clone()),
            how: Some(How::Present),
            suffixed: *name != planned.channel.name,
            reason: None,
            job_id: None,
            latency_ms: None,
        })
    }

    /// Of a job as it stands.
    pub(super) fn of(planned: &Planned, job_id: &str, progress: Option<&Progress>, latency_ms: Option<u64>) -> Self {
        let (channel_id, how, reason) = match progress.map(|progress| &progress.state) {
            Some(State::Success { channel_id, how }) => (Some(channel_id.clone()), Some(*how), None),
            Some(State::Failed(reason) | State::NeedsAttention(reason)) => (None, None, Some(reason.clone())),
            _ => (None, None, None),
        };
        Self {
            path: planned.path.clone(),
            name: progress.map_or(&planned.channel.name, |progress| &progress.name).clone(),
            status: progress.map_or(State::Queued.name(), |progress| progress.state.name()),
            channel_id,
            how,
            suffixed: progress.is_some_and(|progress| progress.suffixed),
            reason,
            job_id: Some(job_id.to_owned()),
            latency_ms,
        }
    }
}

impl Report {
    pub(super) fn of(channels: Vec<Outcome>, events_waiting: usize) -> Self {
        let mut counts = Counts::default();
        for outcome in &channels {
            *match (outcome.status, outcome.how) {
                (_, Some(How::Present)) => &mut counts.present,
                (_, Some(How::Created | How::Settled)) => &mut counts.created,
                ("failed", _) => &mut counts.failed,
                ("needs-attention", _) => &mut counts.needs_attention,
                _ => &mut counts.open,
            } += 1;
        }
        Self { channels, counts, events_waiting }
    }
}
