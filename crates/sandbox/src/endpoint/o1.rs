//! O1: `POST /oauth/token` and `/login/oauth2/token`, the client credentials grant (RFC 6749, section 4.4). The same
//! paths serve O2.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use base64ct::{Base64, Encoding};

use super::token::TokenError;
use super::{o2, token};
use crate::options::Client;
use crate::shared::Shared;
use crate::{form, input};

/// Form parameters → `{access_token, token_type, expires_in, scope}`.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, TokenError> {
    if !input::is_media_type(&headers, "application/x-www-form-urlencoded") {
        return Err(TokenError::InvalidRequest("the body must be application/x-www-form-urlencoded"));
    }
    let form = form::parameters(&body).ok_or(TokenError::InvalidRequest("a parameter is given more than once"))?;
    let client = match form.get("grant_type").map(String::as_str) {
        Some("client_credentials") => authenticate(&shared.options.clients, &headers, &form)?,
        Some(o2::JWT_BEARER) => o2::authenticate(&shared, &headers, &uri, &form)?,
        Some(_) => return Err(TokenError::UnsupportedGrantType),
        None => return Err(TokenError::InvalidRequest("grant_type is missing")),
    };
    token::issue(&shared, client, form.get("scope").map(String::as_str))
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
