//! P2: `GET /api/v2/guests/{id}`, the guest's profile.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use crate::error::ApiError;
use crate::input::Id;
use crate::shared::{Shared, lock};

/// → `{id, email, phone, name, lastUpdated, …}`.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, Id(id): Id) -> Result<Json<Value>, ApiError> {
    lock(&shared.store).guests.get(&id).map(|guest| Json(guest.profile.clone())).ok_or_else(ApiError::not_found)
}
