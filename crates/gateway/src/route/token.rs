//! POST `/api/token`: a capability for a guest whose cookie this browser holds.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use guestsync_genesys::call::GuestId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{Record, Who};
use crate::body::JsonObject;
use crate::cookie::Kinds;
use crate::guard::same_origin::NotForeign;
use crate::guard::session;
use crate::openapi::responses::WithBody;
use crate::refusal::{self, Refusal};
use crate::{capability, clock, cookie};

/// Which guest; without a member, the one that was used last.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "described here, read member by member so that a refusal can name one")]
struct Wanted {
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_-]+$")]
    guest_id: Option<String>,
}

/// A capability.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Issued<'a> {
    token: &'a str,
    /// RFC 3339.
    expires_at: String,
    guest_id: &'a str,
}

/// `{guestId?}` → 200 `{token, expiresAt, guestId}`; renews the cookie.
#[utoipa::path(
    post,
    path = "/api/token",
    tag = "sessions",
    description = "Needs the session's cookie.",
    request_body(content = Wanted, content_type = "application/json"),
    responses(
        WithBody,
        (status = 200, description = "A capability; the cookie is renewed", body = Issued<'static>, headers(("Set-Cookie" = String))),
        (status = 401, description = "`session.missing`", body = refusal::Error),
        (status = 403, description = "`guest.mismatch`, `origin.foreign`", body = refusal::Error),
    ),
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    _: NotForeign,
    headers: HeaderMap,
    body: JsonObject,
) -> Result<Response, Refusal> {
    let asked = body.optional("guestId", |value| GuestId::parse(value.as_str()?))?;
    let (guest, salt) = session::require(&app, &headers, Kinds::Any, asked.as_ref()).await?;
    let (token, expires_at) = capability::issue(&app.keys.capability.now(), &guest, app.config.capability_life)?;
    app.audit.record(Record::of("capability.issue", Who::Guest(&guest))).await;
    let answer = Issued { token: &token, expires_at: clock::rfc3339(expires_at), guest_id: guest.as_str() };
    let cookies = cookie::set(&app, &headers, &guest, &salt).into_iter().map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookies), Json(answer)).into_response())
}
