//! What Genesys did not allow, as an answer: operators are told why, as on the command line.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guestsync_genesys::Error;
use serde_json::json;

use crate::keys::KeyError;
use crate::meta::MetaError;
use crate::refusal::Refusal;

/// A refusal of ours, or one that speaks of Genesys.
pub(super) enum Refused {
    Ours(Refusal),
    Meta(MetaError),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Ours(refusal)
    }
}

impl From<MetaError> for Refused {
    fn from(error: MetaError) -> Self {
        Self::Meta(error)
    }
}

impl From<KeyError> for Refused {
    fn from(error: KeyError) -> Self {
        Self::Ours(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let error = match self {
            Self::Ours(refusal) => return refusal.into_response(),
            Self::Meta(error) => error,
        };
        let status = match &error {
            MetaError::BadId => StatusCode::BAD_REQUEST,
            MetaError::NoOrganisation(_) => StatusCode::NOT_FOUND,
            MetaError::Permission(_) | MetaError::Scope(_) | MetaError::HiddenOrganisation(_) => StatusCode::FORBIDDEN,
            MetaError::NothingAllowed(_) => StatusCode::UNPROCESSABLE_ENTITY,
            MetaError::Genesys(Error::Busy { .. }) => StatusCode::TOO_MANY_REQUESTS,
            MetaError::Credentials { .. } | MetaError::RefusesAll { .. } | MetaError::Genesys(_) => StatusCode::BAD_GATEWAY,
        };
        let body = json!({"error": {"code": error.code(), "message": error.to_string()}});
        let mut response = (status, Json(body)).into_response();
        if let MetaError::Genesys(Error::Busy { retry_after }) = error {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after.div_ceil(1_000).max(1)));
        }
        response
    }
}
