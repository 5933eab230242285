//! The shell of one guest's forms: performs what the core's `profile` machine asks for, with the gateway's own keys, database and proxy.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::HeaderValue;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use guestsync_core::journal::Write;
use guestsync_core::profile::{Answer, Input, KeySet, Letter, Listed, Output, Patch, Profile, Refusal, Reply, Upstream, Why};
use guestsync_core::seal::SharedKey;
use guestsync_core::{Millis, Now, Sensitive};
use guestsync_genesys::Error;
use guestsync_genesys::call::{GuestId, Precondition};
use tokio::sync::oneshot;

use super::asker::Asker;
use super::rows::Rows;
use super::{agree, told};
use crate::app::App;
use crate::clock;
use crate::proxy::fenced::{self, Outcome};
use crate::proxy::patch::Patch as Checked;
use crate::proxy::turns::Held;

/// How long the turn is waited for; whoever has it may have to wait for an answer.
const TURN: Duration = Duration::from_secs(25);

/// What something that was begun has come to.
pub(super) enum Event {
    Told(Input),
    /// It is this one's turn; `None`: it was not in time.
    Turn(Option<Held>),
}

/// Whoever waits for the answer to a form.
pub(super) struct Waiting {
    pub(super) navigation: bool,
    pub(super) reply: oneshot::Sender<Reply>,
}

/// One guest's forms.
pub(super) struct Shell {
    pub(super) app: Arc<App>,
    /// `None`: the form names no guest, and will be refused.
    pub(super) rows: Option<Rows>,
    pub(super) asker: Asker,
    pub(super) waiting: Option<Waiting>,
    pub(super) held: Option<Held>,
    pub(super) under_way: FuturesUnordered<BoxFuture<'static, Event>>,
    /// Patches under way.
    pub(super) flights: usize,
    /// Whether one was sent.
    pub(super) tried: bool,
    /// When the machine wants to be woken.
    pub(super) wake: Option<Millis>,
    pub(super) letters: Vec<Letter>,
    started: Instant,
    profile: Profile,
}

impl Shell {
    pub(super) fn new(app: Arc<App>, guest: Option<GuestId>, asker: Asker, seed: u64) -> Self {
        Self {
            profile: Profile::with_queue(app.rules.clone(), seed),
            rows: guest.map(Rows::of),
            app,
            asker,
            waiting: None,
            held: None,
            under_way: FuturesUnordered::new(),
            flights: 0,
            tried: false,
            wake: None,
            letters: Vec::new(),
            started: Instant::now(),
        }
    }

    pub(super) fn tell(&mut self, input: Input) {
        self.profile.handle(Now::new(clock::now(), self.mono()), input);
    }

    pub(super) fn next(&mut self) -> Option<Output> {
        self.profile.poll()
    }

    pub(super) fn mono(&self) -> Millis {
        Millis::try_from(self.started.elapsed().as_millis()).unwrap_or(Millis::MAX)
    }

    /// When the machine's monotonic time is this.
    pub(super) fn instant(&self, mono: Millis) -> Instant {
        self.started + Duration::from_millis(mono)
    }

    /// Performs an output: what comes of it at once is told at once.
    pub(super) async fn perform(&mut self, output: Output) {
        match output {
            Output::GetKeys => {
                let keys = key_set(&self.app).await;
                self.tell(Input::Keys(keys));
            }
            // One to spare serves nobody here.
            Output::Agree { .. } if self.waiting.is_none() => {}
            Output::Agree { key_id } => self.tell(match agree::agree(&self.app.keys.sealing.now(), &key_id) {
                Some(agreement) => Input::Agreed(agreement),
                None => Input::AgreeFailed { key_id },
            }),
            Output::GetToken { guest } => self.authorize(guest).await,
            Output::GetFieldKey { guest, .. } => {
                let (_, mut key) = self.app.masters.current(&guest);
                self.tell(Input::FieldKey { guest, key: SharedKey::new(&mut key), fresh_for: None });
            }
            Output::Send(patch) => self.send(patch).await,
            Output::Respond { reply, .. } => self.respond(reply),
            Output::Forward { .. } => self.respond_unkept(),
            Output::Lock => self.lock(),
            Output::Unlock => self.unlock().await,
            Output::Load { load } => self.load(load).await,
            Output::Store { store, writes } => self.store(store, &writes).await,
            Output::Report(report) => {
                if let Some(rows) = &self.rows {
                    told::form(&self.app, rows.guest(), report).await;
                }
            }
            Output::Status { letters, .. } => self.letters = letters,
            Output::WakeAt(wake) => self.wake = wake,
            // The answer is not waited for any more; the request ends by its own time limit. Nobody has to start this process.
            Output::Abort { .. } | Output::Sync => {}
        }
    }

    async fn may(&mut self) -> Result<(), Upstream> {
        self.asker.may(&self.app, self.rows.as_ref().map(Rows::guest)).await
    }

    async fn authorize(&mut self, guest: String) {
        let input = match self.may().await {
            // Nothing reads it: what it would prove is proved.
            Ok(()) => Input::Token { guest, asked_at: self.mono(), value: Sensitive::new(String::new()), expires_in: Some(60.0) },
            Err(answer) => Input::TokenFailed { guest, answer },
        };
        self.tell(input);
    }

    /// Of a browser that may not post the form, nothing is kept.
    async fn store(&mut self, store: u32, writes: &[Write]) {
        if let Err(answer) = self.may().await {
            if let Some(guest) = self.rows.as_ref().map(|rows| rows.guest().as_str().to_owned()) {
                self.tell(Input::TokenFailed { guest, answer });
            }
            return self.tell(Input::StoreFailed { store });
        }
        let Some(rows) = &mut self.rows else { return self.tell(Input::StoreFailed { store }) };
        let input = match rows.write(&self.app, writes).await {
            Ok(()) => Input::Stored { store },
            Err(error) => {
                tracing::error!(%error, "a form cannot be kept");
                Input::StoreFailed { store }
            }
        };
        self.tell(input);
    }

    async fn load(&mut self, load: u32) {
        let Some(rows) = &mut self.rows else { return self.tell(Input::Loaded { load, rows: Vec::new() }) };
        let input = match rows.load(&self.app).await {
            Ok(rows) => Input::Loaded { load, rows },
            Err(error) => {
                tracing::error!(%error, "what waits of a guest's forms cannot be read");
                Input::LoadFailed { load }
            }
        };
        self.tell(input);
    }

    fn lock(&mut self) {
        if self.held.is_some() {
            return self.tell(Input::LockGranted);
        }
        let Some(guest) = self.rows.as_ref().map(|rows| rows.guest().clone()) else { return };
        let app = Arc::clone(&self.app);
        self.under_way
            .push(Box::pin(async move { Event::Turn(app.form_turns.wait_at_most(&guest, TURN).await.unwrap_or_default()) }));
    }

    pub(super) async fn unlock(&mut self) {
        if let Some(held) = self.held.take() {
            self.app.form_turns.give_back(held).await;
        }
    }

    fn respond(&mut self, reply: Reply) {
        if let Some(waiting) = self.waiting.take() {
            // The browser may have gone.
            _ = waiting.reply.send(reply);
        }
    }

    /// There is nobody to forward to: what is neither kept nor sent is not taken.
    fn respond_unkept(&mut self) {
        let navigation = self.waiting.as_ref().is_some_and(|waiting| waiting.navigation);
        let answer = Answer::refused(Refusal::whole(Why::StorageUnavailable));
        self.respond(answer.reply(navigation, self.app.rules.redirect()));
    }

    /// The same way that a worker's patch takes, from the capability check on.
    async fn send(&mut self, patch: Patch) {
        if let Some(held) = &self.held {
            self.app.form_turns.renew(held).await;
        }
        (self.flights, self.tried) = (self.flights + 1, true);
        let app = Arc::clone(&self.app);
        self.under_way.push(Box::pin(async move { Event::Told(sent(app, patch).await) }));
    }
}

async fn sent(app: Arc<App>, patch: Patch) -> Input {
    let Patch { send, guest, body, idempotency_key, sequence, .. } = patch;
    let failed = Input::SendFailed { send, unsent: false };
    let (Some(guest), Ok(seq)) = (GuestId::parse(&guest), i64::try_from(sequence)) else { return failed };
    let answered = |answer| Input::Response { send, answer };
    let checked = match Checked::read(body.as_bytes(), &app.config.patch_pointers) {
        Ok(checked) => checked,
        // It was kept under another configuration.
        Err(refusal) => {
            let (status, code) = (refusal.status.as_u16(), Some(refusal.code.to_owned()));
            return answered(Upstream { status, code, ..Upstream::default() });
        }
    };
    let key = HeaderValue::try_from(idempotency_key).ok();
    let precondition = Precondition { idempotency_key: key, ..Precondition::default() };
    let Ok(Outcome { answer, in_the_way }) = fenced::send(app, guest, seq, checked, precondition).await else { return failed };
    let sequence = in_the_way.and_then(|newest| u64::try_from(newest).ok());
    answered(match answer {
        None => Upstream { status: 200, sequence, ..Upstream::default() },
        Some(Ok(answer)) => {
            let pause = answer.retry_after();
            Upstream { status: answer.status, code: answer.code(), pause, sequence, ..Upstream::default() }
        }
        Some(Err(Error::Busy { retry_after })) => Upstream { status: 429, pause: Some(retry_after), ..Upstream::default() },
        Some(Err(_)) => return failed,
    })
}

/// The current key, as `/.well-known/jwks.json` has it.
async fn key_set(app: &App) -> KeySet {
    let keys = app.keys.sealing.fresh(&app.db, &app.keys.state).await;
    let text = |text: &str| Some(text.to_owned());
    let id = text(&keys.current().public.kid);
    let current = Listed { id, kind: text("EC"), curve: text("P-256"), usage: None, algorithm: None };
    KeySet { keys: vec![current], ..KeySet::default() }
}
