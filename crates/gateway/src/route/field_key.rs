//! POST `/api/field-key`: the guest's own key, for the `shared` mode.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use base64ct::{Base64UrlUnpadded, Encoding};
use guestsync_core::Millis;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::capability::Right;
use crate::clock;
use crate::guard::bearer::Bearer;
use crate::openapi::responses::Everywhere;
use crate::refusal::{self, Refusal};

/// How long a worker may keep the key.
const LIFE: Millis = 60 * 60 * 1_000;

/// A guest's own key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldKey {
    /// Names the master that it was made from.
    kid: String,
    /// 32 bytes in base64url without padding.
    #[schema(min_length = 43, max_length = 43)]
    key: String,
    /// RFC 3339.
    expires_at: String,
}

/// Capability → 200 `{kid, key, expiresAt}`; `key` is 32 bytes in base64url without padding.
#[utoipa::path(
    post,
    path = "/api/field-key",
    tag = "keys",
    security(("capability" = [])),
    responses(
        Everywhere,
        (status = 200, description = "The key", body = FieldKey),
        (status = 401, description = "`bad.credentials`", body = refusal::Error),
        (status = 403, description = "`capability.insufficient`", body = refusal::Error),
    ),
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, bearer: Bearer) -> Result<Json<FieldKey>, Refusal> {
    let guest = bearer.allow(Right::FieldKey)?;
    let (kid, key) = app.masters.current(guest.as_str());
    let key = Base64UrlUnpadded::encode_string(key.as_ref());
    Ok(Json(FieldKey { kid: kid.to_owned(), key, expires_at: clock::rfc3339(clock::now() + LIFE) }))
}
