//! `GET` and `PUT /_sandbox/faults`: the fault plan in force.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;

use crate::error::ApiError;
use crate::fault::FaultPlan;
use crate::shared::{Shared, lock};

/// → the plan.
pub(crate) async fn read(State(shared): State<Arc<Shared>>) -> Json<FaultPlan> {
    Json(lock(&shared.faults).plan().clone())
}

/// Puts another plan in force, all counting beginning anew → the plan; 400 with the plan's error code.
pub(crate) async fn replace(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Json<FaultPlan>, ApiError> {
    let plan =
        FaultPlan::from_json(&body).map_err(|error| ApiError::new(StatusCode::BAD_REQUEST, error.code(), error.to_string()))?;
    lock(&shared.faults).install(plan.clone(), shared.now());
    Ok(Json(plan))
}
