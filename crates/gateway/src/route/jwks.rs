//! GET `/.well-known/jwks.json`: the public key that browsers seal to.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::App;

/// How long a browser may keep the set.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// 200 `{keys: [{kty, crv, x, y, kid, use, alg}]}`: the current key only, so that nobody seals to one that is retired.
pub(crate) async fn handle(State(app): State<Arc<App>>) -> Response {
    let keys: Vec<_> = app.keys.sealing.iter().take(1).map(|key| &key.public).collect();
    ([(header::CACHE_CONTROL, KEPT)], Json(json!({ "keys": keys }))).into_response()
}
