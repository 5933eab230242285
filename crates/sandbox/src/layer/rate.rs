//! The rate limits of each client and of single calls, and the `inin-ratelimit-…` headers that every answer carries.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::auth::Caller;
use crate::calls::Call;
use crate::error::{ApiError, Limit};
use crate::options::RateLimit;
use crate::shared::{Shared, lock};
use crate::store::Window;

const COUNT: HeaderName = HeaderName::from_static("inin-ratelimit-count");
const ALLOWED: HeaderName = HeaderName::from_static("inin-ratelimit-allowed");
const RESET: HeaderName = HeaderName::from_static("inin-ratelimit-reset");

/// The platform's name for what all requests of a client share.
const OF_CLIENT: (&str, &str) = ("platform.api", "client.credentials.token.rate.per.minute");

/// Gives the headers to an answer that no counting gave them to: token requests, 401s, injected faults.
pub(crate) async fn headers(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Option<Caller>>,
    Extension(call): Extension<Option<&'static Call>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if !response.headers().contains_key(COUNT) {
        let client = caller.as_ref().map(|caller| caller.grant.client.as_str());
        let (window, limit) = match call.and_then(|call| own(&shared, call)) {
            Some((limit, name)) => {
                let key = client.map(|client| key(name, client));
                (lock(&shared.call_windows).look(key.as_deref(), limit, shared.now()), limit)
            }
            None => (lock(&shared.windows).look(client, shared.options.rate, shared.now()), shared.options.rate),
        };
        describe(window, limit, response.headers_mut());
    }
    response
}

/// Counts the request against its client's window, then against its call's, where it has one; 429 where one is full.
pub(crate) async fn limit(
    State(shared): State<Arc<Shared>>,
    caller: Option<Extension<Caller>>,
    Extension(call): Extension<&'static Call>,
    request: Request,
    next: Next,
) -> Response {
    let Some(Extension(caller)) = caller else { return next.run(request).await };
    let limit = shared.options.rate;
    let client = &caller.grant.client;
    let taken = lock(&shared.windows).take(client, limit, shared.now());
    let window = match taken {
        Ok(window) => window,
        Err(window) => return refuse(window, limit, OF_CLIENT.0, OF_CLIENT.1.to_owned()),
    };
    let Some((limit, name)) = own(&shared, call) else { return described(next.run(request).await, window, limit) };
    let taken = lock(&shared.call_windows).take(&key(name, client), limit, shared.now());
    match taken {
        Ok(window) => described(next.run(request).await, window, limit),
        Err(window) => refuse(window, limit, call.namespace(), format!("{}.rate.per.minute", name.to_lowercase())),
    }
}

/// The limit that a call has of its own.
fn own(shared: &Shared, call: &'static Call) -> Option<(RateLimit, &'static str)> {
    shared.options.call_rates.get(call.name).map(|limit| (*limit, call.name))
}

fn key(call: &str, client: &str) -> String {
    format!("{call} {client}")
}

fn refuse(window: Window, limit: RateLimit, namespace: &'static str, key: String) -> Response {
    let reached = Limit { key, namespace, value: limit.requests };
    described(ApiError::too_many_requests(window.reset, reached).into_response(), window, limit)
}

fn described(mut response: Response, window: Window, limit: RateLimit) -> Response {
    describe(window, limit, response.headers_mut());
    response
}

fn describe(window: Window, limit: RateLimit, headers: &mut HeaderMap) {
    headers.insert(COUNT, HeaderValue::from(window.count));
    headers.insert(ALLOWED, HeaderValue::from(limit.requests));
    headers.insert(RESET, HeaderValue::from(window.reset));
}
