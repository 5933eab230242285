//! The log of requests and answers behind `GET /_sandbox/requests`.

use serde::Serialize;
use serde_json::{Map, Value};

use super::ring::Ring;

const MOST: usize = 1_000;
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// One request and what came of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoggedRequest {
    /// When it came, RFC 3339.
    pub(crate) at: String,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// `null` where there was no answer.
    pub(crate) status: Option<u16>,
    pub(crate) duration_ms: u64,
    pub(crate) headers: Map<String, Value>,
    pub(crate) body: String,
    pub(crate) response: Option<String>,
    /// Whether it changed the store. A repeat under its `Idempotency-Key` does not.
    pub(crate) applied: bool,
}

/// The last requests: at most 1,000 and 16 MiB.
pub(crate) struct Requests(Ring<LoggedRequest>);

impl Default for Requests {
    fn default() -> Self {
        Self(Ring::new(MOST, MOST_BYTES))
    }
}

impl Requests {
    pub(crate) fn push(&mut self, request: LoggedRequest) {
        let headers: usize = request.headers.iter().map(|(name, value)| name.len() + value.as_str().map_or(0, str::len)).sum();
        let weight = request.path.len() + headers + request.body.len() + request.response.as_ref().map_or(0, String::len);
        self.0.push(request, weight);
    }

    pub(crate) fn after(&self, after: u64) -> impl Iterator<Item = (u64, &LoggedRequest)> {
        self.0.after(after)
    }

    pub(crate) fn last(&self) -> u64 {
        self.0.last()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
