//! POST `/api/token`: a capability for a guest whose cookie this browser holds.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use guestsync_genesys::call::GuestId;
use serde_json::json;

use crate::app::App;
use crate::audit::{Record, Who};
use crate::body::JsonObject;
use crate::guard::same_origin::NotForeign;
use crate::guard::session;
use crate::refusal::Refusal;
use crate::{capability, clock, cookie};

/// `{guestId?}` → 200 `{token, expiresAt, guestId}`; renews the cookie.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    _: NotForeign,
    headers: HeaderMap,
    body: JsonObject,
) -> Result<Response, Refusal> {
    let asked = body.optional("guestId", |value| GuestId::parse(value.as_str()?))?;
    let (guest, salt) = session::require(&app, &headers, asked.as_ref()).await?;
    let (token, expires_at) = capability::issue(&app.keys.capability, &guest, app.config.capability_life)?;
    app.audit.record(Record::of("capability.issue", Who::Guest(&guest)));
    let answer = json!({"token": token, "expiresAt": clock::rfc3339(expires_at), "guestId": guest.as_str()});
    let cookie = cookie::set(&app, &headers, &guest, &salt);
    Ok(([(header::SET_COOKIE, cookie)], Json(answer)).into_response())
}
