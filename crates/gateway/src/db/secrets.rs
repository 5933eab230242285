//! What is encrypted at rest. The database sees only the text that [`crate::keys::StateKey`] made of it.

use guestsync_core::Millis;
use sqlx::Row;

use super::Db;
use super::millis::signed;

const GET: &str = "SELECT value FROM secrets WHERE name = $1";
const LIST: &str = "SELECT name, value FROM secrets WHERE name LIKE $1 ORDER BY updated_at DESC, name DESC";
const PUT: &str = "INSERT INTO secrets (name, value, updated_at) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
const PUT_NEW: &str = "INSERT INTO secrets (name, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";

impl Db {
    /// One secret.
    pub(crate) async fn secret(&self, name: &str) -> sqlx::Result<Option<String>> {
        let row = sqlx::query(GET).bind(name).fetch_optional(&self.read).await?;
        row.map(|row| row.try_get("value")).transpose()
    }

    /// All secrets whose names begin with `prefix` (no `%` or `_` in it), newest first, with their names.
    pub(crate) async fn secrets(&self, prefix: &str) -> sqlx::Result<Vec<(String, String)>> {
        let rows = sqlx::query(LIST).bind(format!("{prefix}%")).fetch_all(&self.read).await?;
        rows.iter().map(|row| Ok((row.try_get("name")?, row.try_get("value")?))).collect()
    }

    /// Keeps a secret, replacing the one before.
    pub(crate) async fn put_secret(&self, name: &str, value: &str, now: Millis) -> sqlx::Result<()> {
        sqlx::query(PUT).bind(name).bind(value).bind(signed(now)).execute(&self.write).await.map(drop)
    }

    /// Keeps a secret unless there is one of that name.
    pub(crate) async fn put_new_secret(&self, name: &str, value: &str, now: Millis) -> sqlx::Result<()> {
        sqlx::query(PUT_NEW).bind(name).bind(value).bind(signed(now)).execute(&self.write).await.map(drop)
    }
}
