//! Fences: a patch that arrives late must not undo a newer one.
//!
//! A sequence number is written down before its patch goes upstream and marked as applied once Genesys has taken it. While that is
//! not known (the answer was lost, the process was killed), the same number passes again and an older one does not.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use guestsync_genesys::call::GuestId;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, Row};

use super::Db;
use super::together::{MOST, Statements};

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

/// Undoes what a patch has set, unless a newer one, or its own repeat elsewhere, has set it since.
const RESTORE: &str = "UPDATE fences SET seq = $3, applied = $4 WHERE guest = $1 AND pointer = $2 AND seq = $5 AND applied = 0";

/// Sets several fences of one guest; none goes back.
static SET: LazyLock<Statements> = LazyLock::new(|| {
    let row = |at| format!("(${at}, ${}, ${}, ${})", at + 1, at + 2, at + 3);
    let after = "ON CONFLICT (guest, pointer) DO UPDATE SET seq = excluded.seq, applied = excluded.applied
        WHERE excluded.seq >= fences.seq";
    Statements::new("INSERT INTO fences (guest, pointer, seq, applied) VALUES", 4, row, after)
});

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

    /// Sets fences: all or none. One that is higher by now stays: whoever set it had the guest's turn after this one's had ended.
    pub(crate) async fn set_fences(&self, guest: &GuestId, fences: &BTreeMap<&str, Fence>) -> sqlx::Result<()> {
        let fences: Vec<(&str, Fence)> = fences.iter().map(|(pointer, fence)| (*pointer, *fence)).collect();
        match fences.as_slice() {
            [] => Ok(()),
            // One statement is a transaction by itself, and costs a third of one that is begun and ended.
            few if few.len() <= MOST => set(guest, few).execute(&self.write).await.map(drop),
            many => {
                let mut transaction = self.write.begin().await?;
                for some in many.chunks(MOST) {
                    set(guest, some).execute(&mut *transaction).await?;
                }
                self.write.commit(transaction).await
            }
        }
    }

    /// Puts back what was there before a patch with this number, which was not taken.
    pub(crate) async fn restore_fences(&self, guest: &GuestId, seq: i64, before: &BTreeMap<&str, Fence>) -> sqlx::Result<()> {
        let mut transaction = self.write.begin().await?;
        for (pointer, fence) in before {
            let query = sqlx::query(RESTORE).bind(guest.as_str()).bind(*pointer).bind(fence.seq).bind(i64::from(fence.applied));
            query.bind(seq).execute(&mut *transaction).await?;
        }
        self.write.commit(transaction).await
    }
}

fn set<'q>(guest: &'q GuestId, fences: &[(&'q str, Fence)]) -> Query<'q, Any, AnyArguments> {
    fences.iter().fold(sqlx::query(SET.of(fences.len())), |query, (pointer, fence)| {
        query.bind(guest.as_str()).bind(*pointer).bind(fence.seq).bind(i64::from(fence.applied))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::fresh::Fresh;

    #[tokio::test]
    async fn as_many_as_a_patch_can_touch_are_set_and_set_again() {
        let fresh = Fresh::open().await;
        let guest = GuestId::parse("guest").unwrap();
        let pointers: Vec<String> = (0..64).map(|n| format!("/{n}")).collect();
        for (number, seq) in [(0, 0), (1, 1), (5, 2), (MOST, 3), (MOST + 1, 4), (64, 5)] {
            let fence = Fence { seq, applied: seq % 2 == 0 };
            let fences = pointers[..number].iter().map(|pointer| (pointer.as_str(), fence)).collect();
            fresh.db.set_fences(&guest, &fences).await.unwrap();
            let stored = fresh.db.fences(&guest).await.unwrap();
            assert_eq!(stored.values().filter(|stored| **stored == fence).count(), number);
        }
        assert_eq!(fresh.db.newest_fence(&guest).await.unwrap(), Some(5));
    }

    #[tokio::test]
    async fn a_patch_that_ends_late_takes_nothing_back_that_a_newer_one_has_set() {
        let fresh = Fresh::open().await;
        let guest = GuestId::parse("guest").unwrap();
        let fence = |seq, applied| Fence { seq, applied };
        let all = |of: Fence| BTreeMap::from([("/a", of)]);
        let stored = async || fresh.db.fences(&guest).await.unwrap()["/a"];
        for (set, expected) in [
            (fence(1, false), fence(1, false)),
            (fence(2, false), fence(2, false)),
            (fence(1, true), fence(2, false)),
            (fence(2, true), fence(2, true)),
        ] {
            fresh.db.set_fences(&guest, &all(set)).await.unwrap();
            assert_eq!(stored().await, expected);
        }
        fresh.db.restore_fences(&guest, 1, &all(Fence::OPEN)).await.unwrap();
        fresh.db.restore_fences(&guest, 2, &all(Fence::OPEN)).await.unwrap();
        assert_eq!(stored().await, fence(2, true), "it was taken");
        fresh.db.set_fences(&guest, &all(fence(3, false))).await.unwrap();
        fresh.db.restore_fences(&guest, 3, &all(fence(2, true))).await.unwrap();
        assert_eq!(stored().await, fence(2, true));
    }

    #[test]
    fn a_number_passes_again_only_while_nobody_knows_whether_it_was_applied() {
        let unknown = Fence { seq: 5, applied: false };
        let applied = Fence { seq: 5, applied: true };
        assert!(!unknown.lets_pass(4) && unknown.lets_pass(5) && unknown.lets_pass(6));
        assert!(!applied.lets_pass(4) && !applied.lets_pass(5) && applied.lets_pass(6));
    }
}
