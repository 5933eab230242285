//! `Idempotency-Key`: a write of a guest under the same key has its effect once and gets the same answer for 24 hours.
//!
//! A key belongs to its guest and stands for method, path, body and preconditions. Kept are 2xx and final 4xx answers, encrypted;
//! never 401, 408, 409, 412, 425, 429, 5xx, or what the gateway refuses by itself.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guestsync_genesys::call::GuestId;
use sha2::{Digest, Sha256};

use super::preconditions::combined;
use super::reply::Refused;
use super::to_its_end::ToItsEnd;
use crate::app::App;
use crate::db::answer::Begun;
use crate::refusal::Refusal;
use crate::{body, clock, text};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is a kept one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// What of an answer is kept beside status and body: not the date, and no rate that has changed since.
static KEPT: [HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::ETAG,
    HeaderName::from_static("guestsync-seq"),
    HeaderName::from_static("inin-correlation-id"),
];
const LONGEST: usize = 255;

const INVALID: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "idempotency.invalid",
    "Idempotency-Key must be one header of 1 to 255 visible ASCII characters",
);
const MISMATCH: Refusal =
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency.mismatch", "This Idempotency-Key was used for another request");
const RUNNING: Refusal =
    Refusal::new(StatusCode::CONFLICT, "idempotency.in.progress", "The request with this Idempotency-Key is still running");

/// A request with a key.
pub(crate) struct Keyed {
    guest: GuestId,
    /// Hash of guest and key.
    id: String,
    /// Hash of what the key stands for.
    request: String,
}

impl Keyed {
    /// The key of a write and what it stands for; `None` where there is no key.
    pub(crate) fn read(
        method: &Method,
        path: &str,
        guest: &GuestId,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Option<Self>, Refusal> {
        let mut keys = headers.get_all(KEY).iter();
        let Some(key) = keys.next() else { return Ok(None) };
        let good = (1..=LONGEST).contains(&key.len()) && key.as_bytes().iter().all(u8::is_ascii_graphic);
        if !good || keys.next().is_some() {
            return Err(INVALID);
        }
        let condition = |name| combined(headers, &name);
        let id = hash(&[guest.as_str().as_bytes(), key.as_bytes()]);
        let conditions = [condition(header::IF_MATCH), condition(header::IF_NONE_MATCH)];
        let [matching, none] = conditions.each_ref().map(|stated| stated.as_ref().map_or(&b""[..], HeaderValue::as_bytes));
        let request = hash(&[method.as_str().as_bytes(), path.as_bytes(), matching, none, body]);
        Ok(Some(Self { guest: guest.clone(), id, request }))
    }
}

impl Keyed {
    /// The key under which Genesys gets the write: the guest's own, so that two guests who chose the same key do not meet there.
    pub(crate) fn upstream(&self) -> HeaderValue {
        HeaderValue::try_from(&self.id).expect("hex fits into a header")
    }
}

/// SHA-256 over parts, each with its length before it.
fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    text::hex(&hash.finalize())
}

/// Performs a write once for its key: even if whoever asked goes away, it is told of and its answer kept.
pub(crate) async fn perform<F>(app: Arc<App>, keyed: Option<Keyed>, write: F) -> Result<Response, Refused>
where
    F: Future<Output = Result<Response, Refused>> + Send + 'static,
{
    let left = app.left.clone();
    let performed = async move {
        match keyed {
            Some(keyed) => keyed.perform(&app, write).await,
            None => write.await,
        }
    };
    ToItsEnd::new(&left, performed).await
}

impl Keyed {
    async fn perform<F: Future<Output = Result<Response, Refused>>>(&self, app: &App, write: F) -> Result<Response, Refused> {
        loop {
            match app.db.begin_answer(self.guest.as_str(), &self.id, &self.request, clock::now()).await? {
                Begun::Run => break,
                Begun::Running => return Err(RUNNING.into()),
                Begun::Mismatch => return Err(MISMATCH.into()),
                Begun::Kept(answer) => match self.open(app, &answer) {
                    Some(response) => return Ok(response),
                    // Kept under a state key that is gone.
                    None => app.db.forget_answer(&self.id, &self.request).await?,
                },
            }
        }
        match write.await {
            Ok(response) if is_final(response.status()) => self.keep(app, response).await,
            outcome => {
                app.db.forget_answer(&self.id, &self.request).await?;
                outcome
            }
        }
    }

    /// Keeps an answer before it is given. What is larger than a request may be is not kept.
    async fn keep(&self, app: &App, response: Response) -> Result<Response, Refused> {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.map_err(|_| Refusal::internal())?;
        if bytes.len() > body::LIMIT {
            app.db.forget_answer(&self.id, &self.request).await?;
        } else {
            let sealed = app.keys.state.encrypt(&self.place(), &packed(parts.status, &parts.headers, &bytes))?;
            app.db.keep_answer(self.guest.as_str(), &self.id, &self.request, sealed, clock::now()).await?;
        }
        Ok(Response::from_parts(parts, Body::from(bytes)))
    }

    fn open(&self, app: &App, answer: &str) -> Option<Response> {
        let plain = app.keys.state.decrypt(&self.place(), answer)?;
        let (status, headers, bytes) = unpacked(&plain)?;
        let mut response = (status, headers, bytes).into_response();
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        Some(response)
    }

    fn place(&self) -> String {
        format!("answer/{}", self.id)
    }
}

/// Whether a repeat would get nothing else.
fn is_final(status: StatusCode) -> bool {
    let passing = matches!(status.as_u16(), 401 | 408 | 409 | 412 | 425 | 429);
    status.is_success() || (status.is_client_error() && !passing)
}

/// An answer as bytes: a line of JSON `[status, [[name, value]…]]`, then the body.
fn packed(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let kept = KEPT.iter().filter_map(|name| Some((name.as_str(), headers.get(name)?.to_str().ok()?)));
    let head = (status.as_u16(), kept.collect::<Vec<_>>());
    let mut bytes = serde_json::to_vec(&head).expect("numbers and text serialise");
    bytes.push(b'\n');
    bytes.extend_from_slice(body);
    bytes
}

fn unpacked(bytes: &[u8]) -> Option<(StatusCode, HeaderMap, Bytes)> {
    let end = bytes.iter().position(|b| *b == b'\n')?;
    let (status, named): (u16, Vec<(String, String)>) = serde_json::from_slice(&bytes[..end]).ok()?;
    let header = |(name, value): (String, String)| Some((name.parse::<HeaderName>().ok()?, HeaderValue::try_from(value).ok()?));
    let headers = named.into_iter().map(header).collect::<Option<HeaderMap>>()?;
    Some((StatusCode::from_u16(status).ok()?, headers, Bytes::copy_from_slice(&bytes[end + 1..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_unpacked_as_it_was_packed_without_what_has_changed_since() {
        let pairs = [("content-type", "text/plain"), ("etag", "\"3\""), ("date", "today"), ("inin-ratelimit-count", "3")];
        let headers = pairs.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let bytes = packed(StatusCode::CREATED, &HeaderMap::from_iter(headers.clone()), b"two\nlines");
        let (status, kept, body) = unpacked(&bytes).unwrap();
        assert_eq!((status, body.as_ref()), (StatusCode::CREATED, &b"two\nlines"[..]));
        assert_eq!(kept, HeaderMap::from_iter(headers.into_iter().take(2)));
        assert!(unpacked(b"nothing").is_none());
    }

    #[test]
    fn only_what_no_repeat_would_change_is_kept() {
        let kept = (100..600).filter(|status| is_final(StatusCode::from_u16(*status).unwrap()));
        let never = [401, 408, 409, 412, 425, 429];
        assert!(kept.eq((200..300).chain(400..500).filter(|status| !never.contains(status))));
    }
}
