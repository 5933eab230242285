//! The organisation's token at rest: encrypted, one row for each OAuth client. Whoever shares the database shares it: of several
//! processes one fetches it, the others wait for that.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use guestsync_core::{Millis, Sensitive};
use guestsync_genesys::Settings;
use guestsync_genesys::oauth::{Stored, TokenStore};
use sha2::{Digest, Sha256};

use crate::db::Db;
use crate::keys::{KeyError, StateKey};
use crate::{clock, text};

/// How long one process may take to fetch a token before another tries.
const FETCH_LEASE: Millis = 30_000;
/// How often one that waits for another looks whether it is done.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Where a process finds the token.
pub(crate) struct Tokens {
    db: Db,
    key: Arc<StateKey>,
    name: String,
    owner: String,
}

impl Tokens {
    /// Of the client that `settings` name; by `owner` the database knows this process.
    pub(crate) fn new(db: Db, key: Arc<StateKey>, settings: &Settings, owner: String) -> Self {
        Self { db, key, name: name(settings), owner }
    }

    async fn read(&self) -> Option<Stored> {
        let text = self.db.secret(&self.name).await.ok()??;
        let secret = self.key.decrypt(&self.name, &text)?;
        let (expires_at, value) = std::str::from_utf8(&secret).ok()?.split_once(' ')?;
        Some(Stored { value: Sensitive::new(value.to_owned()), expires_at: expires_at.parse().ok()? })
    }

    async fn write(&self, token: &Stored) -> Result<(), KeyError> {
        let secret = Sensitive::new(format!("{} {}", token.expires_at, token.value.expose()));
        let text = self.key.encrypt(&self.name, secret.expose().as_bytes())?;
        Ok(self.db.put_secret(&self.name, &text, clock::now()).await?)
    }
}

impl TokenStore for Tokens {
    fn begin(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            loop {
                let now = clock::now();
                match self.db.take_lease(&self.name, &self.owner, now, now + FETCH_LEASE).await {
                    Ok(false) => tokio::time::sleep(LOOK_EVERY).await,
                    Ok(true) | Err(_) => return,
                }
            }
        })
    }

    fn end(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            // One that is not given back ends by itself.
            _ = self.db.give_lease_back(&self.name, &self.owner).await;
        })
    }

    fn load(&self) -> Pin<Box<dyn Future<Output = Option<Stored>> + Send + '_>> {
        Box::pin(self.read())
    }

    fn save(&self, token: Stored) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            if let Err(error) = self.write(&token).await {
                tracing::warn!(%error, "the organisation's token was not kept: it is fetched anew after a restart");
            }
        })
    }
}

fn name(settings: &Settings) -> String {
    let mut hash = Sha256::new();
    for part in [settings.token_url.as_str(), &settings.client_id, settings.scope.as_deref().unwrap_or_default()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    format!("oauth-token/{}", text::hex(&hash.finalize()[..8]))
}
