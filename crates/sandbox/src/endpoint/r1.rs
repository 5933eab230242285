//! R1: `POST /api/v2/analytics/conversations/details/query`, past conversations and their attributes, newest first.
//!
//! The interval includes both its ends and has at most 31 days. While pages are read the list moves on: the last few
//! conversations of a page come again on the next one (`Sample::shift`). A cursor belongs to its interval.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::error::ApiError;
use crate::input::{self, Members};
use crate::shared::Shared;

const LARGEST: u64 = 1_000;
const LONGEST: Duration = Duration::days(31);

/// `{dateFrom, dateTo, view, metrics, dimensions, entity, pageSize, cursor}` → `{page: [{conversationId,
/// customAttributes}], nextPageToken}`, the token null after the last page.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, ApiError> {
    let query = Query::read(input::json(&headers, &body, input::JSON)?)?;
    let range = shared.conversations.between(query.from, query.to);
    let end = (query.start(range.start)? + query.size).min(range.end);
    let page: Vec<_> = (query.start(range.start)?.min(end)..end).map(|number| shared.conversations.shown(number)).collect();
    let shift = i64::try_from(shared.options.sample.shift).unwrap_or(i64::MAX).min(query.size - 1);
    let next = (end < range.end).then(|| query.cursor(end - range.start - shift));
    Ok(Json(json!({ "page": page, "nextPageToken": next })))
}

struct Query {
    from: OffsetDateTime,
    to: OffsetDateTime,
    size: i64,
    cursor: Option<String>,
}

impl Query {
    fn read(body: Value) -> Result<Self, ApiError> {
        let mut members = Members::of(body)?;
        let date = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
        let from = members.string("dateFrom", |text| date(text).is_some()).and_then(|text| date(&text));
        let to = members.string("dateTo", |text| date(text).is_some()).and_then(|text| date(&text));
        members.string("view", |view| view == "conversation");
        let named = |value: &Value| value["name"].is_string();
        members.optional("metrics", json!([]), |list| list.as_array().is_some_and(|list| list.iter().all(named)));
        members.optional("dimensions", json!([]), |list| list.as_array().is_some_and(|list| list.iter().all(Value::is_string)));
        members.optional("entity", json!({}), |entity| entity["id"].is_string());
        let size =
            members.optional("pageSize", json!(LARGEST), |size| size.as_u64().is_some_and(|size| (1..=LARGEST).contains(&size)));
        let cursor = members.optional("cursor", Value::Null, |cursor| cursor.is_null() || cursor.is_string());
        let (Some(from), Some(to)) = (from, to) else { return Err(members.refused()) };
        if to < from {
            members.refuse("interval.reversed", "dateTo");
        } else if to - from > LONGEST {
            members.refuse("interval.too.long", "dateTo");
        }
        members.finish()?;
        let size = size.as_i64().expect("invariant: the size was checked");
        Ok(Self { from, to, size, cursor: cursor.as_str().map(str::to_owned) })
    }

    /// The cursor that goes on `offset` conversations into the interval.
    fn cursor(&self, offset: i64) -> String {
        Base64UrlUnpadded::encode_string(
            format!("{} {} {offset}", self.from.unix_timestamp_nanos(), self.to.unix_timestamp_nanos()).as_bytes(),
        )
    }

    /// The number of the first conversation to show; 400 where the cursor is not one of this interval.
    fn start(&self, first: i64) -> Result<i64, ApiError> {
        let Some(cursor) = &self.cursor else { return Ok(first) };
        let decoded = Base64UrlUnpadded::decode_vec(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let offset = decoded.and_then(|text| text.rsplit(' ').next()?.parse().ok()).filter(|offset: &i64| *offset >= 0);
        match offset {
            Some(offset) if self.cursor(offset) == *cursor => Ok(first.saturating_add(offset)),
            _ => Err(ApiError::bad_request("The cursor does not belong to this query.")),
        }
    }
}
