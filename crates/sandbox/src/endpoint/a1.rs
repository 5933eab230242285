//! A1: `POST /api/v2/conversations/webmessaging/guests/{id}/attributes`, merges attributes into a guest's.
//!
//! The guest must exist: 404 for an id that G1 never gave out. `If-Match` and `If-None-Match` are checked against the
//! version that A2 shows; a stale one is a 409.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;

use super::write;
use crate::error::ApiError;
use crate::input::{self, Id, Members};
use crate::shared::{Shared, lock};
use crate::store::Applied;
use crate::{attributes, precondition};

/// `{"attributes": {…}}` → `{attributes, version}`.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    Id(id): Id,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let limits = shared.options.limits;
    let mut members = Members::of(input::json(&headers, &body, input::JSON)?)?;
    let update = members.require("attributes").map(|update| attributes::check(update, limits));
    let update = match update {
        Some(Ok(update)) if update.is_empty() => {
            members.refuse("field.value", "attributes");
            None
        }
        Some(Ok(update)) => Some(update),
        Some(Err(problems)) => {
            members.refuse_all(problems);
            None
        }
        None => None,
    };
    let Some(update) = update else { return Err(members.refused()) };
    members.finish()?;

    let mut store = lock(&shared.store);
    let store = &mut *store;
    let guest = store.guests.get_mut(&id).ok_or_else(ApiError::not_found)?;
    precondition::check_write(&headers, guest.version)?;
    let keys = update.keys().cloned().collect();
    attributes::merge(&mut guest.attributes, update.clone(), limits).map_err(|problem| ApiError::invalid(vec![problem]))?;
    guest.version += 1;
    let mut effect = write("A1", &id, keys, update, &headers);
    effect.version = Some(guest.version);
    store.effects.push(effect, body.len());

    let answer = Json(json!({ "attributes": guest.attributes, "version": guest.version }));
    Ok((Extension(Applied), [(ETAG, precondition::etag(guest.version))], answer).into_response())
}
