//! S2: `GET /api/v2/customattributes?orgId=&pageSize=&pageNumber=`, the attributes that one group defines.
//!
//! Without `orgId` it is the organisation itself. What a group inherits from its parents is not in its list. 404 for an
//! id that does not exist, 403 for a group that may not be read.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use serde_json::Value;

use super::s5;
use crate::error::ApiError;
use crate::paging::Paging;
use crate::sample::ORGANISATION;
use crate::shared::{Shared, lock};
use crate::store::Schema;

/// → `{entities, pageSize, pageNumber, total, pageCount, nextUri}`.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, uri: Uri) -> Result<Json<Value>, ApiError> {
    let paging = Paging::read(&uri)?;
    let group = s5::open(paging.parameter("orgId").unwrap_or(ORGANISATION))?;
    let store = lock(&shared.store);
    let schemas: Vec<&Schema> = store.schemas.all().filter(|schema| schema.group == group.id).collect();
    Ok(Json(paging.page(schemas.into_iter().map(Schema::shown))))
}
