//! A posted form's fields: `application/x-www-form-urlencoded` and `multipart/form-data` as browsers send them, or one JSON object.

use axum::body::{Body as Stream, Bytes};
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, StatusCode, header};
use guestsync_core::Sensitive;
use guestsync_core::profile::{Body, Entry, Given, MAX_FIELDS, Rules, Unreadable};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::body;
use crate::refusal::Refusal;

/// Why there are no fields.
pub(super) enum Failure {
    /// The form is none that is taken.
    Unreadable(Unreadable),
    /// It has not arrived.
    Refused(Refusal),
}

impl From<Unreadable> for Failure {
    fn from(why: Unreadable) -> Self {
        Self::Unreadable(why)
    }
}

/// The fields, in order. Values that are not wanted are not kept; more fields than any form may have are not read.
pub(super) async fn read(request: Request, rules: &Rules) -> Result<Vec<Entry>, Failure> {
    let headers = request.headers().clone();
    let media = content_type(&headers).ok_or(Unreadable::Type)?;
    let kind = Body::of(media).ok_or(Unreadable::Type)?;
    let bytes = body::read(request).await.map_err(|refusal| match refusal.status {
        StatusCode::PAYLOAD_TOO_LARGE => Unreadable::TooLarge.into(),
        _ => Failure::Refused(refusal),
    })?;
    let entries = match kind {
        Body::Json => json(&bytes, rules),
        Body::Form if body::is_media(&headers, "multipart/form-data") => multipart(media, bytes, rules).await,
        Body::Form => Some(urlencoded(&bytes, rules)),
    };
    Ok(entries.ok_or(Unreadable::Malformed)?)
}

/// The one content type.
fn content_type(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok()
}

fn urlencoded(bytes: &[u8], rules: &Rules) -> Vec<Entry> {
    let pairs = form_urlencoded::parse(bytes).take(MAX_FIELDS + 1);
    pairs.map(|(name, value)| entry(rules, name.into_owned(), || Given::Text(Sensitive::new(value.into_owned())))).collect()
}

async fn multipart(media: &str, bytes: Bytes, rules: &Rules) -> Option<Vec<Entry>> {
    let request = Request::builder().header(header::CONTENT_TYPE, media).body(Stream::from(bytes)).ok()?;
    let mut parts = Multipart::from_request(request, &()).await.ok()?;
    let mut entries = Vec::new();
    while let Some(part) = parts.next_field().await.ok()? {
        if entries.len() > MAX_FIELDS {
            break;
        }
        let name = part.name()?.to_owned();
        let given = part_of(part).await?;
        entries.push(if matches!(given, Given::Text(_)) { entry(rules, name, || given) } else { Entry { name, given } });
    }
    Some(entries)
}

async fn part_of(part: Field<'_>) -> Option<Given> {
    let file = part.file_name().map(|name| !name.is_empty());
    let bytes = part.bytes().await.ok()?;
    Some(match file {
        None => Given::Text(Sensitive::new(String::from_utf8_lossy(&bytes).into_owned())),
        // A file input that nobody touched.
        Some(false) if bytes.is_empty() => Given::Nothing,
        Some(_) => Given::File,
    })
}

fn json(bytes: &[u8], rules: &Rules) -> Option<Vec<Entry>> {
    let members: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
    let given = |(name, value): (String, Value)| match value {
        Value::String(text) => entry(rules, name, || Given::Text(Sensitive::new(text))),
        Value::Bool(flag) => Entry { name, given: Given::Flag(flag) },
        Value::Null => Entry { name, given: Given::Nothing },
        Value::Number(_) | Value::Array(_) | Value::Object(_) => Entry { name, given: Given::Other },
    };
    Some(members.into_iter().take(MAX_FIELDS + 1).map(given).collect())
}

fn entry(rules: &Rules, name: String, given: impl FnOnce() -> Given) -> Entry {
    let given = if rules.wants(&name) { given() } else { Given::Nothing };
    Entry { name, given }
}
