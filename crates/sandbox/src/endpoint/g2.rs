//! G2: `POST /api/v2/webchat/v1/guests/{id}/tokens`, an hour's token for the guest's Messenger.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::input::{self, Id, Members};
use crate::shared::{Shared, lock};

const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// `{}` → `{token, expires_at}`.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    Id(id): Id,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    Members::of(input::json(&headers, &body, input::JSON)?)?.finish()?;
    if !lock(&shared.store).guests.contains_key(&id) {
        return Err(ApiError::not_found());
    }
    let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    Ok(Json(json!({ "token": token, "expires_at": rfc3339(shared.now() + LIFETIME) })).into_response())
}
