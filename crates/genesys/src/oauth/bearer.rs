//! The one organisation token: fetched once for all who wait, renewed ahead of its expiry, replaced after a refusal.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use guestsync_core::retry::{Policy, Verdict};
use guestsync_core::token::{Ask, Lifecycle, Token};
use guestsync_core::{Millis, Sensitive};
use tokio::sync::watch;

use super::refusal::reason;
use super::request::{self, Grant, Outcome};
use super::{Stored, TokenStore};
use crate::{Answer, Error, Settings, Watch};

/// Tries of one fetch.
const MAX_TRIES: u32 = 4;
/// Clocks that differ by less are the same.
const CLOCK_TOLERANCE: Millis = 30_000;
/// How long a failed fetch answers for those who ask next, so that a refused client does not ask once a request.
const FAILURE_HOLDS: Duration = Duration::from_secs(1);

/// How long no token is replaced after a new one that did not help, at first and at most: it doubles each time.
const REPLACED_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Holds the token and fetches it.
pub(crate) struct Bearer {
    http: reqwest::Client,
    settings: Settings,
    store: Option<Arc<dyn TokenStore>>,
    counts: Option<Arc<dyn Watch>>,
    epoch: Instant,
    state: Mutex<State>,
    rounds: watch::Sender<u64>,
    /// How far the server's clock is ahead of ours, in milliseconds.
    skew: AtomicI64,
}

#[derive(Default)]
struct State {
    life: Lifecycle,
    failed: Option<(Error, Instant)>,
    /// The value refused last: a stored copy of it is not taken again.
    refused: Option<Arc<Sensitive<String>>>,
    /// While new tokens are refused as well: when the next one may be asked for, and how long was waited for that.
    held: Option<(Instant, Duration)>,
}

impl State {
    fn failed_lately(&self) -> Option<Error> {
        self.failed.as_ref().filter(|(_, at)| at.elapsed() < FAILURE_HOLDS).map(|(error, _)| error.clone())
    }
}

impl Bearer {
    pub(crate) fn new(
        http: reqwest::Client,
        settings: &Settings,
        store: Option<Arc<dyn TokenStore>>,
        counts: Option<Arc<dyn Watch>>,
    ) -> Self {
        let rounds = watch::Sender::new(0);
        Self {
            http,
            settings: settings.clone(),
            store,
            counts,
            epoch: Instant::now(),
            state: Mutex::default(),
            rounds,
            skew: AtomicI64::new(0),
        }
    }

    /// A token that is good by what is known here.
    pub(crate) async fn token(self: &Arc<Self>) -> Result<Token, Error> {
        loop {
            let mut round = {
                let mut state = self.state();
                match state.life.ask(self.now()) {
                    Ask::Use(token) => return Ok(token),
                    Ask::UseAndFetch(token) => {
                        if state.failed_lately().is_some() {
                            state.life.failed();
                        } else {
                            self.start_fetch();
                        }
                        return Ok(token);
                    }
                    Ask::Fetch => {
                        if let Some(error) = state.failed_lately() {
                            state.life.failed();
                            return Err(error);
                        }
                        self.start_fetch();
                    }
                    Ask::Wait => {}
                }
                // Before whoever fetches can get hold of the state: the end of its round is not missed.
                self.rounds.subscribe()
            };
            // The sender lives in `self`, so this ends with the round.
            let _ = round.changed().await;
        }
    }

    /// The server refused this token: it is replaced, unless a new one did not help a moment ago.
    pub(crate) fn rejected(&self, token: &Token) {
        let mut state = self.state();
        if state.held.is_some_and(|(until, _)| Instant::now() < until) {
            return;
        }
        state.life.rejected(token.generation);
        state.refused = Some(token.value.clone());
    }

    /// The server took the new token after it had refused the old one.
    pub(crate) fn helped(&self) {
        self.state().held = None;
    }

    /// The server refused the new token as well. It stays in use: whatever is wrong, yet another one is no cure.
    pub(crate) fn did_not_help(&self) {
        let (mut state, now) = (self.state(), Instant::now());
        let (first, most) = REPLACED_AGAIN;
        let wait = match state.held {
            // Others who asked at the same time have said so already.
            Some((until, _)) if now < until => return,
            Some((_, wait)) => most.min(wait * 2),
            None => first,
        };
        state.held = Some((now + wait, wait));
    }

    /// Fetches in a task of its own: whoever asked may go away, the others still wait for it.
    fn start_fetch(self: &Arc<Self>) {
        let bearer = Arc::clone(self);
        tokio::spawn(async move {
            let asked_at = bearer.now();
            let outcome = bearer.fetch().await;
            {
                let mut state = bearer.state();
                match outcome {
                    Ok(grant) => {
                        state.failed = None;
                        state.life.fetched(asked_at, grant.value, grant.expires_in);
                    }
                    Err(error) => {
                        tracing::warn!(code = error.code(), "no organisation token");
                        state.failed = Some((error, Instant::now()));
                        state.life.failed();
                    }
                }
            }
            bearer.rounds.send_modify(|round| *round += 1);
        });
    }

    /// The token that another gateway has fetched, or a new one: of all who share the store, one asks.
    async fn fetch(&self) -> Result<Grant, Error> {
        if let Some(grant) = self.stored().await {
            return Ok(grant);
        }
        let Some(store) = &self.store else { return self.ask().await };
        store.begin().await;
        let outcome = match self.stored().await {
            Some(grant) => Ok(grant),
            None => self.ask().await,
        };
        store.end().await;
        outcome
    }

    async fn ask(&self) -> Result<Grant, Error> {
        let mut tries = 0;
        loop {
            if let Some(counts) = &self.counts {
                counts.token_asked();
            }
            let outcome = request::ask(&self.http, &self.settings, self.server_now()).await;
            let (error, asked) = match outcome {
                Ok(Outcome::Granted(grant)) => {
                    self.save(&grant).await;
                    return Ok(grant);
                }
                Ok(Outcome::Answered(answer)) => match (answer.status, answer.verdict()) {
                    (429, _) => {
                        let retry_after = answer.retry_after().unwrap_or(Policy::SERVER.base);
                        (Error::Busy { retry_after }, Some(retry_after))
                    }
                    // An assertion is dated: one refusal may mean that our clock is wrong, and the answer says what time it is.
                    (400 | 401, _) if self.settings.assertion.is_some() && self.learn_time(&answer) => continue,
                    (status, Verdict::Retry) => (Error::Unavailable { status }, answer.retry_after()),
                    (status, _) => return Err(Error::Credentials { status, reason: reason(&answer, &self.settings) }),
                },
                Err(error @ (Error::Unreachable | Error::Timeout)) => (error, None),
                Err(error) => return Err(error),
            };
            let wait = asked.unwrap_or_else(|| Policy::SERVER.delay(tries, getrandom::u64().unwrap_or_default()));
            tries += 1;
            if tries >= MAX_TRIES || Duration::from_millis(wait) > self.settings.patience {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }

    /// Milliseconds since 1970, by the server's clock as far as it is known.
    fn server_now(&self) -> Millis {
        wall().unwrap_or_default().saturating_add_signed(self.skew.load(Ordering::Relaxed))
    }

    /// Takes the server's time from an answer; whether that makes a difference to what was assumed.
    fn learn_time(&self, answer: &Answer) -> bool {
        let (Some(here), Some(there)) = (wall(), answer.date()) else { return false };
        let skew = i64::try_from(there).unwrap_or_default() - i64::try_from(here).unwrap_or_default();
        skew.abs_diff(self.skew.swap(skew, Ordering::Relaxed)) > CLOCK_TOLERANCE
    }

    async fn stored(&self) -> Option<Grant> {
        let stored = self.store.as_ref()?.load().await?;
        let left = stored.expires_at.checked_sub(wall()?).filter(|left| *left > 0)?;
        if self.state().refused.as_ref().is_some_and(|refused| refused.expose() == stored.value.expose()) {
            return None;
        }
        Some(Grant { value: stored.value, expires_in: Some(left as f64 / 1_000.0) })
    }

    async fn save(&self, grant: &Grant) {
        let (Some(store), Some(now)) = (&self.store, wall()) else { return };
        if let Some(seconds) = grant.expires_in.filter(|seconds| seconds.is_finite() && *seconds > 0.0) {
            let expires_at = now.saturating_add((seconds * 1_000.0) as Millis);
            store.save(Stored { value: grant.value.clone(), expires_at }).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Millis {
        Millis::try_from(self.epoch.elapsed().as_millis()).unwrap_or(Millis::MAX)
    }
}

fn wall() -> Option<Millis> {
    Millis::try_from(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}
