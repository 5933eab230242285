//! GET `/_sandbox/opened?guest=ID`: what the holder of the sealing key reads in a profile.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use guestsync_genesys::call::GuestId;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
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
    State(app): State<Arc<App>>,
    Extension(opener): Extension<Arc<Opener>>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let guest = asked.ok().and_then(|Query(asked)| GuestId::parse(&asked.guest)).ok_or(GUEST)?;
    let answer = app.genesys.profile(&guest).await?;
    if answer.status != 200 {
        return Err(Refusal::not_found());
    }
    let profile: Value = serde_json::from_slice(&answer.body).map_err(|_| Refusal::internal())?;
    let (mut fields, mut refused) = (BTreeMap::new(), BTreeMap::new());
    for (pointer, outcome) in opener.open_profile(guest.as_str(), &profile) {
        match outcome {
            Ok(plain) => _ = fields.insert(pointer, plain.expose().clone()),
            Err(error) => _ = refused.insert(pointer, error.code()),
        }
    }
    Ok(Json(json!({"fields": fields, "refused": refused})))
}
