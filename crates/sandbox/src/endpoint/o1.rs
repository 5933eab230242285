//! O1: `POST /oauth/token` and `/login/oauth2/token`, the client credentials grant (RFC 6749, section 4.4).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64ct::{Base64, Encoding};
use serde_json::json;

use crate::options::Client;
use crate::sandbox::{Shared, lock};
use crate::store::Grant;
use crate::{form, input};

/// Form parameters → `{access_token, token_type, expires_in, scope}`.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Response, TokenError> {
    if !input::is_media_type(&headers, "application/x-www-form-urlencoded") {
        return Err(TokenError::InvalidRequest("the body must be application/x-www-form-urlencoded"));
    }
    let form = form::parameters(&body).ok_or(TokenError::InvalidRequest("a parameter is given more than once"))?;
    match form.get("grant_type").map(String::as_str) {
        Some("client_credentials") => {}
        Some(_) => return Err(TokenError::UnsupportedGrantType),
        None => return Err(TokenError::InvalidRequest("grant_type is missing")),
    }
    let client = authenticate(&shared.options.clients, &headers, &form)?;
    grant(&shared, client, form.get("scope").map(String::as_str))
}

/// Gives the client a token, with all its scopes or with those it asks for.
fn grant(shared: &Shared, client: &Client, asked: Option<&str>) -> Result<Response, TokenError> {
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

/// The client, by Basic credentials or by `client_id` and `client_secret` in the body, never by both.
fn authenticate<'a>(
    clients: &'a [Client],
    headers: &HeaderMap,
    form: &HashMap<String, String>,
) -> Result<&'a Client, TokenError> {
    let basic = headers.get(AUTHORIZATION).map(|value| value.to_str().ok().and_then(basic));
    let (id, secret) = match (basic, form.get("client_secret")) {
        (Some(_), Some(_)) => return Err(TokenError::InvalidRequest("credentials are given twice")),
        (Some(None), None) => return Err(TokenError::InvalidClient),
        (Some(Some(credentials)), None) => credentials,
        (None, secret) => {
            let id = form.get("client_id").ok_or(TokenError::InvalidClient)?;
            (id.clone(), secret.ok_or(TokenError::InvalidClient)?.clone())
        }
    };
    if form.get("client_id").is_some_and(|other| *other != id) {
        return Err(TokenError::InvalidRequest("client_id is given twice"));
    }
    clients.iter().find(|client| client.id == id && client.secret == secret).ok_or(TokenError::InvalidClient)
}

/// Id and secret of `Basic …` (RFC 7617, each half form-encoded).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(Base64::decode_vec(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form::decode(id), form::decode(secret)))
}

/// Why a token was refused (RFC 6749, section 5.2); this call alone has error bodies of its own.
#[derive(Debug)]
pub(crate) enum TokenError {
    InvalidRequest(&'static str),
    InvalidClient,
    InvalidScope,
    UnsupportedGrantType,
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (error, description) = match self {
            Self::InvalidRequest(description) => ("invalid_request", description),
            Self::InvalidClient => ("invalid_client", "client authentication failed"),
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
