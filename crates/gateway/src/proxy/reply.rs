//! Answers in the form of Genesys: what came is passed on, what we refuse looks like a refusal of Genesys'.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guestsync_genesys::{Answer, Error};
use serde_json::json;

use crate::refusal::{Code, Refusal};

/// A refusal as `{message, code, status, contextId, details, errors}`.
pub(crate) struct Refused(pub(crate) Refusal);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Refusal { status, code, message, field, retry_after } = self.0;
        let details = field.map(|field| json!({"errorCode": code, "fieldName": field}));
        let body = json!({
            "message": message, "code": code, "status": status.as_u16(), "contextId": "",
            "details": Vec::from_iter(details), "errors": [],
        });
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(Code(code));
        if let Some(wait) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.div_ceil(1_000)));
        }
        response
    }
}

impl<T: Into<Refusal>> From<T> for Refused {
    fn from(refusal: T) -> Self {
        Self(refusal.into())
    }
}

const UNREACHABLE: Refusal = Refusal::new(StatusCode::BAD_GATEWAY, "upstream.unreachable", "Genesys cannot be reached");
const TIMEOUT: Refusal = Refusal::new(StatusCode::GATEWAY_TIMEOUT, "upstream.timeout", "Genesys did not answer in time");
const BUSY: Refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too.many.requests.retry.after", "The rate limit is used up");
const UNUSABLE: Refusal = Refusal::new(StatusCode::BAD_GATEWAY, "upstream.unusable", "Genesys does not take the gateway's calls");

/// Passes an answer on. A redirect is not one: whoever followed it would take a credential along.
pub(crate) fn pass(answer: Result<Answer, Error>) -> Result<Response, Refused> {
    let answer = answer.map_err(|error| {
        tracing::warn!(code = error.code(), "a passed-on call failed");
        match error {
            Error::Unreachable | Error::Unavailable { .. } => UNREACHABLE,
            Error::Timeout => TIMEOUT,
            Error::Busy { retry_after } => BUSY.retry_after(retry_after),
            _ => UNUSABLE,
        }
    })?;
    let status = StatusCode::from_u16(answer.status).ok().filter(|status| !status.is_redirection() && !status.is_informational());
    Ok((status.ok_or(UNUSABLE)?, answer.headers, answer.body).into_response())
}
