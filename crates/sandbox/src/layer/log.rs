//! Writes down each request and its answer for `GET /_sandbox/requests`, without credentials, in bounded memory.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use time::OffsetDateTime;

use super::body::RequestBody;
use super::unanswered::NoAnswer;
use crate::shared::{Shared, lock};
use crate::store::{Applied, LoggedRequest, redact};

/// Records every request, also one that ends without an answer.
pub(crate) async fn record(
    State(shared): State<Arc<Shared>>,
    Extension(body): Extension<RequestBody>,
    request: Request,
    next: Next,
) -> Response {
    let mut entry = Entry::new(shared, &request, body.bytes);
    let response = next.run(request).await;
    entry.applied = response.extensions().get::<Applied>().is_some();
    if response.extensions().get::<NoAnswer>().is_some() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    entry.answer = Some((parts.status, body.clone()));
    Response::from_parts(parts, Body::from(body))
}

/// A request under way. Dropping it writes it down: where the client went away, without an answer.
struct Entry {
    shared: Arc<Shared>,
    at: OffsetDateTime,
    started: Instant,
    method: String,
    path: String,
    /// The template of the path, which has a guest's id in it.
    route: String,
    headers: serde_json::Map<String, serde_json::Value>,
    body: Bytes,
    applied: bool,
    answer: Option<(StatusCode, Bytes)>,
}

impl Entry {
    fn new(shared: Arc<Shared>, request: &Request, body: Bytes) -> Self {
        Self {
            at: shared.now(),
            started: Instant::now(),
            method: request.method().to_string(),
            route: request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned(),
            path: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
            headers: redact::headers(request.headers()),
            body,
            applied: false,
            answer: None,
            shared,
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let status = self.answer.as_ref().map(|(status, _)| status.as_u16());
        let duration = self.started.elapsed();
        tracing::debug!(
            method = self.method,
            route = self.route,
            status,
            applied = self.applied,
            ms = duration.as_millis(),
            "request"
        );
        let logged = LoggedRequest {
            at: crate::clock::rfc3339(self.at),
            method: std::mem::take(&mut self.method),
            body: redact::request(&self.path, std::mem::take(&mut self.body)),
            path: std::mem::take(&mut self.path),
            status,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            headers: std::mem::take(&mut self.headers),
            response: self.answer.take().map(|(_, body)| redact::response(body)),
            applied: self.applied,
        };
        lock(&self.shared.requests).push(logged);
    }
}
