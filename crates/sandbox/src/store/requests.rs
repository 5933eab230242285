//! The log of requests and answers behind `GET /_sandbox/requests`.

use axum::body::Bytes;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::ring::Ring;

const MOST: usize = 1_000;
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How much of a body is shown, in bytes.
const LONGEST: usize = 64 * 1024;

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
    #[serde(serialize_with = "text")]
    pub(crate) body: Bytes,
    #[serde(serialize_with = "optional_text")]
    pub(crate) response: Option<Bytes>,
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
        let weight = request.path.len() + headers + request.body.len() + request.response.as_ref().map_or(0, Bytes::len);
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

fn text<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(&body[..body.len().min(LONGEST)]))
}

fn optional_text<S: Serializer>(body: &Option<Bytes>, serializer: S) -> Result<S::Ok, S::Error> {
    match body {
        Some(body) => text(body, serializer),
        None => serializer.serialize_none(),
    }
}
