//! GET `/jobs/{id}`: how far a job is.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};

use crate::app::App;
use crate::jobs::View;
use crate::refusal::Refusal;

/// → `{jobId, kind, state, open, attempts, created, updated, output}`, or 404.
pub(super) async fn handle(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<View>, Refusal> {
    match app.jobs.find(&id).await {
        Ok(view) => view.map(Json).ok_or(Refusal::not_found()),
        Err(error) => {
            tracing::error!(%error, "a job cannot be read");
            Err(Refusal::internal())
        }
    }
}
