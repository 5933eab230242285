//! Processes on one database share the rate limit: each tells the others every second that it runs, and takes its part.

use std::time::Duration;

use guestsync_genesys::Client;

use crate::clock;
use crate::db::Db;

/// How often a process is seen, and how many milliseconds after the last time it is not counted any more.
const SEEN_EVERY: Duration = Duration::from_secs(1);
const GONE_AFTER: u64 = 5_000;

/// Shares for as long as it is polled.
pub(crate) async fn share(db: Db, owner: String, client: Client) {
    let mut times = tokio::time::interval(SEEN_EVERY);
    loop {
        times.tick().await;
        once(&db, &owner, &client).await;
    }
}

/// Tells the others, and looks how many they are.
pub(crate) async fn once(db: &Db, owner: &str, client: &Client) {
    let now = clock::now();
    match db.gateway_runs(owner, now, now.saturating_sub(GONE_AFTER)).await {
        Ok(processes) => client.share_budget(processes),
        Err(error) => tracing::warn!(%error, "how many share the rate limit is not known now"),
    }
}

/// Tells the others that this one ends.
pub(crate) async fn end(db: &Db, owner: &str) {
    if let Err(error) = db.gateway_ends(owner, clock::now()).await {
        tracing::debug!(%error, "the others notice in a moment that this process has ended");
    }
}
