//! A2: `GET /api/v2/conversations/webmessaging/guests/{id}/attributes`; 404 until A1 has written the guest's attributes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::error::ApiError;
use crate::input::Id;
use crate::precondition;
use crate::shared::{Shared, lock};

/// → `{attributes, version}`; 304 for a version the caller has.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, Id(id): Id, headers: HeaderMap) -> Result<Response, ApiError> {
    let store = lock(&shared.store);
    let guest = store.guests.get(&id).filter(|guest| guest.version > 0).ok_or_else(ApiError::not_found)?;
    let etag = [(ETAG, precondition::etag(guest.version))];
    if precondition::unchanged(&headers, guest.version)? {
        return Ok((StatusCode::NOT_MODIFIED, etag).into_response());
    }
    Ok((etag, Json(json!({ "attributes": guest.attributes, "version": guest.version }))).into_response())
}
