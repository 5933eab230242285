//! The rate limit of each client, and the `inin-ratelimit-…` headers that every answer carries.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::auth::Caller;
use crate::error::ApiError;
use crate::shared::{Shared, lock};
use crate::store::Window;

const COUNT: HeaderName = HeaderName::from_static("inin-ratelimit-count");
const ALLOWED: HeaderName = HeaderName::from_static("inin-ratelimit-allowed");
const RESET: HeaderName = HeaderName::from_static("inin-ratelimit-reset");

/// Gives the headers to an answer that no counting gave them to: token requests, 401s, injected faults.
pub(crate) async fn headers(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Option<Caller>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if !response.headers().contains_key(COUNT) {
        let client = caller.as_ref().map(|caller| caller.grant.client.as_str());
        let window = lock(&shared.windows).look(client, shared.options.rate, shared.now());
        describe(window, shared.options.rate.requests, response.headers_mut());
    }
    response
}

/// Counts the request against its client's window; 429 where that is full.
pub(crate) async fn limit(
    State(shared): State<Arc<Shared>>,
    caller: Option<Extension<Caller>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(Extension(caller)) = caller else { return next.run(request).await };
    let limit = shared.options.rate;
    let taken = lock(&shared.windows).take(&caller.grant.client, limit, shared.now());
    let (window, mut response) = match taken {
        Ok(window) => (window, next.run(request).await),
        Err(window) => (window, ApiError::too_many_requests(window.reset).into_response()),
    };
    describe(window, limit.requests, response.headers_mut());
    response
}

fn describe(window: Window, allowed: u32, headers: &mut HeaderMap) {
    headers.insert(COUNT, HeaderValue::from(window.count));
    headers.insert(ALLOWED, HeaderValue::from(allowed));
    headers.insert(RESET, HeaderValue::from(window.reset));
}
