//! Patches of one guest in their order: one at a time, and no late one undoes a newer one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode};
use guestsync_core::retry::Verdict;
use guestsync_genesys::call::{GuestId, Precondition};
use guestsync_genesys::{Answer, Error};
use sha2::{Digest, Sha256};

use super::patch::Patch;
use super::told;
use crate::app::App;
use crate::db::fences::Fence;
use crate::refusal::Refusal;
use crate::text;

/// How long a patch waits for those before it: shorter than its request lasts, and than its `Idempotency-Key` counts as running.
const TURN: Duration = Duration::from_secs(25);

const BUSY: Refusal = Refusal::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "guest.busy",
    "Other patches of this guest are not answered yet: try again later",
);

/// What became of a patch, and the newest number that was in the way of any of its operations.
pub(crate) struct Outcome {
    /// What Genesys answered; `None` where no operation was left.
    pub(crate) answer: Option<Result<Answer, Error>>,
    pub(crate) in_the_way: Option<i64>,
}

/// Sends what of a patch is not too late. In a task of its own: once the fences are set, the answer is waited for even if whoever
/// asked goes away.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn send(
    app: Arc<App>,
    guest: GuestId,
    seq: i64,
    patch: Patch,
    precondition: Precondition,
) -> Result<Outcome, Refusal> {
    let left = app.left.clone();
    let task = left.spawn(async move {
        let held = app.turns.wait_at_most(&guest, TURN).await?.ok_or(BUSY)?;
        let outcome = app.turns.during(&held, in_turn(&app, &guest, seq, patch, precondition)).await;
        app.turns.give_back(held).await;
        outcome
    });
    task.await.unwrap_or_else(|_| Err(Refusal::internal()))
}

async fn in_turn(
    app: &App,
    guest: &GuestId,
    seq: i64,
    mut patch: Patch,
    mut precondition: Precondition,
) -> Result<Outcome, Refusal> {
    let before = app.db.fences(guest).await?;
    let barred = |pointer: &str| before.get(pointer).filter(|fence| !fence.lets_pass(seq)).map(|fence| fence.seq);
    let in_the_way = patch.pointers().filter_map(barred).max();
    patch.retain(|pointer| barred(pointer).is_none());
    if patch.is_empty() {
        return Ok(Outcome { answer: None, in_the_way });
    }
    let bytes = patch.to_bytes();
    if in_the_way.is_some() {
        // Another body is another request: under the same key it would be refused as a mismatch.
        precondition.idempotency_key = precondition.idempotency_key.map(|key| derived(&key, &bytes));
    }
    let at = |applied| patch.pointers().map(|pointer| (pointer, Fence { seq, applied })).collect();
    app.db.set_fences(guest, &at(false)).await?;
    let key = precondition.idempotency_key.clone();
    let answer = app.genesys.patch_profile(guest, bytes.into(), precondition).await;
    let status = answer.as_ref().ok().map(|answer| answer.status);
    match answer.as_ref().map(Answer::verdict) {
        Ok(Verdict::Done) => {
            // Told of first: from a fence that says applied, a repeat learns that nothing is left to do, telling included.
            told::profile_patched(app, guest, key.as_ref(), &patch, status).await?;
            app.db.set_fences(guest, &at(true)).await?;
            return Ok(Outcome { answer: Some(answer), in_the_way });
        }
        // It was not taken and never will be: an older patch that is still on its way counts again.
        Ok(Verdict::Final | Verdict::Rebase) => {
            let restored: BTreeMap<&str, Fence> =
                patch.pointers().map(|pointer| (pointer, before.get(pointer).copied().unwrap_or(Fence::OPEN))).collect();
            app.db.restore_fences(guest, seq, &restored).await?;
        }
        Ok(Verdict::Retry | Verdict::Reauthorize) | Err(_) => {}
    }
    told::profile_patched(app, guest, key.as_ref(), &patch, status).await?;
    Ok(Outcome { answer: Some(answer), in_the_way })
}

fn derived(key: &HeaderValue, body: &[u8]) -> HeaderValue {
    let hash = Sha256::new().chain_update(key.as_bytes()).chain_update([0]).chain_update(body).finalize();
    HeaderValue::try_from(text::hex(&hash[..16])).expect("hex fits into a header")
}
