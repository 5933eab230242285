//! The webhooks' outbox.
//!
//! ```text
//!            put                 claim: due_at = end of the lease                 delivered               a day
//!  (no row) ─────► waiting ─────────────────────────────────────► (an attempt) ─────────────► delivered ─────────► (no row)
//!                     ▲                                               │ failed: due_at by the schedule
//!                     └───────────────────────────────────────────────┤
//!                     ▲ replay                                        │ the schedule is used up
//!                     └────────── dead ◄──────────────────────────────┘
//! ```
//! Of what was delivered the id stays for a while, so that a repeated write does not tell of it again with another body. A gateway
//! that is killed leaves its rows to the others when their leases end.

use guestsync_core::Millis;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, FromRow, Row};

use super::Db;
use super::millis::signed;

/// An event that was claimed.
#[derive(Debug, Clone)]
pub(crate) struct Claimed {
    pub(crate) id: String,
    /// Encrypted.
    pub(crate) body: String,
    /// Attempts before this one.
    pub(crate) attempts: i64,
}

/// An event as the operator sees it.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its id (`webhook-id`).
    pub id: String,
    /// Its type.
    pub kind: String,
    /// Whether it is given up until it is replayed.
    pub dead: bool,
    /// Attempts so far.
    pub attempts: i64,
    /// Why the last one failed; a stable code or a status.
    pub failure: Option<String>,
    /// When it happened, milliseconds since 1970.
    pub created_at: i64,
}

impl FromRow<'_, AnyRow> for Claimed {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self { id: row.try_get("id")?, body: row.try_get("body")?, attempts: row.try_get("attempts")? })
    }
}

impl FromRow<'_, AnyRow> for Waiting {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            dead: row.try_get::<String, _>("state")? == "dead",
            attempts: row.try_get("attempts")?,
            failure: row.try_get("failure")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

const PUT: &str = "INSERT INTO webhooks (id, kind, body, state, attempts, due_at, created_at, page_guest)
    VALUES ($1, $2, $3, $4, 0, $5, $5, $6) ON CONFLICT (id) DO NOTHING";
const COUNT_PAGES: &str = "SELECT (SELECT COUNT(*) FROM webhooks WHERE page_guest = $1) AS own,
    (SELECT COUNT(*) FROM webhooks WHERE page_guest IS NOT NULL) AS every_one";
const RELEASE_ALL: &str = "UPDATE webhooks SET owner = NULL, due_at = $2 WHERE owner = $1 AND state = 'waiting'";
const DELIVERED: &str =
    "UPDATE webhooks SET state = 'delivered', body = '', owner = NULL, failure = NULL, page_guest = NULL, due_at = $3
    WHERE id = $1 AND owner = $2";
const FAILED: &str = "UPDATE webhooks SET attempts = attempts + 1, due_at = $3, state = $4, failure = $5, owner = NULL
    WHERE id = $1 AND owner = $2";
const COUNT: &str = "SELECT state, COUNT(*) AS number FROM webhooks WHERE state IN ('waiting', 'dead') GROUP BY state";
const LIST: &str = "SELECT id, kind, state, attempts, failure, created_at FROM webhooks
    WHERE state IN ('waiting', 'dead') ORDER BY created_at, id";
const REPLAY: &str = "UPDATE webhooks SET state = 'waiting', attempts = 0, due_at = $2 WHERE state = 'dead' AND id = $1";
const REPLAY_ALL: &str = "UPDATE webhooks SET state = 'waiting', attempts = 0, due_at = $1 WHERE state = 'dead'";
const PURGE: &str = "DELETE FROM webhooks WHERE (state = 'dead' AND created_at < $1)
    OR (state = 'waiting' AND due_at < $1 AND EXISTS (SELECT 1 FROM webhook_endpoints))";
const PURGE_DELIVERED: &str = "DELETE FROM webhooks WHERE state = 'delivered' AND due_at < $1";
const DISABLED: &str = "SELECT disabled_at FROM webhook_endpoints WHERE id = $1";
const DISABLE: &str = "INSERT INTO webhook_endpoints (id, disabled_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
const ENABLE: &str = "DELETE FROM webhook_endpoints";

impl Db {
    /// Puts an event into the outbox, unless it is there already; `page` is the guest whose page told of it.
    pub(crate) async fn put_webhook(
        &self,
        id: &str,
        kind: &str,
        body: &str,
        dead: bool,
        page: Option<&str>,
        now: Millis,
    ) -> sqlx::Result<()> {
        let state = if dead { "dead" } else { "waiting" };
        let query = sqlx::query(PUT).bind(id).bind(kind).bind(body).bind(state).bind(signed(now)).bind(page);
        query.execute(&self.write).await.map(drop)
    }

    /// Claims events that are due, for as long as the lease lasts.
    pub(crate) async fn claim_webhooks(
        &self,
        owner: &str,
        most: i64,
        now: Millis,
        lease_ends: Millis,
    ) -> sqlx::Result<Vec<Claimed>> {
        let statement = format!(
            "UPDATE webhooks SET owner = $1, due_at = $2 WHERE id IN
                (SELECT id FROM webhooks WHERE state = 'waiting' AND due_at <= $3 ORDER BY due_at, id LIMIT $4 {})
             RETURNING id, body, attempts",
            self.skip_locked()
        );
        let query = sqlx::query_as(AssertSqlSafe(statement)).bind(owner).bind(signed(lease_ends)).bind(signed(now)).bind(most);
        query.fetch_all(&self.write).await
    }

    /// Gives back what a process that is gone had claimed.
    pub(crate) async fn release_webhooks_of(&self, owner: &str, now: Millis) -> sqlx::Result<()> {
        sqlx::query(RELEASE_ALL).bind(owner).bind(signed(now)).execute(&self.write).await.map(drop)
    }

    /// The receiver has it.
    pub(crate) async fn webhook_delivered(&self, id: &str, owner: &str, now: Millis) -> sqlx::Result<()> {
        sqlx::query(DELIVERED).bind(id).bind(owner).bind(signed(now)).execute(&self.write).await.map(drop)
    }

    /// The attempt failed: the next one is at `due`, or there is none.
    pub(crate) async fn webhook_failed(&self, id: &str, owner: &str, due: Option<Millis>, failure: &str) -> sqlx::Result<()> {
        let state = if due.is_some() { "waiting" } else { "dead" };
        let query = sqlx::query(FAILED).bind(id).bind(owner).bind(signed(due.unwrap_or_default())).bind(state).bind(failure);
        query.execute(&self.write).await.map(drop)
    }

    /// How many wait, and how many are dead.
    pub(crate) async fn count_webhooks(&self) -> sqlx::Result<(i64, i64)> {
        let (mut waiting, mut dead) = (0, 0);
        for row in sqlx::query(COUNT).fetch_all(&self.read).await? {
            let number: i64 = row.try_get("number")?;
            *(if row.try_get::<String, _>("state")? == "dead" { &mut dead } else { &mut waiting }) = number;
        }
        Ok((waiting, dead))
    }

    /// How many events are not delivered that this guest's page told of, and how many that any page did.
    pub(crate) async fn count_page_webhooks(&self, guest: &str) -> sqlx::Result<(i64, i64)> {
        let row = sqlx::query(COUNT_PAGES).bind(guest).fetch_one(&self.read).await?;
        Ok((row.try_get("own")?, row.try_get("every_one")?))
    }

    /// All events in the outbox that are not delivered, oldest first.
    pub(crate) async fn list_webhooks(&self) -> sqlx::Result<Vec<Waiting>> {
        sqlx::query_as(LIST).fetch_all(&self.read).await
    }

    /// Gives a dead event, or all of them, its whole schedule again; how many it were.
    pub(crate) async fn replay_webhooks(&self, id: Option<&str>, now: Millis) -> sqlx::Result<u64> {
        let query = match id {
            Some(id) => sqlx::query(REPLAY).bind(id).bind(signed(now)),
            None => sqlx::query(REPLAY_ALL).bind(signed(now)),
        };
        Ok(query.execute(&self.write).await?.rows_affected())
    }

    /// Removes events from before `before` that are dead, or were waiting when their receiver said that it is gone.
    pub(crate) async fn purge_webhooks(&self, before: Millis) -> sqlx::Result<()> {
        sqlx::query(PURGE).bind(signed(before)).execute(&self.write).await.map(drop)
    }

    /// Forgets what was delivered before `before`.
    pub(crate) async fn purge_delivered_webhooks(&self, before: Millis) -> sqlx::Result<()> {
        sqlx::query(PURGE_DELIVERED).bind(signed(before)).execute(&self.write).await.map(drop)
    }

    /// Whether a receiver has said that it is gone.
    pub(crate) async fn is_webhook_disabled(&self, endpoint: &str) -> sqlx::Result<bool> {
        Ok(sqlx::query(DISABLED).bind(endpoint).fetch_optional(&self.read).await?.is_some())
    }

    /// A receiver has said that it is gone.
    pub(crate) async fn disable_webhook(&self, endpoint: &str, now: Millis) -> sqlx::Result<()> {
        sqlx::query(DISABLE).bind(endpoint).bind(signed(now)).execute(&self.write).await.map(drop)
    }

    /// Receivers are asked again.
    pub(crate) async fn enable_webhooks(&self) -> sqlx::Result<u64> {
        Ok(sqlx::query(ENABLE).execute(&self.write).await?.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use crate::db::fresh::Fresh;

    #[tokio::test]
    async fn what_was_delivered_is_not_told_again_until_it_is_forgotten() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        db.put_webhook("id", "kind", "body", false, None, 1_000).await.unwrap();
        assert_eq!(db.claim_webhooks("one", 10, 1_000, 2_000).await.unwrap()[0].body, "body");
        db.webhook_delivered("id", "one", 1_500).await.unwrap();
        for before in [1_000, 1_500] {
            db.purge_delivered_webhooks(before).await.unwrap();
            db.put_webhook("id", "kind", "another body", false, None, 3_000).await.unwrap();
            assert!(db.claim_webhooks("one", 10, 9_000, 10_000).await.unwrap().is_empty());
            assert_eq!(db.replay_webhooks(None, 9_000).await.unwrap(), 0);
            assert_eq!(db.count_webhooks().await.unwrap(), (0, 0));
            assert!(db.list_webhooks().await.unwrap().is_empty());
        }
        db.purge_webhooks(9_000).await.unwrap();
        db.put_webhook("id", "kind", "another body", false, None, 9_000).await.unwrap();
        assert!(db.claim_webhooks("one", 10, 9_000, 10_000).await.unwrap().is_empty(), "still not told again");
        db.purge_delivered_webhooks(1_501).await.unwrap();
        db.put_webhook("id", "kind", "another body", false, None, 9_000).await.unwrap();
        assert_eq!(db.claim_webhooks("one", 10, 9_000, 10_000).await.unwrap()[0].body, "another body");
    }

    #[tokio::test]
    async fn what_a_process_that_is_gone_had_claimed_is_due_at_once() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        db.put_webhook("one", "kind", "body", false, None, 1_000).await.unwrap();
        db.claim_webhooks("gone", 10, 1_000, 9_000).await.unwrap();
        db.put_webhook("other", "kind", "body", false, None, 1_000).await.unwrap();
        db.claim_webhooks("alive", 10, 1_000, 9_000).await.unwrap();
        db.release_webhooks_of("gone", 2_000).await.unwrap();
        let due = db.claim_webhooks("next", 10, 2_000, 9_000).await.unwrap();
        assert_eq!(due.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["one"]);
    }

    #[tokio::test]
    async fn what_waits_for_a_receiver_that_is_gone_does_not_stay_for_ever() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        db.put_webhook("id", "kind", "body", false, None, 1_000).await.unwrap();
        db.purge_webhooks(2_000).await.unwrap();
        assert_eq!(db.count_webhooks().await.unwrap(), (1, 0), "nobody has said that it is gone");
        db.disable_webhook("endpoint", 1_000).await.unwrap();
        db.purge_webhooks(1_000).await.unwrap();
        assert_eq!(db.count_webhooks().await.unwrap(), (1, 0));
        db.purge_webhooks(2_000).await.unwrap();
        assert_eq!(db.count_webhooks().await.unwrap(), (0, 0));
    }
}
