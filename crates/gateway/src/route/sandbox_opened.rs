//! GET `/_sandbox/opened?guest=ID`: what the holder of the sealing key reads in a profile. Genesys is not asked for it: whoever looks takes
//! nothing of the rate budget.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Query;
use axum::http::{Request, StatusCode};
use axum::{Extension, Json};
use guestsync_genesys::call::GuestId;
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::sandbox_control::Control;
use crate::open::Opener;
use crate::refusal::Refusal;

const GUEST: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "field.invalid", "A guest's id is needed").field("guest");

/// The query.
#[derive(Deserialize)]
pub(crate) struct Asked {
    guest: String,
}

/// 200 `{fields: {"/email": "…"}, refused: {"/name": "seal.misplaced"}}`.
pub(crate) async fn handle(
    Extension(control): Extension<Control>,
    Extension(opener): Extension<Arc<Opener>>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let guest = asked.ok().and_then(|Query(asked)| GuestId::parse(&asked.guest)).ok_or(GUEST)?;
    let profile = profile(control, &guest).await.ok_or(Refusal::internal())?;
    if profile.is_null() {
        return Err(Refusal::not_found());
    }
    let (mut fields, mut refused) = (BTreeMap::new(), BTreeMap::new());
    for (pointer, outcome) in opener.open_profile(guest.as_str(), &profile) {
        match outcome {
            Ok(plain) => _ = fields.insert(pointer, plain.expose().clone()),
            Err(error) => _ = refused.insert(pointer, error.code()),
        }
    }
    Ok(Json(json!({"fields": fields, "refused": refused})))
}

/// The stored profile; null where there is no such guest.
async fn profile(Control(control): Control, guest: &GuestId) -> Option<Value> {
    let request = Request::get(format!("/_sandbox/guests?id={guest}")).body(Body::empty()).ok()?;
    let answer = control.oneshot(request).await.ok()?;
    let body = to_bytes(answer.into_body(), usize::MAX).await.ok()?;
    let mut all: Value = serde_json::from_slice(&body).ok()?;
    Some(all.pointer_mut("/guests/0/profile").map(Value::take).unwrap_or_default())
}
