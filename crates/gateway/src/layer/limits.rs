//! A request ends: by its answer, by the clock, or by a panic that is answered like any fault of ours.

use std::any::Any;
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::proxy::reply::refused_form;
use crate::refusal::Refusal;

/// Longer than any call upstream takes with its retries.
const TIME: Duration = Duration::from_secs(30);

const TOO_SLOW: Refusal = Refusal::new(StatusCode::GATEWAY_TIMEOUT, "timeout", "The request took too long");

/// Answers 504 where the handler has not.
pub(crate) async fn time(request: Request, next: Next) -> Response {
    let refused = refused_form(request.uri().path());
    tokio::time::timeout(TIME, next.run(request)).await.unwrap_or_else(|_| refused(TOO_SLOW))
}

/// A panic is a bug; its text may hold a value, so it is not logged.
pub(crate) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    fault().into_response()
}

/// What is said of a panic.
pub(crate) fn fault() -> Refusal {
    tracing::error!("a handler panicked");
    Refusal::internal()
}
