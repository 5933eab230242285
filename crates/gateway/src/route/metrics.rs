//! GET `/metrics`: what an operator watches.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::openapi::responses::Everywhere;
use crate::refusal::Refusal;

/// 200 in the OpenMetrics text format, which Prometheus reads.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operations",
    responses(Everywhere, (status = 200, description = "OpenMetrics", body = String, content_type = "application/openmetrics-text")),
)]
pub(crate) async fn handle(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let text = app.metrics.text(&app.db, &app.genesys).await?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}
