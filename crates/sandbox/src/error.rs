//! The error body of the platform: `{message, code, status, contextId, details, errors}`.
//!
//! A handler returns an [`ApiError`]; the correlation layer, which alone knows the `contextId`, writes its body.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde::Serialize;
use serde_json::{Value, json};

/// The longest field name that is repeated to the caller, in characters.
const FIELD_NAME: usize = 100;

/// A refusal. Its message and details name fields and rules, never a value.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: Cow<'static, str>,
    message: Cow<'static, str>,
    details: Vec<Detail>,
    more: Option<Box<More>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// One problem of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detail {
    error_code: &'static str,
    field_name: String,
}

/// What some refusals say beside the rest.
#[derive(Clone, Debug)]
enum More {
    /// The scope or permission that is missing.
    Cause(&'static str),
    Limit(Limit),
}

/// Which limit was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Limit {
    pub(crate) key: String,
    pub(crate) namespace: &'static str,
    pub(crate) value: u32,
}

impl Detail {
    pub(crate) fn new(error_code: &'static str, field_name: &str) -> Self {
        Self { error_code, field_name: field_name.chars().take(FIELD_NAME).collect() }
    }
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code: code.into(), message: message.into(), details: Vec::new(), more: None, headers: Vec::new() }
    }

    /// 400 `bad.request`: the body or a header cannot be read at all.
    pub(crate) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad.request", message)
    }

    /// 400 `constraint.validation`: the body can be read, but members of it are refused.
    pub(crate) fn invalid(details: Vec<Detail>) -> Self {
        let message = "Members of the body were refused; see details.";
        Self { details, ..Self::new(StatusCode::BAD_REQUEST, "constraint.validation", message) }
    }

    /// 401 `bad.credentials`. `presented` is whether there was a token at all (RFC 6750, section 3.1).
    pub(crate) fn bad_credentials(presented: bool) -> Self {
        let challenge = if presented {
            HeaderValue::from_static(r#"Bearer realm="sandbox", error="invalid_token""#)
        } else {
            HeaderValue::from_static(r#"Bearer realm="sandbox""#)
        };
        Self::new(StatusCode::UNAUTHORIZED, "bad.credentials", "Invalid login credentials.")
            .with_header(WWW_AUTHENTICATE, challenge)
    }

    /// 403 `app.not.authorized.for.scope`, naming the scope three times (RFC 6750, section 3.1).
    pub(crate) fn missing_scope(scope: &'static str) -> Self {
        let message = format!("App is not authorized to use scope {scope}.");
        let challenge = format!(r#"Bearer realm="sandbox", error="insufficient_scope", scope="{scope}""#);
        let challenge = HeaderValue::try_from(challenge).expect("invariant: scopes are visible ASCII");
        let error = Self::new(StatusCode::FORBIDDEN, "app.not.authorized.for.scope", message);
        error.with_more(More::Cause(scope)).with_header(WWW_AUTHENTICATE, challenge)
    }

    /// 403 `missing.permissions`, naming the permission.
    pub(crate) fn missing_permission(permission: &'static str) -> Self {
        let message =
            format!("Unable to perform the requested action. You must have one of the following permission(s): [{permission}]");
        let error = Self::new(StatusCode::FORBIDDEN, "missing.permissions", message);
        error.with_more(More::Cause(permission))
    }

    /// 404 `not.found`.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not.found", "The requested resource could not be found.")
    }

    /// 409 `request.conflict`: the version the caller knows is not the current one.
    pub(crate) fn conflict() -> Self {
        Self::new(StatusCode::CONFLICT, "request.conflict", "The request conflicts with the current version of the resource.")
    }

    /// 413 `request.entity.too.large`.
    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("The request body is larger than {limit} bytes.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "request.entity.too.large", message)
    }

    /// 415 `unsupported.media.type`.
    pub(crate) fn unsupported_media_type(expected: &str) -> Self {
        let message = format!("The Content-Type must be {expected}.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported.media.type", message)
    }

    /// 429 `too.many.requests.retry.after` with `Retry-After` in seconds, naming the limit.
    pub(crate) fn too_many_requests(seconds: u64, limit: Limit) -> Self {
        let message = format!("Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds");
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "too.many.requests.retry.after", message);
        error.with_more(More::Limit(limit)).with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    fn with_more(self, more: More) -> Self {
        Self { more: Some(Box::new(more)), ..self }
    }

    pub(crate) fn with_details(self, details: Vec<Detail>) -> Self {
        Self { details, ..self }
    }

    /// The body, for the request with this correlation id.
    pub(crate) fn body(&self, context_id: &str) -> Value {
        let mut body = json!({
            "message": self.message,
            "code": self.code,
            "status": self.status.as_u16(),
            "contextId": context_id,
            "details": self.details,
            "errors": [],
        });
        match self.more.as_deref() {
            Some(More::Cause(cause)) => body["cause"] = json!(cause),
            Some(More::Limit(limit)) => body["limit"] = json!(limit),
            None => {}
        }
        body
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> axum::response::Response {
        let mut response = Response::new(axum::body::Body::empty());
        *response.status_mut() = self.status;
        for (name, value) in &self.headers {
            response.headers_mut().insert(name, value.clone());
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
