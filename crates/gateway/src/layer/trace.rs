//! A span for each request: id, method, route, and at its end status and time. No address, no query, no header, no body.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::refusal::Code;
use crate::text::hex;

/// Runs a request inside its span and answers with its id (`X-Request-Id`).
pub(crate) async fn span(request: Request, next: Next) -> Response {
    let id = hex(&getrandom::u64().unwrap_or_default().to_be_bytes());
    // The template, not the path: a path has a guest's id in it.
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, method = method(&request), route);
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, ms) = (response.status().as_u16(), started.elapsed().as_millis());
    let code = response.extensions().get::<Code>().map(|Code(code)| *code);
    span.in_scope(|| tracing::info!(status, ms, code, "answered"));
    response.headers_mut().insert("x-request-id", HeaderValue::try_from(id).expect("hex fits into a header"));
    response
}

/// The method, if it is one of those that exist: an invented one is the sender's text.
pub(super) fn method(request: &Request) -> &'static str {
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
