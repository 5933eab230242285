//! GET `/jobs/{id}`: how far a job is.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};

use crate::app::App;
use crate::jobs::View;
use crate::refusal::Refusal;

/// → `{jobId, kind, state, open, attempts, created, updated, output}`, or 404.
pub(super) async fn handle(State(app): State<Arc<App>>, id: Result<Path<String>, PathRejection>) -> Result<Json<View>, Refusal> {
    let Path(id) = id.map_err(|_| Refusal::not_found())?;
    match app.jobs.find(&id).await {
        Ok(view) => view.map(Json).ok_or(Refusal::not_found()),
        Err(error) => {
            tracing::error!(%error, "a job cannot be read");
            Err(Refusal::internal())
        }
    }
}
