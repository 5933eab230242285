//! Gives each request its `ININ-Correlation-Id` and writes the error bodies, which repeat it as `contextId`.

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::error::ApiError;

const HEADER: HeaderName = HeaderName::from_static("inin-correlation-id");

/// Adds the header; an [`ApiError`] on its way out gets its body here.
pub(crate) async fn identify(request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<Arc<ApiError>>() {
        response = with_body(response, &error, &id);
    }
    let value = HeaderValue::try_from(id).expect("invariant: a UUID is visible ASCII");
    response.headers_mut().insert(HEADER, value);
    response
}

fn with_body(response: Response, error: &ApiError, id: &str) -> Response {
    let (head, _) = response.into_parts();
    let mut rendered = Json(error.body(id)).into_response();
    *rendered.status_mut() = head.status;
    rendered.headers_mut().extend(head.headers);
    *rendered.extensions_mut() = head.extensions;
    rendered
}
