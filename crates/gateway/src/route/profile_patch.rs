//! PATCH `/genesys/api/v2/guests/{id}`: P1, checked, fenced and passed on.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use guestsync_core::Millis;
use guestsync_genesys::call::{GuestId, Precondition};
use serde_json::json;

use crate::app::App;
use crate::body;
use crate::capability::Right;
use crate::clock;
use crate::guard::bearer::Bearer;
use crate::openapi::guest_api::{Operation, Profile};
use crate::openapi::responses::Write;
use crate::proxy::fenced::{self, Outcome};
use crate::proxy::once::{self, Keyed};
use crate::proxy::patch::Patch;
use crate::proxy::preconditions::precondition;
use crate::proxy::reply::{self, Refused};
use crate::proxy::told;
use crate::refusal::Refusal;

const MEDIA: Refusal = Refusal::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "unsupported.media.type",
    "The content type must be application/json-patch+json",
);
const SEQUENCE_HEADER: &str = "guestsync-seq";
/// A sequence number is a time in milliseconds and a counter below it.
const COUNTER_BITS: u32 = 16;
/// How far a browser's clock may be ahead of ours.
const AHEAD: Millis = 7 * 24 * 60 * 60 * 1_000;
const SEQUENCE: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "seq.invalid", "Guestsync-Seq must be a whole number");

/// Same body and answer as upstream. With `Guestsync-Seq`, operations that come too late are left out; if none is left, 200
/// `{"id"}` and nothing goes upstream. `Guestsync-Seq` of the answer then tells the newest number that was in the way.
#[utoipa::path(
    patch,
    path = "/genesys/api/v2/guests/{id}",
    tag = "guest API",
    security(("capability" = [])),
    params(("id" = String, Path, description = "The capability's guest"),
        ("Guestsync-Seq" = Option<u64>, Header, description = "The guest's logical clock", maximum = 9223372036854775807i64),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$"),
        ("If-Match" = Option<String>, Header, description = "An `ETag`", pattern = "^\"[0-9]{1,9}\"$"),
        ("If-None-Match" = Option<String>, Header, description = "An `ETag`, or `*`", pattern = "^(\"[0-9]{1,9}\"|[*])$"),),
    request_body(content = Vec<Operation>, content_type = "application/json-patch+json"),
    responses(Write, (status = 200, description = "As Genesys answers", body = Profile, headers(("Guestsync-Seq" = u64)))),
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    bearer: Result<Bearer, Refusal>,
    request: Request,
) -> Result<Response, Refused> {
    let guest = bearer?.allow_for(Right::Profile, &id)?;
    if !body::is_media(request.headers(), "application/json-patch+json") {
        return Err(MEDIA.into());
    }
    let seq = sequence(request.headers())?.map(|seq| seq.min(newest_possible()));
    let (Parts { uri, headers, .. }, body) = request.into_parts();
    let body = body::read_of(&headers, body).await?;
    let patch = Patch::read(&body, &app.config.patch_pointers)?;
    let keyed = Keyed::read(&Method::PATCH, uri.path(), &guest, &headers, &body)?;
    let write = write(Arc::clone(&app), guest, seq, patch, precondition(&headers, keyed.as_ref().map(Keyed::upstream)));
    once::perform(app, keyed, write).await
}

async fn write(
    app: Arc<App>,
    guest: GuestId,
    seq: Option<i64>,
    patch: Patch,
    precondition: Precondition,
) -> Result<Response, Refused> {
    let Some(seq) = seq else {
        let key = precondition.idempotency_key.clone();
        let answer = app.genesys.patch_profile(&guest, patch.to_bytes().into(), precondition).await;
        let status = answer.as_ref().ok().map(|answer| answer.status);
        told::profile_patched(&app, &guest, key.as_ref(), &patch, status).await?;
        return reply::pass(answer);
    };
    let Outcome { answer, in_the_way } = fenced::send(app, guest.clone(), seq, patch, precondition).await?;
    let mut response = match answer {
        Some(answer) => reply::pass(answer)?,
        None => Json(json!({"id": guest.as_str()})).into_response(),
    };
    if let Some(newest) = in_the_way {
        response.headers_mut().insert(SEQUENCE_HEADER, HeaderValue::from(newest));
    }
    Ok(response)
}

fn sequence(headers: &HeaderMap) -> Result<Option<i64>, Refusal> {
    let Some(value) = headers.get(SEQUENCE_HEADER) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).ok_or(SEQUENCE)?;
    text.parse().map(Some).map_err(|_| SEQUENCE)
}

/// A number of a clock that goes years ahead, by mistake or by malice, counts as this one: there is room above it for those that come
/// after.
fn newest_possible() -> i64 {
    i64::try_from(clock::now().saturating_add(AHEAD) << COUNTER_BITS).unwrap_or(i64::MAX)
}
