//! GET `/readyz`: the process can do its work.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::App;

/// 200 `{"status": "ready"}`, or 503 `{"status": "unready"}` where the database does not answer.
pub(crate) async fn handle(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    if app.db.ping().await {
        (StatusCode::OK, Json(json!({"status": "ready"})))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "unready"})))
    }
}
