//! How the gateway says no: a status, a stable code, a sentence. Never the offending value, never an inner error's text.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guestsync_core::Millis;
use serde::Serialize;
use utoipa::ToSchema;

/// An answer that is an error: `{"error": {"code", "message", "field"?}}`.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    pub(crate) field: Option<&'static str>,
    pub(crate) retry_after: Option<Millis>,
}

impl Refusal {
    pub(crate) const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, field: None, retry_after: None }
    }

    pub(crate) const fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    pub(crate) const fn retry_after(mut self, wait: Millis) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub(crate) const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not.found", "There is nothing here")
    }

    /// All that is said when the fault is ours.
    pub(crate) const fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The request could not be completed")
    }
}

/// The code of a refusal, told to the log by the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Code(pub(crate) &'static str);

/// A refusal's body.
#[derive(Serialize, ToSchema)]
pub(crate) struct Error {
    error: ErrorDetail,
}

#[derive(Serialize, ToSchema)]
struct ErrorDetail {
    /// Stable.
    code: &'static str,
    /// The member that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<&'static str>,
    /// For people; it never repeats what was sent.
    message: &'static str,
}

/// The code where a bearer token is missing or not good.
pub(crate) const BAD_CREDENTIALS: &str = "bad.credentials";

impl Refusal {
    /// What every refusal has beside its body, whatever form that has.
    pub(crate) fn complete(&self, mut response: Response) -> Response {
        response.extensions_mut().insert(Code(self.code));
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.div_ceil(1_000)));
        }
        // What to show (RFC 9110 §11.6.1); for a cookie there is no such word.
        if self.code == BAD_CREDENTIALS {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = ErrorDetail { code: self.code, field: self.field, message: self.message };
        self.complete((self.status, Json(Error { error })).into_response())
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the database failed");
        Self::internal()
    }
}

impl From<guestsync_genesys::Error> for Refusal {
    fn from(error: guestsync_genesys::Error) -> Self {
        tracing::error!(code = error.code(), %error, "Genesys failed");
        Self::internal()
    }
}

const CRM: Refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "crm.unavailable", "The visitor cannot be looked up now");

impl From<crate::crm::Failure> for Refusal {
    fn from(failure: crate::crm::Failure) -> Self {
        CRM.retry_after(failure.retry_after())
    }
}

impl From<crate::keys::KeyError> for Refusal {
    fn from(error: crate::keys::KeyError) -> Self {
        tracing::error!(%error, "a key failed");
        Self::internal()
    }
}
