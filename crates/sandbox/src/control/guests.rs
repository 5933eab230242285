//! `GET /_sandbox/guests`: everything that is stored.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::shared::{Shared, lock};

/// → `{guests: [{id, profile, attributes, version, record}]}`, in the order of their ids. `attributes` and `version` are
/// those of A2, version 0 standing for never written; `record` is what G3 shows.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let store = lock(&shared.store);
    let guests = store.guests.iter().map(|(id, guest)| {
        json!({
            "id": id,
            "profile": guest.profile,
            "attributes": guest.attributes,
            "version": guest.version,
            "record": guest.record(),
        })
    });
    Json(json!({ "guests": guests.collect::<Vec<_>>() }))
}
