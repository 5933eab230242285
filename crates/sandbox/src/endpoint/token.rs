//! What O1 and O2 have in common: the token they give, and the errors they give instead.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::options::Client;
use crate::shared::{Shared, lock};
use crate::store::Grant;

/// Gives the client a token, with all its scopes or with those it asks for.
pub(super) fn issue(shared: &Shared, client: &Client, asked: Option<&str>) -> Result<Response, TokenError> {
    let scopes: Vec<String> = match asked {
        None => client.scopes.clone(),
        Some(asked) => asked.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
    };
    if !scopes.iter().all(|scope| client.scopes.contains(scope)) {
        return Err(TokenError::InvalidScope);
    }
    let scope = scopes.join(" ");
    let lifetime = shared.options.token_lifetime;
    let now = shared.now();
    let expires = now + Duration::from_secs(lifetime);
    let token = lock(&shared.tokens).issue(Grant { client: client.id.clone(), scopes, expires }, now);
    let body = json!({ "access_token": token, "token_type": "bearer", "expires_in": lifetime, "scope": scope });
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// Why a token was refused (RFC 6749, section 5.2); this call alone has error bodies of its own.
#[derive(Debug)]
pub(crate) enum TokenError {
    InvalidRequest(&'static str),
    InvalidClient,
    InvalidGrant(&'static str),
    InvalidScope,
    UnsupportedGrantType,
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (error, description) = match self {
            Self::InvalidRequest(description) => ("invalid_request", description),
            Self::InvalidClient => ("invalid_client", "client authentication failed"),
            Self::InvalidGrant(description) => ("invalid_grant", description),
            Self::InvalidScope => ("invalid_scope", "the client does not have every scope asked for"),
            Self::UnsupportedGrantType => ("unsupported_grant_type", "this grant_type is not supported"),
        };
        let body = Json(json!({ "error": error, "error_description": description }));
        match self {
            Self::InvalidClient => {
                let challenge = [(WWW_AUTHENTICATE, r#"Basic realm="sandbox""#), (CACHE_CONTROL, "no-store")];
                (StatusCode::UNAUTHORIZED, challenge, body).into_response()
            }
            _ => (StatusCode::BAD_REQUEST, [(CACHE_CONTROL, "no-store")], body).into_response(),
        }
    }
}
