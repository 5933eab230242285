//! S1: `POST /api/v2/customattributes`, defines an attribute of the organisation; 409 where the name exists.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use crate::error::ApiError;
use crate::input;
use crate::sample::ORGANISATION;
use crate::schema::Definition;
use crate::shared::{Shared, lock};
use crate::store::Applied;

/// `{name, type, description, required, defaultValue, validationRules}` → 201, the same with `id` and `selfUri`.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Response, ApiError> {
    let definition = Definition::read(input::json(&headers, &body, input::JSON)?)?;
    let mut store = lock(&shared.store);
    let schema = Arc::make_mut(&mut store.schemas).add(ORGANISATION, definition).ok_or_else(ApiError::conflict)?;
    Ok((StatusCode::CREATED, Extension(Applied), Json(schema.shown())).into_response())
}
