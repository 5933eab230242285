//! `GET /_sandbox/records?after=ID&limit=N`: what S3 wrote.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use crate::shared::{Shared, lock};
use crate::store::ShownRecord;

#[derive(Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    after: String,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct Page<'a> {
    count: usize,
    writes: u64,
    changes: u64,
    records: Vec<ShownRecord<'a>>,
}

/// → `{count, writes, changes, records: [{id, attributes, writes, changes}]}`: totals, and up to `limit` (1,000) records
/// by their ids. A write that leaves its record as it was is no change.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    Query(Which { after, limit }): Query<Which>,
) -> Json<serde_json::Value> {
    let mut store = lock(&shared.store);
    let records = &mut store.records;
    let page = Page {
        count: records.count(),
        writes: records.writes,
        changes: records.changes,
        records: records.after(&after, limit.unwrap_or(1_000)),
    };
    Json(serde_json::json!(page))
}
