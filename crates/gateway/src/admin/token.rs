//! `Authorization: Bearer <GUESTSYNC_ADMIN_TOKEN>`.

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use guestsync_core::Sensitive;
use sha2::{Digest, Sha256};

use crate::refusal::{BAD_CREDENTIALS, Refusal};

const INVALID: Refusal = Refusal::new(StatusCode::UNAUTHORIZED, BAD_CREDENTIALS, "The administration token is missing or wrong");

/// The token's hash: comparing hashes tells nothing of how much of a guess was right.
#[derive(Clone)]
pub(crate) struct Token([u8; 32]);

impl Token {
    pub(crate) fn new(token: &Sensitive<String>) -> Self {
        Self(Sha256::digest(token.expose()).into())
    }

    fn is(&self, presented: &str) -> bool {
        let presented: [u8; 32] = Sha256::digest(presented).into();
        presented == self.0
    }
}

/// Lets a request pass that carries the token.
pub(crate) async fn require(State(token): State<Token>, request: Request, next: Next) -> Response {
    let value = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let presented = value.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match presented {
        Some((_, presented)) if token.is(presented.trim()) => next.run(request).await,
        _ => INVALID.into_response(),
    }
}
