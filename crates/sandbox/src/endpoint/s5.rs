//! S5: `GET /api/v2/groups/{id}`, a group and its parent.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::input::Id;
use crate::sample::{Group, Standing, find_group};

/// → `{id, name, parentId}`, `parentId` null at the top; 403 for a group that may not be read.
pub(crate) async fn handle(Id(id): Id) -> Result<Json<Value>, ApiError> {
    let group = open(&id)?;
    Ok(Json(json!({ "id": group.id, "name": group.name, "parentId": group.parent })))
}

/// The group, if it is there and may be read.
pub(super) fn open(id: &str) -> Result<&'static Group, ApiError> {
    match find_group(id) {
        Standing::Open(group) => Ok(group),
        Standing::Forbidden => Err(ApiError::new(StatusCode::FORBIDDEN, "not.authorized", "This group may not be read.")),
        Standing::Missing => Err(ApiError::not_found()),
    }
}
