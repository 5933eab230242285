//! O2: the JWT bearer grant (RFC 7523) on the paths of O1: an ES256 assertion instead of a secret.
//!
//! Asked of it: the client's own key, `iss` the client id, a `sub`, `aud` as configured (by default the token URL under
//! the request's `Host`, or its origin), `exp` at most 300 s ahead, `iat` not ahead, a `jti` not used before. Clocks may
//! differ by five seconds.

use std::collections::HashMap;

use axum::http::header::HOST;
use axum::http::{HeaderMap, Uri};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use super::token::TokenError;
use crate::options::Client;
use crate::shared::{Shared, lock};

pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const LIFETIME: Duration = Duration::seconds(300);
const LEEWAY: Duration = Duration::seconds(5);

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    jti: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// The client that signed the `assertion`.
pub(super) fn authenticate<'a>(
    shared: &'a Shared,
    headers: &HeaderMap,
    uri: &Uri,
    form: &HashMap<String, String>,
) -> Result<&'a Client, TokenError> {
    let assertion = form.get("assertion").ok_or(TokenError::InvalidRequest("assertion is missing"))?;
    let client = form.get("client_id").and_then(|id| shared.client(id)).ok_or(TokenError::InvalidClient)?;
    let pem = client.assertion_key.as_ref().ok_or(TokenError::InvalidClient)?;
    let claims = verify(assertion, pem)?;
    if claims.iss != client.id {
        return Err(TokenError::InvalidGrant("iss is not the client"));
    }
    if claims.sub.is_empty() {
        return Err(TokenError::InvalidGrant("sub is empty"));
    }
    if !audiences(shared, headers, uri).iter().any(|expected| claims.aud.names(expected)) {
        return Err(TokenError::InvalidGrant("aud is not this server"));
    }
    let now = shared.now();
    let end = in_time(&claims, now)?;
    if claims.jti.is_empty() || !lock(&shared.tokens).use_once(&client.id, &claims.jti, end + LEEWAY, now) {
        return Err(TokenError::InvalidGrant("jti is empty or was used before"));
    }
    Ok(client)
}

/// Checks signature and form; the times are checked by our own clock.
fn verify(assertion: &str, pem: &str) -> Result<Claims, TokenError> {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = DecodingKey::from_ec_pem(pem.as_bytes()).map_err(|_| TokenError::InvalidClient)?;
    let verified = jsonwebtoken::decode::<Claims>(assertion, &key, &validation);
    verified.map(|token| token.claims).map_err(|_| {
        TokenError::InvalidGrant("the assertion is not one signed by the client's key with ES256, or a claim is missing")
    })
}

/// When the assertion ends.
fn in_time(claims: &Claims, now: OffsetDateTime) -> Result<OffsetDateTime, TokenError> {
    let at =
        |seconds| OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| TokenError::InvalidGrant("a time is out of range"));
    let (end, issued) = (at(claims.exp)?, at(claims.iat)?);
    if end + LEEWAY <= now {
        return Err(TokenError::InvalidGrant("the assertion has expired"));
    }
    if end > now + LIFETIME + LEEWAY || end - issued > LIFETIME {
        return Err(TokenError::InvalidGrant("exp is more than 300 seconds ahead"));
    }
    if issued > now + LEEWAY {
        return Err(TokenError::InvalidGrant("iat is in the future"));
    }
    Ok(end)
}

impl Audience {
    fn names(&self, expected: &str) -> bool {
        match self {
            Self::One(one) => one == expected,
            Self::Many(many) => many.iter().any(|one| one == expected),
        }
    }
}

fn audiences(shared: &Shared, headers: &HeaderMap, uri: &Uri) -> Vec<String> {
    if let Some(audience) = &shared.options.audience {
        return vec![audience.clone()];
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    vec![format!("http://{host}{}", uri.path()), format!("http://{host}")]
}
