//! `GET /_sandbox/effects?guest=ID&after=SEQ`: the writes that really happened, in their order.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Numbered;
use crate::shared::{Shared, lock};

#[derive(Deserialize)]
pub(crate) struct Which {
    guest: Option<String>,
    #[serde(default)]
    after: u64,
}

/// → `{effects: [{seq, call, guest, keys, values, version?, idempotencyKey}], next}`; of all guests where none is named.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, Query(Which { guest, after }): Query<Which>) -> Json<Value> {
    let store = lock(&shared.store);
    let effects = store.effects.after(after).filter(|(_, write)| guest.as_ref().is_none_or(|guest| *guest == write.guest));
    let effects: Vec<_> = effects.map(|(seq, entry)| Numbered { seq, entry }).collect();
    Json(json!({ "effects": effects, "next": store.effects.last() }))
}
