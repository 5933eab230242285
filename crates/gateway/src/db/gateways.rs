//! Which gateways run.

use guestsync_core::Millis;
use sqlx::Row;

use super::Db;
use super::millis::signed;

const SEEN: &str = "INSERT INTO gateways (owner, seen_at) VALUES ($1, $2)
    ON CONFLICT (owner) DO UPDATE SET seen_at = excluded.seen_at";
const COUNT: &str = "SELECT COUNT(*) AS number FROM gateways WHERE seen_at > $1";
const GONE: &str = "DELETE FROM gateways WHERE owner = $1 OR seen_at < $2";
/// Rows of gateways that did not say that they ended.
const KEPT: Millis = 60 * 60 * 1_000;

impl Db {
    /// Notes that a gateway runs; how many were seen since.
    pub(crate) async fn gateway_runs(&self, owner: &str, now: Millis, since: Millis) -> sqlx::Result<u64> {
        sqlx::query(SEEN).bind(owner).bind(signed(now)).execute(&self.write).await?;
        let number: i64 = sqlx::query(COUNT).bind(signed(since)).fetch_one(&self.read).await?.try_get("number")?;
        Ok(u64::try_from(number).unwrap_or(1))
    }

    /// Notes that a gateway ends.
    pub(crate) async fn gateway_ends(&self, owner: &str, now: Millis) -> sqlx::Result<()> {
        sqlx::query(GONE).bind(owner).bind(signed(now.saturating_sub(KEPT))).execute(&self.write).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use crate::db::fresh::Fresh;

    #[tokio::test]
    async fn gateways_are_counted_until_they_end_or_are_not_seen_any_more() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        assert_eq!(db.gateway_runs("one", 10_000, 5_000).await.unwrap(), 1);
        assert_eq!(db.gateway_runs("other", 10_500, 5_500).await.unwrap(), 2);
        assert_eq!(db.gateway_runs("one", 16_000, 11_000).await.unwrap(), 1);
        db.gateway_ends("one", 16_000).await.unwrap();
        assert_eq!(db.gateway_runs("third", 16_000, 5_500).await.unwrap(), 2);
    }
}
