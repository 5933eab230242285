//! G3: `GET /api/v2/webchat/v1/guests/{id}`, the guest's record.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use crate::error::ApiError;
use crate::input::Id;
use crate::shared::{Shared, lock};

/// → the members of G1; name and email as the profile has them now.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, Id(id): Id) -> Result<Json<Value>, ApiError> {
    lock(&shared.store).guests.get(&id).map(|guest| Json(guest.record())).ok_or_else(ApiError::not_found)
}
