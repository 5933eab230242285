//! Processes on one database share the rate limit: each takes its part. Who they are is looked up every second: on a file, the
//! processes of its directory, each of which holds a lock there ([`owner`]), so that nothing is written; on PostgreSQL, those that
//! have written down lately that they run.

use std::path::PathBuf;
use std::time::Duration;

use guestsync_genesys::Client;

use crate::app::App;
use crate::db::Db;
use crate::{clock, owner};

/// How often others are looked for, and how many milliseconds after it was seen last a process is not counted any more.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const GONE_AFTER: u64 = 5_000;

/// A process's part.
#[derive(Clone)]
pub(crate) struct Sharing {
    pub(crate) db: Db,
    pub(crate) owner: String,
    pub(crate) directory: PathBuf,
    pub(crate) client: Client,
}

impl Sharing {
    /// That of an app's process.
    pub(crate) fn of(app: &App) -> Self {
        let (owner, directory) = (app.owner().to_owned(), app.directory.clone());
        Self { db: app.db.clone(), owner, directory, client: app.genesys.clone() }
    }

    /// Shares for as long as it is polled.
    pub(crate) async fn share(self) {
        let mut times = tokio::time::interval(LOOK_EVERY);
        loop {
            times.tick().await;
            self.once().await;
        }
    }

    /// Looks how many they are, and tells the others where they cannot see it.
    pub(crate) async fn once(&self) {
        match self.processes().await {
            Ok(processes) => self.client.share_budget(processes),
            Err(error) => tracing::warn!(%error, "how many share the rate limit is not known now"),
        }
    }

    async fn processes(&self) -> sqlx::Result<u64> {
        if !self.db.is_shared() {
            return Ok(owner::running(&self.directory));
        }
        let now = clock::now();
        self.db.gateway_runs(&self.owner, now, now.saturating_sub(GONE_AFTER)).await
    }

    /// Tells the others that this one ends.
    pub(crate) async fn end(&self) {
        if self.db.is_shared()
            && let Err(error) = self.db.gateway_ends(&self.owner, clock::now()).await
        {
            tracing::debug!(%error, "the others notice in a moment that this process has ended");
        }
    }
}
