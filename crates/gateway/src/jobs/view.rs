//! A job as others see it.

use guestsync_core::Millis;
use serde::Serialize;
use serde_json::Value;

use crate::clock;
use crate::db::jobs::Stored;
use crate::keys::StateKey;

/// A job as others see it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Its id.
    pub job_id: String,
    /// What it does.
    pub kind: String,
    /// Its state, as its worker names it.
    pub state: String,
    /// Whether something is left to do.
    pub open: bool,
    /// How often it was begun.
    pub attempts: i64,
    /// When it was added, RFC 3339.
    pub created: String,
    /// When it changed last, RFC 3339.
    pub updated: String,
    /// What it has come to so far.
    pub output: Option<Value>,
}

/// A job as others see it, read with this key.
pub(crate) fn view(stored: &Stored, key: &StateKey) -> View {
    let moment = |at: i64| clock::rfc3339_ms(Millis::try_from(at).unwrap_or_default());
    View {
        job_id: stored.id.clone(),
        kind: stored.kind.clone(),
        state: stored.state.clone(),
        open: stored.open,
        attempts: stored.attempts,
        created: moment(stored.created_at),
        updated: moment(stored.updated_at),
        output: output(stored, key),
    }
}

pub(super) fn output(stored: &Stored, key: &StateKey) -> Option<Value> {
    let plain = key.decrypt(&output_place(&stored.id), stored.output.as_ref()?)?;
    serde_json::from_slice(&plain).ok()
}

pub(super) fn output_place(id: &str) -> String {
    format!("job/{id}/output")
}
