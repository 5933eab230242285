//! What every answer says about itself, unless its handler knew better.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

const USUAL: [(HeaderName, HeaderValue); 3] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

/// Adds what is missing.
pub(crate) async fn complete(request: Request, next: Next) -> Response {
    completed(next.run(request).await)
}

/// An answer with what it was missing.
pub(super) fn completed(mut response: Response) -> Response {
    for (name, value) in USUAL {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}
