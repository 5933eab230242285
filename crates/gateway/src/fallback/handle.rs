//! Answers a post: the sealed patch is stored, then there is one attempt of at most three seconds, then the answer.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guestsync_core::profile::{Entry, Given, Input, Reply};
use guestsync_core::seal::Entropy;
use guestsync_genesys::call::GuestId;
use tokio::sync::oneshot;

use super::asker::Asker;
use super::form::{self, Failure};
use super::shell::{Shell, Waiting};
use crate::app::App;
use crate::keys::state_key::random;
use crate::refusal::Refusal;

/// The one form of its machine.
const FORM: u32 = 0;
/// The field that names the guest.
const GUEST: &str = "guestId";

/// Seals, keeps, sends and answers a form. What is left to do after the answer, or when the browser goes away, is done all the same.
///
/// # Errors
/// The form has not arrived whole or in time; no entropy, or the machine ended without an answer: faults of ours.
pub(crate) async fn handle(app: &Arc<App>, request: Request) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let navigation = headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    let entropy = Entropy::from_seed(&mut *random::<32>()?);
    let seed = u64::from_be_bytes(*random::<8>()?);
    let (guest, input) = match form::read(request, &app.rules).await {
        Ok(entries) => (guest_of(&entries), Input::Submitted { form: FORM, navigation, entries, entropy }),
        Err(Failure::Unreadable(why)) => (None, Input::Unreadable { form: FORM, navigation, why }),
        Err(Failure::Refused(refusal)) => return Err(refusal),
    };
    let mut shell = Shell::new(Arc::clone(app), guest, Asker::browser(headers), seed);
    let (reply, answered) = oneshot::channel();
    shell.waiting = Some(Waiting { navigation, reply });
    tokio::spawn(shell.run(input));
    response(answered.await.map_err(|_| Refusal::internal())?)
}

/// Whose form it is, as the core reads it.
fn guest_of(entries: &[Entry]) -> Option<GuestId> {
    let entry = entries.iter().find(|entry| entry.name == GUEST)?;
    let Given::Text(text) = &entry.given else { return None };
    GuestId::parse(text.expose().trim())
}

fn response(reply: Reply) -> Result<Response, Refusal> {
    let status = StatusCode::from_u16(reply.status).map_err(|_| Refusal::internal())?;
    let mut response = (status, [(header::CONTENT_TYPE, reply.content_type)], reply.body).into_response();
    let set = |name, value: Option<&str>| Some((name, HeaderValue::from_str(value?).ok()?));
    let location = set(header::LOCATION, reply.location.as_deref());
    let policy = set(header::CONTENT_SECURITY_POLICY, reply.policy);
    response.headers_mut().extend([location, policy].into_iter().flatten());
    Ok(response)
}
