//! POST `/api/profile-sync`: a form that no worker caught.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use utoipa::ToSchema;

use crate::app::App;
use crate::fallback;
use crate::guard::same_origin::SameOrigin;
use crate::openapi::responses::WithBody;
use crate::refusal::{self, Refusal};

const WORKER: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "worker.required",
    "This form is sealed in the browser: its service worker was not there",
);

/// A form's fields, as `worker.fields` names them.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "described; the core reads it by the configured rules")]
struct Form {
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_-]+$")]
    guest_id: String,
}

/// What became of a form.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "described; the core writes it")]
struct Answer {
    status: String,
    guest_id: String,
    /// Fields that wait for consent.
    #[schema(nullable = false)]
    held: Option<Vec<String>>,
}

/// The worker's answers, by the same rules. Without `fallback`, 403: nothing of the body is read.
#[utoipa::path(
    post,
    path = "/api/profile-sync",
    tag = "forms",
    description = "Needs the session's cookie and `Sec-Fetch-Site: same-origin`. A navigation gets a redirect or a small page.",
    request_body(content(
        (Form = "application/x-www-form-urlencoded"), (Form = "multipart/form-data"), (Form = "application/json"),
    )),
    responses(
        WithBody,
        (status = 200, description = "Genesys took it", content((Answer = "application/json"), (String = "text/html"))),
        (status = 202, description = "It is kept, sealed, and will be sent", content((Answer = "application/json"), (String = "text/html"))),
        (status = 303, description = "To `worker.redirect`", headers(("Location" = String))),
        (status = 400, description = "`field.required`, `field.too_long`, `guest.invalid`, `form.malformed`, …", content((refusal::Error = "application/json"), (String = "text/html"))),
        (status = 403, description = "`session.missing`, `guest.mismatch`, `origin.foreign`, `worker.required`", content((refusal::Error = "application/json"), (String = "text/html"))),
        (status = 413, description = "`form.too_large`", content((refusal::Error = "application/json"), (String = "text/html"))),
        (status = 415, description = "`form.type`", content((refusal::Error = "application/json"), (String = "text/html"))),
        (status = 422, description = "Genesys refused it for good", content((refusal::Error = "application/json"), (String = "text/html"))),
        (status = 503, description = "`storage.unavailable`: it can neither be kept nor sent", content((refusal::Error = "application/json"), (String = "text/html"))),
    ),
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, _: SameOrigin, request: Request) -> Result<Response, Refusal> {
    if !app.config.fallback {
        return Err(WORKER);
    }
    fallback::handle(&app, request).await
}
