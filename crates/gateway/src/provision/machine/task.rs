//! What a job is to do: written down when it is added, and never changed.

use guestsync_core::Millis;
use serde::{Deserialize, Serialize};

use crate::provision::channel::Channel;

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

/// What a job is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::provision) struct Task {
    pub(in crate::provision) channel: Channel,
    pub(in crate::provision) on_conflict: OnConflict,
    /// When a list of all channels did not have the name, milliseconds since 1970.
    pub(in crate::provision) free_at: Option<Millis>,
}
