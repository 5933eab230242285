//! GET `/openapi.json`: what this gateway answers, for programs.

use axum::Extension;
use axum::body::Bytes;
use axum::http::{HeaderName, header};

use crate::openapi::Document;
use crate::openapi::responses::Everywhere;

/// 200, OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "operations",
    responses(Everywhere, (status = 200, description = "This document", body = serde_json::Value)),
)]
pub(crate) async fn handle(Extension(Document(text)): Extension<Document>) -> ([(HeaderName, &'static str); 1], Bytes) {
    ([(header::CONTENT_TYPE, "application/json")], text)
}
