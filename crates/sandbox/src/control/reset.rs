//! `POST /_sandbox/reset`: back to the start.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use crate::shared::Shared;

/// Empties the store down to the sample, and kept answers, rate windows, request log and faults → 204. Tokens stay valid.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.reset();
    StatusCode::NO_CONTENT
}
