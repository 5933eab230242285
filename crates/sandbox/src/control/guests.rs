//! `GET /_sandbox/guests?id=ID`: everything that is stored.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::shared::{Shared, lock};

#[derive(Deserialize)]
pub(crate) struct Which {
    id: Option<String>,
}

/// → `{guests: [{id, profile, attributes, version, record}]}`, in the order of their ids; of all guests where none is named. `attributes`
/// and `version` are those of A2, version 0 standing for never written; `record` is what G3 shows.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, Query(Which { id: wanted }): Query<Which>) -> Json<Value> {
    let store = lock(&shared.store);
    let guests = store.guests.iter().filter(|(id, _)| wanted.as_ref().is_none_or(|wanted| wanted == *id)).map(|(id, guest)| {
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
