//! A span for each request: id, method, route, and at its end status and time. No address, no query, no header, no body.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument, Span};

use crate::refusal::Code;
use crate::text::hex;

/// Runs a request inside its span and answers with its id (`X-Request-Id`).
pub(crate) async fn span(request: Request, next: Next) -> Response {
    let seen = Seen::of(&request);
    let response = next.run(request).instrument(seen.span.clone()).await;
    seen.answered(response)
}

/// A request that is under way.
pub(super) struct Seen {
    id: String,
    pub(super) method: &'static str,
    /// The template, not the path: a path has a guest's id in it.
    pub(super) route: String,
    pub(super) span: Span,
    pub(super) started: Instant,
}

impl Seen {
    pub(super) fn of(request: &Request) -> Self {
        let id = hex(&next_id().to_be_bytes());
        let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
        let method = method(request);
        let span = tracing::info_span!("request", id, method, route);
        Self { id, method, route, span, started: Instant::now() }
    }

    /// Tells the log of the answer, and the answer its id.
    pub(super) fn answered(self, mut response: Response) -> Response {
        let (status, ms) = (response.status().as_u16(), self.started.elapsed().as_millis());
        let code = response.extensions().get::<Code>().map(|Code(code)| *code);
        self.span.in_scope(|| tracing::info!(status, ms, code, "answered"));
        response.headers_mut().insert("x-request-id", HeaderValue::try_from(self.id).expect("hex fits into a header"));
        response
    }
}

/// Another id for each request: from where chance began on by a constant that is odd, so that none comes twice (a Weyl sequence).
fn next_id() -> u64 {
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(getrandom::u64().unwrap_or_default()));
    NEXT.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
}

/// The method, if it is one of those that exist: an invented one is the sender's text.
fn method(request: &Request) -> &'static str {
    match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "-",
    }
}
