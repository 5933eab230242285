//! GET `/jobs/{id}/rejects`: the records of an upload that were refused, piece by piece.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::meta::job;
use crate::refusal::Refusal;

/// The most that an answer lists.
const MOST: usize = 1_000;

const AFTER: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "field.invalid", "after must be a number, once").field("after");

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    after: u64,
}

/// `?after=` what the answer before called `next` → `{rejects: [{record, line, id?, status?, problems}], next}`; `next` is null at the
/// end; while the job is open, more may come and there is no end.
pub(super) async fn handle(
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, Refusal> {
    let Path(id) = id.map_err(|_| Refusal::not_found())?;
    let Query(asked) = asked.map_err(|_| AFTER)?;
    if !job::is_id(&id) {
        return Err(Refusal::not_found());
    }
    let unreadable = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "an upload's rejects cannot be read");
        Refusal::internal()
    };
    // First whether it is open: a job that ends meanwhile may have added some behind what is read here.
    let is_open = app.jobs.find(&id).await.map_err(|error| unreadable(&error))?.is_some_and(|job| job.open);
    let rejects = job::rejects(&job::folder(&app).join(id), asked.after, MOST).map_err(|error| unreadable(&error))?;
    let next = (is_open || !rejects.at_end).then_some(rejects.next);
    Ok(Json(json!({"rejects": rejects.listed, "next": next})))
}
