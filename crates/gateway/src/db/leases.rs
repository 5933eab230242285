//! Leases: what only one gateway does at a time. A gateway that is killed loses its leases when they end.

use guestsync_core::Millis;

use super::Db;
use super::millis::signed;

const TAKE: &str = "INSERT INTO leases (name, owner, ends_at) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, ends_at = excluded.ends_at
    WHERE leases.ends_at <= $4 OR leases.owner = excluded.owner";
const RELEASE_ALL: &str = "DELETE FROM leases WHERE owner = $1";
const GIVE_BACK: &str = "DELETE FROM leases WHERE name = $1 AND owner = $2";

impl Db {
    /// Takes a lease that nobody else holds; `false` where somebody does.
    pub(crate) async fn take_lease(&self, name: &str, owner: &str, now: Millis, ends: Millis) -> sqlx::Result<bool> {
        let query = sqlx::query(TAKE).bind(name).bind(owner).bind(signed(ends)).bind(signed(now));
        Ok(query.execute(&self.write).await?.rows_affected() > 0)
    }

    /// Gives back what a process that is gone had taken.
    pub(crate) async fn release_leases_of(&self, owner: &str) -> sqlx::Result<()> {
        sqlx::query(RELEASE_ALL).bind(owner).execute(&self.write).await.map(drop)
    }

    /// Gives a lease back.
    pub(crate) async fn give_lease_back(&self, name: &str, owner: &str) -> sqlx::Result<()> {
        sqlx::query(GIVE_BACK).bind(name).bind(owner).execute(&self.write).await.map(drop)
    }
}
