//! Answers kept under their `Idempotency-Key`.
//!
//! ```text
//!            begin              keep               24 hours
//!  (no row) ───────► running ──────────► kept ──────────────► (no row)
//!      ▲                │ forget, or the lease ends
//!      └────────────────┘
//! ```
//! A row is written before its request runs, so of two that come at once one runs. The lease is for gateways that were killed: a
//! repeat then runs again, and Genesys, which gets the same key, tells whether it knows the request.

use guestsync_core::Millis;
use sqlx::Row;

use super::Db;
use super::sessions::signed;

/// How long an answer is kept.
pub(crate) const KEPT_FOR: Millis = 24 * 60 * 60 * 1_000;
/// How long a request counts as running; longer than any takes.
const LEASE: Millis = 60 * 1_000;

/// What a request under a key meets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// Nothing: it runs, and [`Db::keep_answer`] or [`Db::forget_answer`] follows.
    Run,
    /// The same request, still running.
    Running,
    /// The same request, answered before: the answer as it was kept.
    Kept(String),
    /// Another request.
    Mismatch,
}

const BEGIN: &str = "INSERT INTO answers (id, request, answer, at) VALUES ($1, $2, NULL, $3)
    ON CONFLICT (id) DO UPDATE SET request = excluded.request, answer = NULL, at = excluded.at
    WHERE answers.at < $4 OR (answers.answer IS NULL AND answers.request = excluded.request AND answers.at < $5)";
const FIND: &str = "SELECT request, answer FROM answers WHERE id = $1";
const KEEP: &str = "UPDATE answers SET answer = $3, at = $4 WHERE id = $1 AND request = $2";
const FORGET: &str = "DELETE FROM answers WHERE id = $1 AND request = $2";
const FORGET_RUNNING: &str = "DELETE FROM answers WHERE answer IS NULL";
const PURGE: &str = "DELETE FROM answers WHERE at < $1";

impl Db {
    /// Writes down that a request runs, or finds what there is under its key.
    pub(crate) async fn begin_answer(&self, id: &str, request: &str, now: Millis) -> sqlx::Result<Begun> {
        loop {
            if let Some(begun) = self.begin_or_find(id, request, now).await? {
                return Ok(begun);
            }
        }
    }

    /// `None` where the row that was in the way has gone before it was read, which PostgreSQL lets happen.
    async fn begin_or_find(&self, id: &str, request: &str, now: Millis) -> sqlx::Result<Option<Begun>> {
        let mut transaction = self.write.begin().await?;
        let (expired, lapsed) = (now.saturating_sub(KEPT_FOR), now.saturating_sub(LEASE));
        let begin = sqlx::query(BEGIN).bind(id).bind(request).bind(signed(now)).bind(signed(expired)).bind(signed(lapsed));
        if begin.execute(&mut *transaction).await?.rows_affected() > 0 {
            transaction.commit().await?;
            return Ok(Some(Begun::Run));
        }
        let row = sqlx::query(FIND).bind(id).fetch_optional(&mut *transaction).await?;
        transaction.commit().await?;
        let Some(row) = row else { return Ok(None) };
        if row.try_get::<String, _>("request")? != request {
            return Ok(Some(Begun::Mismatch));
        }
        Ok(Some(row.try_get::<Option<String>, _>("answer")?.map_or(Begun::Running, Begun::Kept)))
    }

    /// Keeps the answer of a request that ran.
    pub(crate) async fn keep_answer(&self, id: &str, request: &str, answer: &str, now: Millis) -> sqlx::Result<()> {
        let query = sqlx::query(KEEP).bind(id).bind(request).bind(answer).bind(signed(now));
        query.execute(&self.write).await.map(drop)
    }

    /// Forgets a request: its answer is not one to keep, or cannot be read.
    pub(crate) async fn forget_answer(&self, id: &str, request: &str) -> sqlx::Result<()> {
        sqlx::query(FORGET).bind(id).bind(request).execute(&self.write).await.map(drop)
    }

    /// Forgets what ran when the process before was killed. To be called by the gateway that serves, before it does: a database file
    /// has one gateway, so nothing else runs; of a shared database others may be using, leases end by themselves.
    pub(crate) async fn forget_running(&self) -> sqlx::Result<()> {
        if self.is_shared() {
            return Ok(());
        }
        sqlx::query(FORGET_RUNNING).execute(&self.write).await.map(drop)
    }

    /// Removes answers from before `before`.
    pub(crate) async fn purge_answers(&self, before: Millis) -> sqlx::Result<()> {
        sqlx::query(PURGE).bind(signed(before)).execute(&self.write).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::fresh::Fresh;

    const DAY: Millis = KEPT_FOR;

    #[tokio::test]
    async fn an_answer_is_kept_for_a_day_and_for_its_request_only() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        assert_eq!(db.begin_answer("id", "request", DAY).await.unwrap(), Begun::Run);
        assert_eq!(db.begin_answer("id", "request", DAY).await.unwrap(), Begun::Running);
        assert_eq!(db.begin_answer("id", "other", DAY).await.unwrap(), Begun::Mismatch);
        db.keep_answer("id", "request", "answer", DAY).await.unwrap();
        assert_eq!(db.begin_answer("id", "request", 2 * DAY).await.unwrap(), Begun::Kept("answer".into()));
        assert_eq!(db.begin_answer("id", "other", 2 * DAY).await.unwrap(), Begun::Mismatch);
        assert_eq!(db.begin_answer("id", "other", 2 * DAY + 1).await.unwrap(), Begun::Run);
    }

    #[tokio::test]
    async fn a_request_whose_gateway_is_gone_runs_again_and_no_other_takes_its_key() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        assert_eq!(db.begin_answer("id", "request", DAY).await.unwrap(), Begun::Run);
        assert_eq!(db.begin_answer("id", "request", DAY + LEASE).await.unwrap(), Begun::Running);
        assert_eq!(db.begin_answer("id", "other", DAY + LEASE + 1).await.unwrap(), Begun::Mismatch);
        assert_eq!(db.begin_answer("id", "request", DAY + LEASE + 1).await.unwrap(), Begun::Run);
    }

    #[tokio::test]
    async fn what_is_forgotten_or_purged_is_gone() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        assert_eq!(db.begin_answer("id", "request", DAY).await.unwrap(), Begun::Run);
        db.forget_answer("id", "request").await.unwrap();
        assert_eq!(db.begin_answer("id", "other", DAY).await.unwrap(), Begun::Run);
        db.keep_answer("id", "other", "answer", DAY).await.unwrap();
        db.purge_answers(DAY + 1).await.unwrap();
        assert_eq!(db.begin_answer("id", "request", DAY).await.unwrap(), Begun::Run);
    }
}
