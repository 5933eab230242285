//! Jobs: work that outlives the request that asked for it. [`crate::jobs`] is what the rest of the gateway uses.
#![allow(dead_code, reason = "what some kinds of work need and others do not")]

use guestsync_core::Millis;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, FromRow, Row};

use super::Db;
use super::millis::signed;

/// A job as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) open: bool,
    /// Encrypted.
    pub(crate) input: String,
    /// Encrypted.
    pub(crate) output: Option<String>,
    pub(crate) attempts: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl FromRow<'_, AnyRow> for Stored {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            state: row.try_get("state")?,
            open: row.try_get::<i64, _>("is_open")? != 0,
            input: row.try_get("input")?,
            output: row.try_get("output")?,
            attempts: row.try_get("attempts")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}

const COLUMNS: &str = "id, kind, state, is_open, input, output, attempts, created_at, updated_at";
const PUT: &str = "INSERT INTO jobs (id, kind, state, is_open, input, attempts, due_at, created_at, updated_at)
    VALUES ($1, $2, $3, 1, $4, 0, $5, $5, $5) ON CONFLICT (id) DO NOTHING";
const SAVE: &str = "UPDATE jobs SET state = $3, output = $4, due_at = $5, updated_at = $6
    WHERE id = $1 AND owner = $2 AND is_open = 1";
const RELEASE: &str = "UPDATE jobs SET due_at = $3, owner = NULL WHERE id = $1 AND owner = $2 AND is_open = 1";
const PASS: &str =
    "UPDATE jobs SET due_at = $3, owner = NULL, attempts = attempts - 1 WHERE id = $1 AND owner = $2 AND is_open = 1";
const PURGE: &str = "DELETE FROM jobs WHERE is_open = 0 AND updated_at < $1";
const RELEASE_ALL: &str = "UPDATE jobs SET due_at = $2, owner = NULL WHERE owner = $1 AND is_open = 1";
const FINISH: &str = "UPDATE jobs SET state = $3, output = $4, updated_at = $5, is_open = 0, owner = NULL
    WHERE id = $1 AND owner = $2 AND is_open = 1";
const RENEW: &str = "UPDATE jobs SET due_at = $3 WHERE id = $1 AND owner = $2 AND is_open = 1";
const COUNT_ENDED: &str = "SELECT COUNT(*) AS number, SUM(CASE WHEN state = $2 THEN 1 ELSE 0 END) AS matching FROM jobs
    WHERE kind = $1 AND (is_open = 0 OR state IN ($2, $3, $4))";
const COUNT_OPEN: &str = "SELECT COUNT(*) AS number FROM jobs WHERE is_open = 1";

impl Db {
    /// Writes a job down; `false` where there is one of that id.
    pub(crate) async fn put_job(&self, id: &str, kind: &str, state: &str, input: &str, now: Millis) -> sqlx::Result<bool> {
        let query = sqlx::query(PUT).bind(id).bind(kind).bind(state).bind(input).bind(signed(now));
        Ok(query.execute(&self.write).await?.rows_affected() > 0)
    }

    /// Claims an open job of this kind that nobody works on, for as long as the lease lasts.
    pub(crate) async fn claim_job(&self, kind: &str, owner: &str, now: Millis, until: Millis) -> sqlx::Result<Option<Stored>> {
        let statement = format!(
            "UPDATE jobs SET owner = $1, due_at = $2, attempts = attempts + 1 WHERE id IN
                (SELECT id FROM jobs WHERE is_open = 1 AND kind = $3 AND due_at <= $4 ORDER BY due_at, created_at, id LIMIT 1 {})
             RETURNING {COLUMNS}",
            self.skip_locked()
        );
        let query = sqlx::query_as(AssertSqlSafe(statement)).bind(owner).bind(signed(until)).bind(kind).bind(signed(now));
        query.fetch_optional(&self.write).await
    }

    /// Saves how far a job is and renews the lease; `false` where it is somebody else's now.
    pub(crate) async fn save_job(
        &self,
        id: &str,
        owner: &str,
        state: &str,
        output: Option<&str>,
        now: Millis,
        until: Millis,
    ) -> sqlx::Result<bool> {
        let query = sqlx::query(SAVE).bind(id).bind(owner).bind(state).bind(output).bind(signed(until)).bind(signed(now));
        Ok(query.execute(&self.write).await?.rows_affected() > 0)
    }

    /// Renews the lease; `false` where it is somebody else's now.
    pub(crate) async fn renew_job(&self, id: &str, owner: &str, until: Millis) -> sqlx::Result<bool> {
        Ok(sqlx::query(RENEW).bind(id).bind(owner).bind(signed(until)).execute(&self.write).await?.rows_affected() > 0)
    }

    /// Gives a job back: it may be claimed again from `due` on.
    pub(crate) async fn release_job(&self, id: &str, owner: &str, due: Millis) -> sqlx::Result<()> {
        sqlx::query(RELEASE).bind(id).bind(owner).bind(signed(due)).execute(&self.write).await.map(drop)
    }

    /// As [`Self::release_job`], and the claim does not count.
    pub(crate) async fn pass_job(&self, id: &str, owner: &str, due: Millis) -> sqlx::Result<()> {
        sqlx::query(PASS).bind(id).bind(owner).bind(signed(due)).execute(&self.write).await.map(drop)
    }

    /// Removes jobs that ended before `before`.
    pub(crate) async fn purge_jobs(&self, before: Millis) -> sqlx::Result<()> {
        sqlx::query(PURGE).bind(signed(before)).execute(&self.write).await.map(drop)
    }

    /// Gives back everything that a process had which is gone.
    pub(crate) async fn release_jobs_of(&self, owner: &str, now: Millis) -> sqlx::Result<()> {
        sqlx::query(RELEASE_ALL).bind(owner).bind(signed(now)).execute(&self.write).await.map(drop)
    }

    /// Ends a job; `false` where it is somebody else's now.
    pub(crate) async fn finish_job(
        &self,
        id: &str,
        owner: &str,
        state: &str,
        output: Option<&str>,
        now: Millis,
    ) -> sqlx::Result<bool> {
        let query = sqlx::query(FINISH).bind(id).bind(owner).bind(state).bind(output).bind(signed(now));
        Ok(query.execute(&self.write).await?.rows_affected() > 0)
    }

    /// A job.
    pub(crate) async fn job(&self, id: &str) -> sqlx::Result<Option<Stored>> {
        let statement = format!("SELECT {COLUMNS} FROM jobs WHERE id = $1");
        sqlx::query_as(AssertSqlSafe(statement)).bind(id).fetch_optional(&self.read).await
    }

    /// The newest jobs of a kind.
    pub(crate) async fn list_jobs(&self, kind: &str, most: i64) -> sqlx::Result<Vec<Stored>> {
        let statement = format!("SELECT {COLUMNS} FROM jobs WHERE kind = $1 ORDER BY created_at DESC, id LIMIT $2");
        sqlx::query_as(AssertSqlSafe(statement)).bind(kind).bind(most).fetch_all(&self.read).await
    }

    /// The newest jobs of all kinds, or the newest open ones.
    pub(crate) async fn list_all_jobs(&self, only_open: bool, most: i64) -> sqlx::Result<Vec<Stored>> {
        let statement = format!("SELECT {COLUMNS} FROM jobs WHERE is_open >= $1 ORDER BY created_at DESC, id LIMIT $2");
        sqlx::query_as(AssertSqlSafe(statement)).bind(i64::from(only_open)).bind(most).fetch_all(&self.read).await
    }

    /// How many jobs of a kind are in the first of these states, and how many are in one of them, closed or not, or closed.
    pub(crate) async fn count_ended_jobs(&self, kind: &str, [first, second, third]: [&str; 3]) -> sqlx::Result<(i64, i64)> {
        let query = sqlx::query(COUNT_ENDED).bind(kind).bind(first).bind(second).bind(third);
        let row = query.fetch_one(&self.read).await?;
        let matching: Option<i64> = row.try_get("matching")?;
        Ok((matching.unwrap_or_default(), row.try_get("number")?))
    }

    /// How many jobs are open.
    pub(crate) async fn count_open_jobs(&self) -> sqlx::Result<i64> {
        sqlx::query(COUNT_OPEN).fetch_one(&self.read).await?.try_get("number")
    }
}
