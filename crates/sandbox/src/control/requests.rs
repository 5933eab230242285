//! `GET /_sandbox/requests?after=SEQ`: the last requests and their answers, without credentials.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::Numbered;
use crate::shared::{Shared, lock};

#[derive(Deserialize)]
pub(crate) struct After {
    #[serde(default)]
    after: u64,
}

#[derive(Serialize)]
struct Page<'a> {
    requests: Vec<Numbered<&'a crate::store::LoggedRequest>>,
    next: u64,
}

/// → `{requests: [{seq, at, method, path, status, durationMs, headers, body, response, applied}], next}`; `next` is the
/// `after` of the next question. A request is numbered when it ends; one without an answer has status null.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, Query(After { after }): Query<After>) -> Json<serde_json::Value> {
    let log = lock(&shared.requests);
    let requests = log.after(after).map(|(seq, entry)| Numbered { seq, entry }).collect();
    Json(serde_json::json!(Page { requests, next: log.last() }))
}
