//! The heads of the audit chains, one for each gateway.

use guestsync_core::Millis;
use sqlx::Row;

use super::Db;
use super::millis::signed;
use crate::audit::chain::Head;

const GET: &str = "SELECT gateway, seq, hash FROM audit_heads WHERE gateway = $1";
const ALL: &str = "SELECT gateway, seq, hash FROM audit_heads ORDER BY updated_at DESC, gateway";
const PUT: &str = "INSERT INTO audit_heads (gateway, seq, hash, updated_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (gateway) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, updated_at = excluded.updated_at
    WHERE audit_heads.seq < excluded.seq";

fn head(row: &sqlx::any::AnyRow) -> sqlx::Result<(String, Head)> {
    let seq = u64::try_from(row.try_get::<i64, _>("seq")?).unwrap_or_default();
    Ok((row.try_get("gateway")?, Head { seq, hash: row.try_get("hash")? }))
}

impl Db {
    /// The head of a gateway's chain.
    pub(crate) async fn audit_head(&self, gateway: &str) -> sqlx::Result<Option<Head>> {
        let row = sqlx::query(GET).bind(gateway).fetch_optional(&self.read).await?;
        row.as_ref().map(head).transpose().map(|found| found.map(|(_, head)| head))
    }

    /// The heads of all gateways, the one that wrote last first.
    pub(crate) async fn audit_heads(&self) -> sqlx::Result<Vec<(String, Head)>> {
        sqlx::query(ALL).fetch_all(&self.read).await?.iter().map(head).collect()
    }

    /// Keeps the head of a gateway's chain.
    pub(crate) async fn put_audit_head(&self, gateway: &str, head: &Head, now: Millis) -> sqlx::Result<()> {
        let seq = i64::try_from(head.seq).unwrap_or(i64::MAX);
        sqlx::query(PUT).bind(gateway).bind(seq).bind(&head.hash).bind(signed(now)).execute(&self.write).await.map(drop)
    }
}
