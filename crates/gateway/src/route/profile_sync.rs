//! POST `/api/profile-sync`: a form that no worker caught.

use axum::http::StatusCode;

use crate::guard::same_origin::SameOrigin;
use crate::refusal::Refusal;

const WORKER: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "worker.required",
    "This form is sealed in the browser: its service worker was not there",
);

/// 403: nothing of the body is read, so nothing of it can be kept.
pub(crate) async fn handle(_: SameOrigin) -> Refusal {
    WORKER
}
