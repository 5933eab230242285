//! Answers kept under their `Idempotency-Key`.
//!
//! ```text
//!            begin              keep               24 hours
//!  (no row) ───────► running ──────────► kept ──────────────► (no row)
//!      ▲                │ forget, or the lease ends
//!      └────────────────┘
//! ```
//! A row is written before its request runs, so of two that come at once one runs. The lease is for gateways that were killed: a
//! repeat then runs again, and Genesys, which gets the same key, tells whether it knows the request. So it is with an answer that has
//! gone because its guest has many newer ones.

use guestsync_core::Millis;

use super::Db;
use super::answer::Begun;
use super::answer_writes::{Begin, Keep};
use super::millis::signed;

const FORGET: &str = "DELETE FROM answers WHERE id = $1 AND request = $2";
const FORGET_RUNNING: &str = "DELETE FROM answers WHERE answer IS NULL";
const PURGE: &str = "DELETE FROM answers WHERE at < $1";

impl Db {
    /// Writes down that a request of a guest runs, or finds what there is under its key.
    pub(crate) async fn begin_answer(&self, guest: &str, id: &str, request: &str, now: Millis) -> sqlx::Result<Begun> {
        loop {
            let (guest, id, request) = (guest.to_owned(), id.to_owned(), request.to_owned());
            if let Some(begun) = self.begins.run(Begin { id, request, guest, now: signed(now) }).await? {
                return Ok(begun);
            }
        }
    }

    /// Keeps the answer of a request that ran; older ones of this guest may go.
    pub(crate) async fn keep_answer(
        &self,
        guest: &str,
        id: &str,
        request: &str,
        answer: String,
        now: Millis,
    ) -> sqlx::Result<()> {
        let (guest, id, request) = (guest.to_owned(), id.to_owned(), request.to_owned());
        self.keeps.run(Keep { id, request, guest, answer, now: signed(now) }).await
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
    use super::super::answer::KEPT_FOR;
    use super::*;
    use crate::db::answer_writes::{LEASE, MOST_ANSWERS};
    use crate::db::fresh::Fresh;

    const DAY: Millis = KEPT_FOR;

    #[tokio::test]
    async fn an_answer_is_kept_for_a_day_and_for_its_request_only() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        assert_eq!(db.begin_answer("guest", "id", "request", DAY).await.unwrap(), Begun::Run);
        assert_eq!(db.begin_answer("guest", "id", "request", DAY).await.unwrap(), Begun::Running);
        assert_eq!(db.begin_answer("guest", "id", "other", DAY).await.unwrap(), Begun::Mismatch);
        db.keep_answer("guest", "id", "request", "answer".into(), DAY).await.unwrap();
        assert_eq!(db.begin_answer("guest", "id", "request", 2 * DAY).await.unwrap(), Begun::Kept("answer".into()));
        assert_eq!(db.begin_answer("guest", "id", "other", 2 * DAY).await.unwrap(), Begun::Mismatch);
        assert_eq!(db.begin_answer("guest", "id", "other", 2 * DAY + 1).await.unwrap(), Begun::Run);
    }

    #[tokio::test]
    async fn a_request_whose_gateway_is_gone_runs_again_and_no_other_takes_its_key() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        assert_eq!(db.begin_answer("guest", "id", "request", DAY).await.unwrap(), Begun::Run);
        assert_eq!(db.begin_answer("guest", "id", "request", DAY + LEASE).await.unwrap(), Begun::Running);
        assert_eq!(db.begin_answer("guest", "id", "other", DAY + LEASE + 1).await.unwrap(), Begun::Mismatch);
        assert_eq!(db.begin_answer("guest", "id", "request", DAY + LEASE + 1).await.unwrap(), Begun::Run);
    }

    #[tokio::test]
    async fn what_is_forgotten_or_purged_is_gone() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        assert_eq!(db.begin_answer("guest", "id", "request", DAY).await.unwrap(), Begun::Run);
        db.forget_answer("id", "request").await.unwrap();
        assert_eq!(db.begin_answer("guest", "id", "other", DAY).await.unwrap(), Begun::Run);
        db.keep_answer("guest", "id", "other", "answer".into(), DAY).await.unwrap();
        db.purge_answers(DAY + 1).await.unwrap();
        assert_eq!(db.begin_answer("guest", "id", "request", DAY).await.unwrap(), Begun::Run);
    }

    #[tokio::test]
    async fn of_several_that_come_at_once_under_one_key_one_runs() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        let begin = |n: usize| db.begin_answer("guest", "id", if n % 4 == 3 { "other" } else { "request" }, DAY);
        let mut all = futures_util::future::join_all((0..12).map(begin)).await.into_iter().map(Result::unwrap);
        assert_eq!(all.next(), Some(Begun::Run));
        assert!((1..).zip(all).all(|(n, begun)| begun == if n % 4 == 3 { Begun::Mismatch } else { Begun::Running }));
    }

    /// How many of these are still kept.
    async fn kept(db: &Db, guest: &str, ids: impl Iterator<Item = usize>) -> usize {
        let found = ids.map(async |n| db.begin_answer(guest, &format!("{guest}-{n}"), "request", DAY + 1_000).await.unwrap());
        let found = futures_util::future::join_all(found).await;
        found.iter().filter(|begun| matches!(begun, Begun::Kept(_))).count()
    }

    async fn fill(db: &Db, guest: &str, ids: std::ops::Range<usize>, answer: &str) {
        for n in ids {
            let (id, at) = (format!("{guest}-{n}"), DAY + n as Millis);
            assert_eq!(db.begin_answer(guest, &id, "request", at).await.unwrap(), Begun::Run);
            db.keep_answer(guest, &id, "request", answer.to_owned(), at).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_guest_that_fills_the_table_loses_its_own_oldest_answers_only() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        fill(db, "other", 0..3, "answer").await;
        let most = usize::try_from(MOST_ANSWERS).unwrap();
        fill(db, "many", 0..2 * most, "answer").await;
        assert_eq!(kept(db, "many", most..2 * most).await, most);
        assert_eq!(kept(db, "many", 0..most).await, 0);
        let large = "x".repeat(500_000);
        fill(db, "large", 0..20, &large).await;
        let left = kept(db, "large", 0..20).await;
        assert!((8..=10).contains(&left) && kept(db, "large", 20 - left..20).await == left, "{left}");
        assert_eq!(kept(db, "other", 0..3).await, 3);
    }
}
