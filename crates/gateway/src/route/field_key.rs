//! POST `/api/field-key`: the guest's own key, for the `shared` mode.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use base64ct::{Base64UrlUnpadded, Encoding};
use guestsync_core::Millis;
use serde_json::{Value, json};

use crate::app::App;
use crate::capability::Right;
use crate::clock;
use crate::guard::bearer::Bearer;
use crate::refusal::Refusal;

/// How long a worker may keep the key.
const LIFE: Millis = 60 * 60 * 1_000;

/// Capability → 200 `{kid, key, expiresAt}`; `key` is 32 bytes in base64url without padding.
pub(crate) async fn handle(State(app): State<Arc<App>>, bearer: Bearer) -> Result<Json<Value>, Refusal> {
    let guest = bearer.allow(Right::FieldKey)?;
    let (kid, key) = app.masters.current(guest.as_str());
    let key = Base64UrlUnpadded::encode_string(key.as_ref());
    Ok(Json(json!({"kid": kid, "key": key, "expiresAt": clock::rfc3339(clock::now() + LIFE)})))
}
