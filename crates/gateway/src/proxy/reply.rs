//! Answers in the form of Genesys: what came is passed on, what we refuse looks like a refusal of Genesys'.

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use guestsync_genesys::{Answer, Error};
use serde::Serialize;
use utoipa::ToSchema;

use crate::refusal::Refusal;

/// A refusal as `{message, code, status, contextId, details, errors}`.
pub(crate) struct Refused(pub(crate) Refusal);

/// An error as Genesys writes it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GenesysError {
    message: &'static str,
    /// Stable.
    code: &'static str,
    status: u16,
    context_id: &'static str,
    details: Vec<GenesysErrorDetail>,
    #[schema(value_type = Vec<serde_json::Value>)]
    errors: [(); 0],
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct GenesysErrorDetail {
    error_code: &'static str,
    field_name: &'static str,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Refusal { status, code, message, field, .. } = self.0;
        let details = field.map(|field| GenesysErrorDetail { error_code: code, field_name: field });
        let body =
            GenesysError { message, code, status: status.as_u16(), context_id: "", details: Vec::from_iter(details), errors: [] };
        self.0.complete((status, Json(body)).into_response())
    }
}

/// The form that callers of this path expect a refusal in.
pub(crate) fn refused_form(path: &str) -> fn(Refusal) -> Response {
    let guest_api = path.strip_prefix("/genesys").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if guest_api { |refusal| Refused(refusal).into_response() } else { |refusal| refusal.into_response() }
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
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = status.ok_or(UNUSABLE)?;
    *response.headers_mut() = answer.headers;
    Ok(response)
}
