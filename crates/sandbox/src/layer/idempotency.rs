//! `Idempotency-Key`: the same request under the same key has its effect once and gets the same answer for 24 hours.
//!
//! A key belongs to a client. It stands for method, path, body and preconditions; the answer to it is kept where it is
//! a 2xx or a final 4xx. Injected faults happen outside of this layer and are never kept.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::auth::Caller;
use super::body::RequestBody;
use crate::calls::Call;
use crate::error::ApiError;
use crate::shared::{Shared, lock};
use crate::store::{Applied, Begun, Fingerprint, KeptAnswer, KeyId};

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Says that an answer is a kept one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

const LONGEST: usize = 255;

/// Runs a request once per key.
pub(crate) async fn keep(
    State(shared): State<Arc<Shared>>,
    Extension(call): Extension<&'static Call>,
    caller: Option<Extension<Caller>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (true, Some(Extension(caller))) = (call.keyed, caller) else { return Ok(next.run(request).await) };
    let Some(key) = key(&request)? else { return Ok(next.run(request).await) };
    let id = KeyId { client: caller.grant.client.clone(), key };
    let fingerprint = fingerprint(&request);
    let begun = lock(&shared.keys).begin(id.clone(), fingerprint, shared.now());
    match begun {
        Begun::Run => {}
        Begun::Kept(answer) => return Ok(replay(&answer)),
        Begun::Running => {
            let message = "A request with this Idempotency-Key is still running.";
            return Err(ApiError::new(StatusCode::CONFLICT, "idempotency.in.progress", message));
        }
        Begun::Mismatch => {
            let message = "This Idempotency-Key was used for another request.";
            return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency.mismatch", message));
        }
    }
    let running = Running { shared: &shared, id: &id };
    let response = next.run(request).await;
    let (response, answer) = record(response).await;
    if final_answer(response.status()) {
        let until = shared.now() + shared.options.idempotency;
        lock(&shared.keys).finish(running.id.clone(), fingerprint, answer, until);
    }
    Ok(response)
}

/// Forgets the key when dropped, unless an answer was kept: also where the client goes away before there is one.
struct Running<'a> {
    shared: &'a Shared,
    id: &'a KeyId,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        lock(&self.shared.keys).forget(self.id);
    }
}

fn key(request: &Request) -> Result<Option<String>, ApiError> {
    let mut values = request.headers().get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let refused = || ApiError::bad_request("The Idempotency-Key must be one header of 1 to 255 visible ASCII characters.");
    let key = value.to_str().map_err(|_| refused())?;
    let allowed = (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if allowed && values.next().is_none() { Ok(Some(key.to_owned())) } else { Err(refused()) }
}

/// SHA-256 over the parts a key stands for, each with its length before it.
fn fingerprint(request: &Request) -> Fingerprint {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(request.method().as_str().as_bytes());
    part(request.uri().path_and_query().map_or("", |path| path.as_str()).as_bytes());
    for name in [IF_MATCH, IF_NONE_MATCH] {
        let values: Vec<_> = request.headers().get_all(name).iter().map(HeaderValue::as_bytes).collect();
        part(&values.join(&b","[..]));
    }
    if let Some(body) = request.extensions().get::<RequestBody>() {
        part(&(body.length as u64).to_be_bytes());
        part(&body.bytes);
    }
    hash.finalize().into()
}

/// Whether a status says that a repeat would get nothing else.
fn final_answer(status: StatusCode) -> bool {
    let passing = matches!(status.as_u16(), 401 | 408 | 409 | 412 | 425 | 429);
    status.is_success() || (status.is_client_error() && !passing)
}

async fn record(response: Response) -> (Response, KeptAnswer) {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let answer = KeptAnswer {
        status: parts.status,
        headers: parts.headers.clone(),
        body: body.clone(),
        error: parts.extensions.get::<Arc<ApiError>>().cloned(),
    };
    (Response::from_parts(parts, Body::from(body)), answer)
}

fn replay(answer: &KeptAnswer) -> Response {
    let mut response = (answer.status, Body::from(answer.body.clone())).into_response();
    *response.headers_mut() = answer.headers.clone();
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    if let Some(error) = &answer.error {
        response.extensions_mut().insert(error.clone());
    }
    debug_assert!(response.extensions().get::<Applied>().is_none(), "a replay applies nothing");
    response
}
