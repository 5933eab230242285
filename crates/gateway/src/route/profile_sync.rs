//! POST `/api/profile-sync`: a form that no worker caught.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::App;
use crate::fallback;
use crate::guard::same_origin::SameOrigin;
use crate::refusal::Refusal;

const WORKER: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "worker.required",
    "This form is sealed in the browser: its service worker was not there",
);

/// The worker's answers, by the same rules. Without `fallback`, 403: nothing of the body is read.
pub(crate) async fn handle(State(app): State<Arc<App>>, _: SameOrigin, request: Request) -> Result<Response, Refusal> {
    if !app.config.fallback {
        return Err(WORKER);
    }
    fallback::handle(&app, request).await
}
