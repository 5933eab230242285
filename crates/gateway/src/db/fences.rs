//! Fences: a patch that arrives late must not undo a newer one.
//!
//! A sequence number is written down before its patch goes upstream and marked as applied once Genesys has taken it. While that is
//! not known (the answer was lost, the process was killed), the same number passes again and an older one does not.

use std::collections::BTreeMap;

use guestsync_genesys::call::GuestId;
use sqlx::Row;

use super::Db;

/// The newest number seen for one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fence {
    pub(crate) seq: i64,
    pub(crate) applied: bool,
}

impl Fence {
    /// Lets every number pass.
    pub(crate) const OPEN: Self = Self { seq: -1, applied: true };

    /// Whether a patch with this number may still be applied.
    pub(crate) fn lets_pass(self, seq: i64) -> bool {
        seq > self.seq || (seq == self.seq && !self.applied)
    }
}

const ALL: &str = "SELECT pointer, seq, applied FROM fences WHERE guest = $1";
const NEWEST: &str = "SELECT MAX(seq) AS seq FROM fences WHERE guest = $1";
const SET: &str = "INSERT INTO fences (guest, pointer, seq, applied) VALUES ($1, $2, $3, $4)
    ON CONFLICT (guest, pointer) DO UPDATE SET seq = excluded.seq, applied = excluded.applied";

impl Db {
    /// The fences of a guest, by pointer.
    pub(crate) async fn fences(&self, guest: &GuestId) -> sqlx::Result<BTreeMap<String, Fence>> {
        let rows = sqlx::query(ALL).bind(guest.as_str()).fetch_all(&self.read).await?;
        let fence = |row: &sqlx::any::AnyRow| {
            let fence = Fence { seq: row.try_get("seq")?, applied: row.try_get::<i64, _>("applied")? != 0 };
            Ok((row.try_get("pointer")?, fence))
        };
        rows.iter().map(fence).collect()
    }

    /// The newest number seen for any member of a guest's.
    pub(crate) async fn newest_fence(&self, guest: &GuestId) -> sqlx::Result<Option<i64>> {
        sqlx::query(NEWEST).bind(guest.as_str()).fetch_one(&self.read).await?.try_get("seq")
    }

    /// Sets fences, whatever they were: all or none.
    pub(crate) async fn set_fences(&self, guest: &GuestId, fences: &BTreeMap<&str, Fence>) -> sqlx::Result<()> {
        if fences.is_empty() {
            return Ok(());
        }
        let mut transaction = self.write.begin().await?;
        for (pointer, fence) in fences {
            let query = sqlx::query(SET).bind(guest.as_str()).bind(*pointer).bind(fence.seq).bind(i64::from(fence.applied));
            query.execute(&mut *transaction).await?;
        }
        self.write.commit(transaction).await
    }
}

#[cfg(test)]
mod tests {
    use super::Fence;

    #[test]
    fn a_number_passes_again_only_while_nobody_knows_whether_it_was_applied() {
        let unknown = Fence { seq: 5, applied: false };
        let applied = Fence { seq: 5, applied: true };
        assert!(!unknown.lets_pass(4) && unknown.lets_pass(5) && unknown.lets_pass(6));
        assert!(!applied.lets_pass(4) && !applied.lets_pass(5) && applied.lets_pass(6));
    }
}
