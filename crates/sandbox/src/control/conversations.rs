//! `GET /_sandbox/conversations?from=…&to=…`: what a report over that interval must count.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::ApiError;
use crate::shared::Shared;

#[derive(Deserialize)]
pub(crate) struct Interval {
    from: String,
    to: String,
}

/// → `{conversations, attributes: {name: how many have it}}`; both ends (RFC 3339) included.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    Query(Interval { from, to }): Query<Interval>,
) -> Result<Json<Value>, ApiError> {
    let date = |text: &str| {
        OffsetDateTime::parse(text, &Rfc3339).map_err(|_| ApiError::bad_request("`from` and `to` must be RFC 3339 dates."))
    };
    let range = shared.conversations.between(date(&from)?, date(&to)?);
    Ok(Json(json!({ "conversations": range.end - range.start, "attributes": shared.conversations.count(range) })))
}
