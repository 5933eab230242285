//! GET `/openapi.json`: what this gateway answers, for programs.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, header};

use crate::app::App;
use crate::openapi::Document;
use crate::openapi::responses::Everywhere;

/// 200, OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "operations",
    responses(Everywhere, (status = 200, description = "This document", body = serde_json::Value)),
)]
pub(crate) async fn handle(State(app): State<Arc<App>>) -> ([(HeaderName, &'static str); 1], Bytes) {
    let text = app.document.get().map(|Document(text)| text.clone()).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], text)
}
