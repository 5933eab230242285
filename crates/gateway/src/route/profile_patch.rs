//! PATCH `/genesys/api/v2/guests/{id}`: P1, checked, fenced and passed on.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guestsync_core::retry::Verdict;
use guestsync_genesys::call::{GuestId, Precondition};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::capability::Right;
use crate::db::fences::Fence;
use crate::guard::bearer::Bearer;
use crate::proxy::patch::Patch;
use crate::proxy::reply::{self, Refused};
use crate::refusal::Refusal;
use crate::{body, text};

const MEDIA: Refusal = Refusal::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "unsupported.media.type",
    "The content type must be application/json-patch+json",
);
const SEQUENCE_HEADER: &str = "guestsync-seq";
const SEQUENCE: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "seq.invalid", "Guestsync-Seq must be a whole number");

/// Same body and answer as upstream. With `Guestsync-Seq`, operations that come too late are left out; if none is left, 200
/// `{"id"}` and nothing goes upstream. `Guestsync-Seq` of the answer then tells the newest number that was in the way.
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
    let seq = sequence(request.headers())?;
    let precondition = precondition(request.headers());
    let patch = Patch::read(&body::read(request).await?, &app.config.patch_pointers)?;
    let Some(seq) = seq else {
        return reply::pass(app.genesys.patch_profile(&guest, patch.to_bytes().into(), precondition).await);
    };
    // In a task of its own: once the fences are set, the answer is waited for even if the browser goes away.
    let fenced = tokio::spawn(async move { fenced(&app, &guest, seq, patch, precondition).await });
    fenced.await.unwrap_or_else(|_| Err(Refused(Refusal::internal())))
}

async fn fenced(
    app: &App,
    guest: &GuestId,
    seq: i64,
    mut patch: Patch,
    mut precondition: Precondition,
) -> Result<Response, Refused> {
    let _turn = app.turns.wait(guest).await;
    let before = app.db.fences(guest).await?;
    let in_the_way = |pointer: &str| before.get(pointer).filter(|fence| !fence.lets_pass(seq)).map(|fence| fence.seq);
    let newest = patch.pointers().filter_map(in_the_way).max();
    patch.retain(|pointer| in_the_way(pointer).is_none());
    if patch.is_empty() {
        return Ok(with_sequence(Json(json!({"id": guest.as_str()})).into_response(), newest));
    }
    let bytes = patch.to_bytes();
    if newest.is_some() {
        // Another body is another request: under the same key it would be refused as a mismatch.
        precondition.idempotency_key = precondition.idempotency_key.map(|key| derived(&key, &bytes));
    }
    let at = |applied| patch.pointers().map(|pointer| (pointer, Fence { seq, applied })).collect();
    app.db.set_fences(guest, &at(false)).await?;
    let answer = app.genesys.patch_profile(guest, bytes.into(), precondition).await;
    match answer.as_ref().map(guestsync_genesys::Answer::verdict) {
        Ok(Verdict::Done) => app.db.set_fences(guest, &at(true)).await?,
        // It was not taken and never will be: an older patch that is still on its way counts again.
        Ok(Verdict::Final | Verdict::Rebase) => {
            let restored: BTreeMap<&str, Fence> =
                patch.pointers().map(|pointer| (pointer, before.get(pointer).copied().unwrap_or(Fence::OPEN))).collect();
            app.db.set_fences(guest, &restored).await?;
        }
        Ok(Verdict::Retry | Verdict::Reauthorize) | Err(_) => {}
    }
    Ok(with_sequence(reply::pass(answer)?, newest))
}

fn with_sequence(mut response: Response, newest: Option<i64>) -> Response {
    if let Some(newest) = newest {
        response.headers_mut().insert(SEQUENCE_HEADER, HeaderValue::from(newest));
    }
    response
}

fn sequence(headers: &HeaderMap) -> Result<Option<i64>, Refusal> {
    let Some(value) = headers.get(SEQUENCE_HEADER) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).ok_or(SEQUENCE)?;
    text.parse().map(Some).map_err(|_| SEQUENCE)
}

fn derived(key: &HeaderValue, body: &[u8]) -> HeaderValue {
    let hash = Sha256::new().chain_update(key.as_bytes()).chain_update([0]).chain_update(body).finalize();
    HeaderValue::try_from(text::hex(&hash[..16])).expect("hex fits into a header")
}

/// The headers of a write that go along.
pub(crate) fn precondition(headers: &HeaderMap) -> Precondition {
    Precondition {
        idempotency_key: headers.get("idempotency-key").cloned(),
        if_match: headers.get(header::IF_MATCH).cloned(),
        if_none_match: headers.get(header::IF_NONE_MATCH).cloned(),
    }
}
