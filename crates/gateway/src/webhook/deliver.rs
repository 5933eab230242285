//! Delivers what is due, until it is told to stop.
//!
//! One task claims as many events as may be under way; each is one request. What is under way when the gateway stops is finished; what
//! a killed gateway had claimed is due again when the lease ends, under the same id.

use std::sync::Arc;
use std::time::Duration;

use guestsync_core::Millis;
use guestsync_core::retry::retry_after;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Receiver, Webhooks, guard, place, schedule};
use crate::db::webhooks::Claimed;
use crate::{clock, failpoint};

/// Requests under way at once.
const AT_ONCE: usize = 32;
/// How often the outbox is looked at for what other gateways left.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What a lease lasts beyond the request's time limit.
const SPARE: Millis = 5_000;

/// Why an attempt failed, as the outbox notes it.
enum Failed {
    /// A status that is not 2xx, a redirect included.
    Status(u16, Option<Millis>),
    /// 410: the receiver wants no more.
    Gone,
    /// No answer.
    Error(&'static str),
}

/// Delivers until `stop` says so and what is under way has ended.
pub(crate) async fn run(webhooks: Arc<Webhooks>, mut stop: watch::Receiver<bool>) {
    let Some(receiver) = &webhooks.receiver else { return };
    let http = match client(receiver) {
        Ok(http) => http,
        Err(error) => return tracing::error!(%error, "webhooks cannot be delivered"),
    };
    let mut under_way = JoinSet::new();
    loop {
        while under_way.try_join_next().is_some() {}
        let room = AT_ONCE - under_way.len();
        let mut claimed = Vec::new();
        if room > 0 && !*stop.borrow() {
            claimed = webhooks.claim(receiver, room).await;
        }
        let all = !claimed.is_empty() && claimed.len() == room;
        for event in claimed {
            let (webhooks, http) = (Arc::clone(&webhooks), http.clone());
            under_way.spawn(async move { webhooks.attempt(&http, event).await });
        }
        if *stop.borrow() {
            while under_way.join_next().await.is_some() {}
            return;
        }
        if all || room == 0 {
            // There may be more: as soon as there is room.
            tokio::select! {
                _ = under_way.join_next() => {}
                _ = stop.changed() => {}
            }
            continue;
        }
        tokio::select! {
            () = webhooks.changed.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

fn client(receiver: &Receiver) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .timeout(receiver.config.time_limit)
        .user_agent(concat!("guestsync/", env!("CARGO_PKG_VERSION")));
    if receiver.config.allowed.private { builder } else { builder.dns_resolver(Arc::new(guard::Guarded::new())) }.build()
}

impl Webhooks {
    /// What is due now; nothing where the receiver is gone.
    async fn claim(&self, receiver: &Receiver, room: usize) -> Vec<Claimed> {
        let now = clock::now();
        let limit = Millis::try_from(receiver.config.time_limit.as_millis()).unwrap_or_default();
        let claimed = async {
            if self.db.is_webhook_disabled(&receiver.endpoint).await? {
                return Ok(Vec::new());
            }
            self.db.claim_webhooks(&self.owner, i64::try_from(room).unwrap_or(1), now, now + limit + SPARE).await
        };
        claimed.await.unwrap_or_else(|error: sqlx::Error| {
            tracing::warn!(%error, "the webhooks' outbox cannot be read");
            Vec::new()
        })
    }

    async fn attempt(&self, http: &reqwest::Client, event: Claimed) {
        let Some(receiver) = &self.receiver else { return };
        let outcome = match self.keys.state.decrypt(&place(&event.id), &event.body) {
            Some(body) => send(http, receiver, &event.id, body.to_vec()).await.inspect(|()| failpoint::pass()),
            None => Err(Failed::Error("state_key.other")),
        };
        if let Err(error) = self.settle(receiver, &event, outcome).await {
            tracing::warn!(%error, "a webhook's outcome was not noted: it is delivered again");
        }
    }

    async fn settle(&self, receiver: &Receiver, event: &Claimed, outcome: Result<(), Failed>) -> sqlx::Result<()> {
        let (failure, asked) = match outcome {
            Ok(()) => {
                tracing::debug!(id = event.id, "a webhook was delivered");
                return self.db.webhook_delivered(&event.id, &self.owner, clock::now()).await;
            }
            Err(Failed::Gone) => {
                tracing::error!("the webhook's receiver answered 410: it is asked no more until `guestsync hooks enable`");
                self.db.disable_webhook(&receiver.endpoint, clock::now()).await?;
                return self.db.webhook_failed(&event.id, &self.owner, None, "410").await;
            }
            Err(Failed::Status(status, asked)) => (status.to_string(), asked),
            Err(Failed::Error(code)) => (code.to_owned(), None),
        };
        let due = schedule::wait(event.attempts + 1, asked).map(|wait| clock::now() + wait);
        tracing::warn!(
            id = event.id,
            attempts = event.attempts + 1,
            failure,
            dead = due.is_none(),
            "a webhook was not delivered"
        );
        self.db.webhook_failed(&event.id, &self.owner, due, &failure).await
    }
}

async fn send(http: &reqwest::Client, receiver: &Receiver, id: &str, body: Vec<u8>) -> Result<(), Failed> {
    let now = clock::now();
    let timestamp = now / 1_000;
    let request = http
        .post(receiver.config.url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", receiver.key.sign(id, timestamp, &body))
        .body(body);
    let response = request.send().await.map_err(|error| {
        Failed::Error(match () {
            () if guard::is_refusal(&error) => "address.refused",
            () if error.is_timeout() => "timeout",
            () => "unreachable",
        })
    })?;
    match response.status().as_u16() {
        200..=299 => Ok(()),
        410 => Err(Failed::Gone),
        status => {
            let asked = response.headers().get(RETRY_AFTER).and_then(|value| retry_after(value.to_str().ok()?, now));
            Err(Failed::Status(status, asked))
        }
    }
}
