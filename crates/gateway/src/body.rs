//! Bodies, read to their end under a size and a time limit before a handler sees them.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{self, Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use crate::app::App;
use crate::refusal::Refusal;

/// The most that a request may carry, as upstream has it.
pub(crate) const LIMIT: usize = 512_000;
/// The most that a body may take to arrive.
const TIME: Duration = Duration::from_secs(10);

const TOO_LARGE: Refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "body.too.large", "The body is over 512,000 bytes");
const TOO_SLOW: Refusal = Refusal::new(StatusCode::REQUEST_TIMEOUT, "body.too.slow", "The body took too long to arrive");
const BROKEN: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "body.broken", "The body ended before its end");
pub(crate) const MEDIA: Refusal =
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content.type", "The content type must be application/json");
const NO_JSON: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "json.invalid", "The body is not a JSON object");

/// Reads a request's body.
pub(crate) async fn read(request: Request) -> Result<Bytes, Refusal> {
    let (parts, body) = request.into_parts();
    read_of(&parts.headers, body).await
}

/// Reads the body that came with these headers.
pub(crate) async fn read_of(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let stated = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if stated.is_some_and(|length| length > LIMIT) {
        return Err(TOO_LARGE);
    }
    let read = tokio::time::timeout(TIME, body::to_bytes(body, LIMIT));
    match read.await {
        Ok(Ok(bytes)) => Ok(bytes),
        // to_bytes says it with a source of this kind.
        Ok(Err(error)) if error.source().is_some_and(|source| source.is::<http_body_util::LengthLimitError>()) => Err(TOO_LARGE),
        Ok(Err(_)) => Err(BROKEN),
        Err(_) => Err(TOO_SLOW),
    }
}

/// Whether there is one `Content-Type` and it is this media type, parameters aside.
pub(crate) fn is_media(headers: &HeaderMap, media: &str) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.to_str().ok().and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media))
}

/// A JSON object; an empty body is an empty object.
pub(crate) struct JsonObject(Map<String, Value>);

impl FromRequest<Arc<App>> for JsonObject {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Refusal> {
        if !is_media(request.headers(), "application/json") {
            return Err(MEDIA);
        }
        let bytes = read(request).await?;
        if bytes.is_empty() {
            return Ok(Self(Map::new()));
        }
        // serde_json's message may repeat what it could not read.
        serde_json::from_slice(&bytes).map(Self).map_err(|_| NO_JSON)
    }
}

impl JsonObject {
    /// A member, unless it is missing or null.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A member that must be there and be read by `read`.
    pub(crate) fn required<T>(&self, name: &'static str, read: impl FnOnce(&Value) -> Option<T>) -> Result<T, Refusal> {
        let value = self.member(name).ok_or(MISSING.field(name))?;
        read(value).ok_or(INVALID.field(name))
    }

    /// A member that may be missing, and must be read by `read` if it is there.
    pub(crate) fn optional<T>(&self, name: &'static str, read: impl FnOnce(&Value) -> Option<T>) -> Result<Option<T>, Refusal> {
        self.member(name).map(|value| read(value).ok_or(INVALID.field(name))).transpose()
    }
}

const MISSING: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "field.missing", "A required member is missing");
const INVALID: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "field.invalid", "A member is malformed");
