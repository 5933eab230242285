//! Makes requests fail as the fault plan says.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Extension;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use time::OffsetDateTime;

use super::auth::Caller;
use super::unanswered::unanswered;
use crate::calls::Call;
use crate::connection::Connection;
use crate::error::ApiError;
use crate::fault::{Effect, RetryAfter, Seen, default_code};
use crate::shared::{Shared, lock};
use crate::store::Applied;

/// How long the handler of a request is held up.
#[derive(Clone, Copy)]
pub(crate) struct Slow(Duration);

/// Asks the plan what happens to this request and does it.
pub(crate) async fn inject(
    State(shared): State<Arc<Shared>>,
    Extension(call): Extension<Option<&'static Call>>,
    Extension(caller): Extension<Option<Caller>>,
    connection: Option<Extension<ConnectInfo<Connection>>>,
    mut request: Request,
    next: Next,
) -> Response {
    let now = shared.now();
    let seen = Seen { call: call.map(|call| call.name), method: request.method().as_str(), path: request.uri().path() };
    let verdict = lock(&shared.faults).decide(&seen, now);
    if let Some(entities) = verdict.entities {
        request.extensions_mut().insert(entities);
    }
    match verdict.effect {
        // The plan keeps delays and refused entities beside the effect.
        None | Some(Effect::Delay { .. } | Effect::Entities { .. }) => process(request, next, verdict.delay).await,
        Some(Effect::Reset {}) => unanswered(connection, false),
        Some(Effect::Hang {}) => {
            shared.stopping().await;
            unanswered(connection, false)
        }
        Some(Effect::Lost {}) => {
            let response = process(request, next, verdict.delay).await;
            unanswered(connection, response.extensions().get::<Applied>().is_some())
        }
        Some(Effect::Conflict {}) => ApiError::conflict().into_response(),
        Some(Effect::RejectToken {}) => {
            if let Some(caller) = caller {
                lock(&shared.tokens).revoke(&caller.token);
            }
            ApiError::bad_credentials(true).into_response()
        }
        Some(Effect::Status { status, code, retry_after }) => refuse(status, code, retry_after, now),
    }
}

/// Holds a request up just before its handler, where its `Idempotency-Key` already counts as running.
pub(crate) async fn slow(
    State(shared): State<Arc<Shared>>,
    slow: Option<Extension<Slow>>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(Extension(Slow(delay))) = slow {
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = shared.stopping() => {}
        }
    }
    next.run(request).await
}

/// Runs the request. A slow one runs to its end even if the client goes away meanwhile, as it would on a real server.
async fn process(mut request: Request, next: Next, delay: Duration) -> Response {
    if delay.is_zero() {
        return next.run(request).await;
    }
    request.extensions_mut().insert(Slow(delay));
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refuse(status: u16, code: Option<String>, retry_after: Option<RetryAfter>, now: OffsetDateTime) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let code = code.map_or_else(|| default_code(status).into(), std::borrow::Cow::Owned);
    let error = ApiError::new(status, code, "The request was made to fail.");
    let retry_after = retry_after.and_then(|retry_after| header(&retry_after, now));
    match retry_after {
        Some(value) => error.with_header(RETRY_AFTER, value),
        None => error,
    }
    .into_response()
}

fn header(retry_after: &RetryAfter, now: OffsetDateTime) -> Option<HeaderValue> {
    match retry_after {
        RetryAfter::Seconds(seconds) => Some(HeaderValue::from(*seconds)),
        RetryAfter::Date { date } => {
            let at = now.checked_add(time::Duration::seconds(*date))?;
            HeaderValue::try_from(httpdate::fmt_http_date(SystemTime::from(at))).ok()
        }
        RetryAfter::Text { text } => HeaderValue::try_from(text).ok(),
    }
}
