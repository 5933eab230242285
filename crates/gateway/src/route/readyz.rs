//! GET `/readyz`: the process can do its work.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::openapi::responses::Everywhere;

/// Whether the gateway can do its work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    status: Status,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ready,
    Unready,
}

/// 200 `{"status": "ready"}`, or 503 `{"status": "unready"}` where the database does not answer, or takes no writes.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    responses(
        Everywhere,
        (status = 200, description = "It can", body = Readiness),
        (status = 503, description = "The database does not answer, or takes no writes", body = Readiness),
    ),
)]
pub(crate) async fn handle(State(app): State<Arc<App>>) -> (StatusCode, Json<Readiness>) {
    let (code, status) = match app.db.ping().await {
        true => (StatusCode::OK, Status::Ready),
        false => (StatusCode::SERVICE_UNAVAILABLE, Status::Unready),
    };
    (code, Json(Readiness { status }))
}
