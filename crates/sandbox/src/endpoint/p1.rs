//! P1: `PATCH /api/v2/guests/{id}`, a JSON Patch (RFC 6902) on the guest's profile, applied as a whole or not at all.
//!
//! Values are not checked for form: they may be sealed. Two things hold whatever the patch says: the profile stays an
//! object, and its `id` stays. `lastUpdated` becomes the time of the patch unless the patch itself wrote it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::Value;

use super::write;
use crate::clock::rfc3339;
use crate::error::{ApiError, Detail};
use crate::input::{self, Id};
use crate::patch::{self, PatchError};
use crate::shared::{Shared, lock};
use crate::store::Applied;

const JSON_PATCH: &str = "application/json-patch+json";

/// An array of operations → the profile.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    Id(id): Id,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let Value::Array(operations) = input::json(&headers, &body, JSON_PATCH)? else {
        return Err(ApiError::bad_request("The body must be a JSON array of operations."));
    };
    let last = operations.len().saturating_sub(1);
    let mut store = lock(&shared.store);
    let store = &mut *store;
    let guest = store.guests.get_mut(&id).ok_or_else(ApiError::not_found)?;
    let mut patched = patch::apply(&guest.profile, operations).map_err(refusal)?;
    if patched.document["id"] != guest.profile["id"] {
        return Err(refusal(PatchError { index: last, code: "patch.id.changed" }));
    }
    if patched.pointers.is_empty() {
        return Ok(Json(patched.document).into_response());
    }
    if !patched.pointers.iter().any(|pointer| pointer.is_empty() || pointer == "/lastUpdated") {
        patched.document["lastUpdated"] = rfc3339(shared.now()).into();
    }
    let effect = write("P1", &id, patched.pointers, patched.values, &headers);
    store.effects.push(effect, body.len());
    guest.profile = patched.document.clone();
    Ok((Extension(Applied), Json(patched.document)).into_response())
}

fn refusal(error: PatchError) -> ApiError {
    let field = error.index.to_string();
    let message = format!("Operation {field} of the patch could not be applied; nothing was changed.");
    ApiError::bad_request(message).with_details(vec![Detail::new(error.code, &field)])
}
