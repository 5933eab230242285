//! GET `/.well-known/jwks.json`: the public key that browsers seal to.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::keys::PublicJwk;
use crate::openapi::responses::Everywhere;

/// How long a browser may keep the set.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// A JWK Set (RFC 7517).
#[derive(Serialize, ToSchema)]
struct KeySet<'a> {
    #[schema(value_type = Vec<PublicJwk>)]
    keys: [&'a PublicJwk; 1],
}

/// 200 `{keys: [{kty, crv, x, y, kid, use, alg}]}`: the current key only, so that nobody seals to one that is retired.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "keys",
    responses(Everywhere, (status = 200, description = "The current key", body = KeySet<'static>)),
)]
pub(crate) async fn handle(State(app): State<Arc<App>>) -> Response {
    let keys = app.keys.sealing.fresh(&app.db, &app.keys.state).await;
    ([(header::CACHE_CONTROL, KEPT)], Json(KeySet { keys: [&keys.current().public] })).into_response()
}
