//! C1: `GET /api/v2/webmessaging/channels?name=&pageSize=&pageNumber=`, messaging channels.
//!
//! `name` matches as a prefix, so whoever looks for a name compares exactly; 404 where nothing matches it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use serde_json::Value;

use crate::error::ApiError;
use crate::paging::Paging;
use crate::shared::{Shared, lock};

/// → `{entities, pageSize, pageNumber, total, pageCount, nextUri}`, in the order in which they were made.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, uri: Uri) -> Result<Json<Value>, ApiError> {
    let paging = Paging::read(&uri)?;
    let store = lock(&shared.store);
    let named = |channel: &&Value, prefix: &str| channel["name"].as_str().is_some_and(|name| name.starts_with(prefix));
    let prefix = paging.parameter("name");
    let channels: Vec<_> = store.channels.all().iter().filter(|channel| named(channel, prefix.unwrap_or(""))).collect();
    if prefix.is_some() && channels.is_empty() {
        return Err(ApiError::not_found());
    }
    Ok(Json(paging.page(channels.into_iter().cloned())))
}
