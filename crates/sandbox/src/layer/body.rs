//! Reads each request's body, and refuses one over 512,000 bytes with 413.

use axum::Extension;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;

use crate::error::ApiError;

/// The largest request body, in bytes.
pub(crate) const LIMIT: usize = 512_000;

/// How much of a body is read at all: a client that is still writing would not see the 413.
const DRAINED: usize = 64 * 1024 * 1024;

/// A request's body as it came: at most [`LIMIT`] bytes of it, and its length.
#[derive(Clone)]
pub(crate) struct RequestBody {
    pub(crate) bytes: Bytes,
    pub(crate) length: usize,
}

/// Reads the whole body, so that the layers and handlers inside have it as bytes.
pub(crate) async fn read(request: Request, next: Next) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let body = collect(body).await?;
    let mut request = Request::from_parts(parts, Body::from(body.bytes.clone()));
    request.extensions_mut().insert(body);
    Ok(next.run(request).await)
}

/// Refuses what was too long.
pub(crate) async fn limit(Extension(body): Extension<RequestBody>, request: Request, next: Next) -> Result<Response, ApiError> {
    if body.length > LIMIT {
        return Err(ApiError::too_large(LIMIT));
    }
    Ok(next.run(request).await)
}

async fn collect(mut body: Body) -> Result<RequestBody, ApiError> {
    let mut bytes = Vec::with_capacity(LIMIT.min(usize::try_from(body.size_hint().lower()).unwrap_or(LIMIT)));
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::bad_request("The request body could not be read."))?;
        if let Ok(data) = frame.into_data() {
            length += data.len();
            let room = LIMIT - bytes.len();
            bytes.extend_from_slice(&data[..data.len().min(room)]);
        }
        if length > DRAINED {
            break;
        }
    }
    Ok(RequestBody { bytes: bytes.into(), length })
}
