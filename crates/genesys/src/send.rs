//! One authorised exchange, and one that does not give up at once.

use std::time::Duration;

use bytes::Bytes;
use guestsync_core::retry::{Policy, Verdict};
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;
use tracing::Instrument;

use crate::budget::{Call, Start};
use crate::http::Outgoing;
use crate::{Answer, Client, Error, watch};

/// Tries of one call at most, however short the waits between them.
const MAX_TRIES: u32 = 8;

/// Headers that a request has, those included that are added when it is sent: a table of this size does not have to grow.
const MOST_HEADERS: usize = 8;

/// A request without its credential.
pub(crate) struct Request<'a> {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
    start: Option<&'a Start>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(method: Method, path: String) -> Self {
        let mut headers = HeaderMap::with_capacity(MOST_HEADERS);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self { method, path, headers, body: Bytes::new(), start: None }
    }

    pub(crate) fn body(mut self, media: &'static str, body: Bytes) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        self.body = body;
        self
    }

    /// As part of a session's start.
    pub(crate) fn of(mut self, start: Option<&'a Start>) -> Self {
        self.start = start;
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: Option<HeaderValue>) -> Self {
        if let Some(value) = value {
            self.headers.insert(name, value);
        }
        self
    }
}

/// What a call took that is retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// Tries before the one that was answered.
    pub repeats: u32,
    /// The time that those took with the waits between them.
    pub before: Duration,
    /// The wait of the last try for the rate budget.
    pub waited: Duration,
    /// The time of the last try after that.
    pub latency: Duration,
}

impl Client {
    /// Sends once; after a 401 once more with a new token. A second 401 is [`Error::Unauthorized`], never an answer: it speaks of
    /// the organisation's token, not of the asker's. For a while after it, no 401 is a reason to ask for another token.
    ///
    /// Waits for the budget until `deadline`; then [`Error::Busy`].
    async fn exchange_by(&self, request: &Request<'_>, deadline: Instant) -> Result<Answer, Error> {
        let token = self.inner.bearer.token().await?;
        let answer = self.send(request, token.value.expose(), deadline).await?;
        if answer.verdict() != Verdict::Reauthorize {
            return Ok(answer);
        }
        self.inner.bearer.rejected(&token);
        let next = self.inner.bearer.token().await?;
        if next.generation == token.generation {
            return Err(Error::Unauthorized);
        }
        let answer = Box::pin(self.send(request, next.value.expose(), deadline)).await?;
        if answer.verdict() != Verdict::Reauthorize {
            self.inner.bearer.helped();
            return Ok(answer);
        }
        self.inner.bearer.did_not_help();
        Err(Error::Unauthorized)
    }

    /// As a browser's call: it waits for the budget as long as a browser may be kept waiting.
    pub(crate) async fn exchange(&self, request: &Request<'_>) -> Result<Answer, Error> {
        self.exchange_by(request, Instant::now() + self.inner.settings.browser_wait).await
    }

    /// As a call on the gateway's own account that its caller repeats: it waits for the budget as long as patience lasts.
    pub(crate) async fn exchange_patiently(&self, request: &Request<'_>) -> Result<Answer, Error> {
        self.exchange_by(request, Instant::now() + self.inner.settings.patience).await
    }

    /// Exchanges until the answer is 2xx, final, or the patience of the settings is used up. No request leaves before what
    /// `Retry-After` asked for.
    pub(crate) async fn insist(&self, request: &Request<'_>) -> Result<Answer, Error> {
        self.insist_measured(request).await.map(|(answer, _)| answer)
    }

    /// As [`Self::insist`]; also tells what it took.
    pub(crate) async fn insist_measured(&self, request: &Request<'_>) -> Result<(Answer, Effort), Error> {
        let started = Instant::now();
        let deadline = Instant::now() + self.inner.settings.patience;
        let mut tries = 0;
        loop {
            let tried = Instant::now();
            let outcome =
                tokio::time::timeout_at(deadline, self.exchange_by(request, deadline)).await.unwrap_or(Err(Error::Timeout));
            let (error, asked) = match outcome {
                Ok(answer) => match answer.verdict() {
                    Verdict::Done => {
                        let latency = tried.elapsed().saturating_sub(answer.waited);
                        let effort = Effort { repeats: tries, before: tried - started, waited: answer.waited, latency };
                        return Ok((answer, effort));
                    }
                    Verdict::Retry => (busy(&answer), answer.retry_after()),
                    Verdict::Reauthorize | Verdict::Rebase | Verdict::Final => {
                        return Err(Error::Refused { status: answer.status, code: answer.code().unwrap_or_default() });
                    }
                },
                Err(error @ (Error::Unreachable | Error::Timeout)) => (error, None),
                Err(error) => return Err(error),
            };
            let random = getrandom::u64().unwrap_or_default();
            let wait = match asked {
                Some(0) => Policy::SERVER.base,
                Some(asked) => asked,
                None => Policy::SERVER.delay(tries, random),
            };
            tries += 1;
            let wake = Instant::now() + Duration::from_millis(wait);
            if tries >= MAX_TRIES || wake >= deadline {
                return Err(error);
            }
            tracing::debug!(code = error.code(), tries, wait_ms = wait, "upstream call waits for its next try");
            tokio::time::sleep_until(wake).await;
        }
    }

    async fn send(&self, request: &Request<'_>, token: &str, deadline: Instant) -> Result<Answer, Error> {
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| Error::Malformed)?;
        bearer.set_sensitive(true);
        let asked = Instant::now();
        let Request { method, path, headers, body, start } = request;
        let call = watch::name(method, path);
        let permit = self.inner.queue.enter(Call::named(call), *start, deadline).await?;
        let started = Instant::now();
        let waited = started - asked;
        let span = tracing::debug_span!("upstream", call);
        let outgoing = Outgoing { method, path, headers, bearer: &bearer, body };
        let read = self.inner.http.exchange(&outgoing).instrument(span.clone());
        let answer = tokio::time::timeout(self.inner.settings.request_timeout, read).await.unwrap_or(Err(Error::Timeout));
        let (status, elapsed) = (answer.as_ref().ok().map(|answer| answer.status), started.elapsed());
        span.in_scope(|| tracing::debug!(status, ms = elapsed.as_millis(), waited_ms = waited.as_millis(), "answered"));
        if let Some(watch) = &self.inner.watch {
            watch.called(call, status, elapsed);
        }
        let mut answer = answer?;
        answer.waited = waited;
        permit.answered(&answer);
        Ok(answer)
    }
}

/// The error that stands if no further try is made.
fn busy(answer: &Answer) -> Error {
    match answer.status {
        429 => Error::Busy { retry_after: answer.pause() },
        status => Error::Unavailable { status },
    }
}
