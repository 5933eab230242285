//! `GET /_sandbox/channels`: every messaging channel.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::shared::{Shared, lock};

/// → `{channels: [{id, name, …}]}`, in the order in which they were made.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "channels": lock(&shared.store).channels.all() }))
}
