//! The shell of one form: performs what the core's `profile` machine asks for, with the gateway's own keys and its own proxy.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guestsync_core::profile::{Input, KeySet, Listed, Output, Patch, Profile, Reply, Upstream};
use guestsync_core::seal::{Entropy, SharedKey};
use guestsync_core::{Millis, Now, Sensitive};
use guestsync_genesys::call::{GuestId, Precondition};

use super::{agree, form};
use crate::app::App;
use crate::clock;
use crate::cookie::Kinds;
use crate::guard::session;
use crate::keys::state_key::random;
use crate::proxy::fenced;
use crate::proxy::patch::Patch as Checked;
use crate::refusal::Refusal;

/// The one form of its machine.
const FORM: u32 = 0;

/// Seals, sends and answers a form.
///
/// # Errors
/// No entropy, or the machine ended without an answer: faults of ours.
pub(crate) async fn handle(app: &Arc<App>, request: Request) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let navigation = headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    let entropy = Entropy::from_seed(&mut *random::<32>()?);
    let mut shell = Shell { app, headers, started: Instant::now(), profile: Profile::new(app.rules.clone()) };
    let input = match form::read(request, &app.rules).await {
        Ok(entries) => Input::Submitted { form: FORM, navigation, entries, entropy },
        Err(why) => Input::Unreadable { form: FORM, navigation, why },
    };
    shell.tell(input);
    while let Some(output) = shell.profile.poll() {
        if let Output::Respond { reply, .. } = output {
            return response(reply);
        }
        if let Some(input) = shell.perform(output).await {
            shell.tell(input);
        }
    }
    Err(Refusal::internal())
}

struct Shell<'a> {
    app: &'a Arc<App>,
    headers: HeaderMap,
    started: Instant,
    profile: Profile,
}

impl Shell<'_> {
    fn tell(&mut self, input: Input) {
        let now = Now::new(clock::now(), self.mono());
        self.profile.handle(now, input);
    }

    fn mono(&self) -> Millis {
        Millis::try_from(self.started.elapsed().as_millis()).unwrap_or(Millis::MAX)
    }

    /// What comes of an output; `None` for one that wants no answer.
    async fn perform(&self, output: Output) -> Option<Input> {
        match output {
            Output::GetKeys => Some(Input::Keys(self.keys())),
            Output::Agree { key_id } => Some(match agree::agree(&self.app.keys.sealing, &key_id) {
                Some(agreement) => Input::Agreed(agreement),
                None => Input::AgreeFailed { key_id },
            }),
            Output::GetToken { guest } => Some(match self.authorize(&guest).await {
                // Nothing reads it: what it would prove is proved.
                Ok(()) => {
                    Input::Token { guest, asked_at: self.mono(), value: Sensitive::new(String::new()), expires_in: Some(60.0) }
                }
                Err(answer) => Input::TokenFailed { guest, answer },
            }),
            Output::GetFieldKey { guest, .. } => {
                let (_, mut key) = self.app.masters.current(&guest);
                Some(Input::FieldKey { guest, key: SharedKey::new(&mut key), fresh_for: None })
            }
            Output::Send(patch) => Some(self.send(patch).await),
            // A call ends by its own time limit, so the machine's never comes first.
            Output::Abort { .. } | Output::WakeAt(_) | Output::Respond { .. } => None,
            // There is no queue here, and nobody to forward to.
            Output::Forward { .. }
            | Output::Lock
            | Output::Unlock
            | Output::Load { .. }
            | Output::Store { .. }
            | Output::Sync
            | Output::Report(_)
            | Output::Status { .. } => None,
        }
    }

    /// The current key, as `/.well-known/jwks.json` has it.
    fn keys(&self) -> KeySet {
        let text = |text: &str| Some(text.to_owned());
        let listed = |id: &str| Listed { id: text(id), kind: text("EC"), curve: text("P-256"), usage: None, algorithm: None };
        let keys = self.app.keys.sealing.iter().take(1).map(|key| listed(&key.public.kid)).collect();
        KeySet { keys, ..KeySet::default() }
    }

    /// Whether the browser holds this guest's cookie.
    async fn authorize(&self, guest: &str) -> Result<(), Upstream> {
        let Some(guest) = GuestId::parse(guest) else { return Err(Upstream { status: 403, ..Upstream::default() }) };
        match session::require(self.app, &self.headers, Kinds::SameSite, Some(&guest)).await {
            Ok(_) => Ok(()),
            Err(refusal) => {
                Err(Upstream { status: refusal.status.as_u16(), code: Some(refusal.code.to_owned()), ..Upstream::default() })
            }
        }
    }

    /// The same way that a worker's patch takes, from the capability check on.
    async fn send(&self, patch: Patch) -> Input {
        let failed = Input::SendFailed { send: patch.send, unsent: false };
        let checked = Checked::read(patch.body.as_bytes(), &self.app.config.patch_pointers);
        let (Some(guest), Ok(seq), Ok(checked)) = (GuestId::parse(&patch.guest), i64::try_from(patch.sequence), checked) else {
            return failed;
        };
        let key = HeaderValue::try_from(patch.idempotency_key).ok();
        let precondition = Precondition { idempotency_key: key, ..Precondition::default() };
        match fenced::send(Arc::clone(self.app), guest, seq, checked, precondition).await {
            Ok(fenced::Outcome { answer: Some(Err(_)), .. }) | Err(_) => failed,
            Ok(fenced::Outcome { answer, in_the_way }) => {
                let (status, code) = match answer {
                    Some(Ok(answer)) => (answer.status, answer.code()),
                    _ => (200, None),
                };
                let sequence = in_the_way.and_then(|newest| u64::try_from(newest).ok());
                Input::Response { send: patch.send, answer: Upstream { status, code, sequence, ..Upstream::default() } }
            }
        }
    }
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
