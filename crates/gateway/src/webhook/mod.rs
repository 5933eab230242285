//! Webhooks: what happened to a guest or a job is told to one receiver, at least once, signed.
//!
//! ```text
//!  emit ──► outbox (database) ──► deliver ──► guard (which addresses) ──► the receiver
//!                 ▲                  │ failed: again by the schedule, then dead until it is replayed
//!                 └──────────────────┘
//! ```
//! From anywhere: `app.webhooks.emit(Event::new("channel.provisioned", body)).await?`. When that returns the event is durable; a gateway
//! delivers it, this one or another. An event whose [`Event::id`] is made from what it tells is there once, however often it is emitted.
//! Without a configured receiver `emit` does nothing, so that callers need not ask.
//!
//! - [`sign`]: Standard Webhooks signatures;
//! - [`schedule`]: when what is repeated;
//! - [`target`]: which address a receiver may have, as it is written; [`guard`]: as its name resolves;
//! - [`deliver`]: the work.

pub(crate) mod deliver;
mod guard;
mod schedule;
mod sign;
pub(crate) mod target;

use std::sync::Arc;
use std::time::Duration;

use guestsync_core::Sensitive;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use url::Url;

use crate::db::Db;
use crate::keys::state_key::random;
use crate::keys::{KeyError, Keys};
use crate::{clock, text};

pub use crate::db::webhooks::Waiting;
pub use guard::is_global;
pub(crate) use sign::SigningKey;
pub use target::Allowed;

/// Events that one guest's pages may have told of and that are not delivered.
const MOST_OF_PAGE: i64 = 100;
/// The same of all guests.
const MOST_OF_PAGES: i64 = 10_000;

/// The receiver.
#[derive(Debug, Clone)]
pub struct WebhookConfig {
    pub(crate) url: Url,
    pub(crate) secret: Sensitive<String>,
    pub(crate) allowed: Allowed,
    pub(crate) time_limit: Duration,
}

impl WebhookConfig {
    /// A receiver; `None` where its address is not allowed or the secret (`whsec_` and 24 to 64 bytes in base64) is none.
    #[must_use]
    pub fn new(url: &str, secret: &str, allowed: Allowed, time_limit: Duration) -> Option<Self> {
        let url = allowed.target(url)?;
        SigningKey::parse(secret)?;
        Some(Self { url, secret: Sensitive::new(secret.to_owned()), allowed, time_limit })
    }
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    id: Option<String>,
    kind: &'static str,
    body: Map<String, Value>,
    page: Option<String>,
}

impl Event {
    /// An event of this type; the type becomes the member `type` of its body.
    pub(crate) fn new(kind: &'static str, body: Map<String, Value>) -> Self {
        Self { id: None, kind, body, page: None }
    }

    /// A page of this guest's told of it.
    pub(crate) fn of_page(mut self, guest: &str) -> Self {
        self.page = Some(guest.to_owned());
        self
    }

    /// Gives it an id made from `parts`: emitted twice, it is one event. Without this the id is random.
    pub(crate) fn about(mut self, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in [&[self.kind], parts].concat() {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        self.id = Some(format!("msg_{}", text::hex(&hash.finalize()[..16])));
        self
    }
}

/// Why an event is not in the outbox.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// The database does not answer.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// No random numbers.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The outbox.
pub(crate) struct Webhooks {
    db: Db,
    keys: Arc<Keys>,
    owner: String,
    receiver: Option<Receiver>,
    changed: Notify,
}

struct Receiver {
    config: WebhookConfig,
    key: SigningKey,
    /// By this the database knows it.
    endpoint: String,
}

impl Webhooks {
    pub(crate) fn new(db: Db, keys: Arc<Keys>, owner: String, config: Option<&WebhookConfig>) -> Self {
        let receiver = config.and_then(|config| {
            let key = SigningKey::parse(config.secret.expose())?;
            let endpoint = text::hex(&Sha256::digest(config.url.as_str())[..16]);
            Some(Receiver { config: config.clone(), key, endpoint })
        });
        Self { db, keys, owner, receiver, changed: Notify::new() }
    }

    /// Whether anybody listens.
    pub(crate) fn is_on(&self) -> bool {
        self.receiver.is_some()
    }

    /// Whether a page of this guest's may tell of another event: what is not delivered yet is kept, and costs room.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn has_room(&self, guest: &str) -> sqlx::Result<bool> {
        if !self.is_on() {
            return Ok(true);
        }
        let (own, all) = self.db.count_page_webhooks(guest).await?;
        Ok(own < MOST_OF_PAGE && all < MOST_OF_PAGES)
    }

    /// Puts an event into the outbox and gives its id; `None` where nobody listens. An event for a receiver that is gone is dead from
    /// the start: it can be replayed once the receiver is enabled again.
    ///
    /// The body has the members `id` (the event's), `type` and those of the event.
    ///
    /// # Errors
    /// It is not there.
    pub(crate) async fn emit(&self, event: Event) -> Result<Option<String>, EmitError> {
        let Some(receiver) = &self.receiver else { return Ok(None) };
        let id = match event.id {
            Some(id) => id,
            None => format!("msg_{}", text::hex(random::<16>()?.as_ref())),
        };
        let mut body = event.body;
        body.insert("type".into(), event.kind.into());
        body.entry("id").or_insert_with(|| id.clone().into());
        let sealed = self.keys.state.encrypt(&place(&id), Value::Object(body).to_string().as_bytes())?;
        let gone = self.db.is_webhook_disabled(&receiver.endpoint).await?;
        self.db.put_webhook(&id, event.kind, &sealed, gone, event.page.as_deref(), clock::now()).await?;
        self.changed.notify_one();
        Ok(Some(id))
    }
}

fn place(id: &str) -> String {
    format!("webhook/{id}")
}
