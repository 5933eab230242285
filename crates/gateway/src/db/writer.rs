//! The connections that write. A statement that changed something is a [`failpoint`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, TryFutureExt, TryStreamExt};
use sqlx::any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Either, Execute, Executor, SqlStr, Transaction};

use crate::failpoint;

/// For so long after a write nobody has to find out whether one succeeds.
const RECENT: Duration = Duration::from_secs(5);
/// Changes what nobody reads.
const PROBE: &str = "INSERT INTO leases (name, owner, ends_at) VALUES ('probe', '', 0)
    ON CONFLICT (name) DO UPDATE SET ends_at = 1 - leases.ends_at";

/// A pool for writing.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    pool: AnyPool,
    written: Arc<Written>,
}

/// When something was written last.
#[derive(Debug)]
struct Written {
    began: Instant,
    /// Milliseconds since then, and one; 0 where nothing was yet, or a write has failed since.
    last: AtomicU64,
}

impl Written {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    fn succeeded(&self) {
        self.last.store(self.now(), Ordering::Relaxed);
    }

    /// A row that was refused says nothing, so this only has whoever asks find out.
    fn failed(&self) {
        self.last.store(0, Ordering::Relaxed);
    }

    fn is_recent(&self) -> bool {
        let last = self.last.load(Ordering::Relaxed);
        last > 0 && Duration::from_millis(self.now().saturating_sub(last)) < RECENT
    }
}

impl Writer {
    pub(super) fn new(pool: AnyPool) -> Self {
        Self { pool, written: Arc::new(Written { began: Instant::now(), last: AtomicU64::new(0) }) }
    }

    /// Whether it takes writes: one succeeded a moment ago and none has failed since, or one does now.
    pub(super) async fn works(&self) -> bool {
        if self.written.is_recent() {
            return true;
        }
        let works = self.pool.execute(PROBE).await.is_ok();
        if works {
            self.written.succeeded();
        }
        works
    }

    /// A connection for several statements.
    pub(super) async fn acquire(&self) -> sqlx::Result<PoolConnection<Any>> {
        self.pool.acquire().await
    }

    /// Begins what is written whole or not at all.
    pub(super) async fn begin(&self) -> sqlx::Result<Transaction<'static, Any>> {
        self.pool.begin().await
    }

    /// Makes it last.
    pub(super) async fn commit(&self, transaction: Transaction<'static, Any>) -> sqlx::Result<()> {
        let committed = transaction.commit().await.inspect_err(|_| self.written.failed());
        committed.inspect(|()| {
            self.written.succeeded();
            failpoint::pass();
        })
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

impl<'p> Executor<'p> for &'p Writer {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Either<AnyQueryResult, AnyRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let changed = |step: &Either<AnyQueryResult, AnyRow>| matches!(step, Either::Left(done) if done.rows_affected() > 0);
        let told = self.pool.fetch_many(query).inspect_err(|_| self.written.failed());
        Box::pin(told.inspect_ok(move |step| {
            if changed(step) {
                self.written.succeeded();
                failpoint::pass();
            }
        }))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let told = self.pool.fetch_optional(query).inspect_err(|_| self.written.failed());
        told.inspect_ok(|row| row.iter().for_each(|_| failpoint::pass())).boxed()
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [AnyTypeInfo]) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
    where
        'p: 'e,
    {
        self.pool.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<sqlx::Describe<Any>>>
    where
        'p: 'e,
    {
        self.pool.describe(sql)
    }
}

#[cfg(test)]
mod tests {
    use crate::db::fresh::Fresh;

    #[tokio::test]
    async fn a_database_that_takes_no_writes_is_not_ready_until_it_does() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        if db.is_shared() {
            return;
        }
        assert!(db.ping().await);
        // As a full disk does it, each write of the one connection that writes fails, and reading goes on.
        sqlx::query("PRAGMA query_only = ON").execute(&db.write).await.unwrap();
        assert!(db.put_audit_head("gateway", &crate::audit::chain::Head { seq: 1, hash: String::new() }, 1).await.is_err());
        for _ in 0..2 {
            assert!(!db.ping().await);
        }
        sqlx::query("PRAGMA query_only = OFF").execute(&db.write).await.unwrap();
        assert!(db.ping().await, "nobody else has to write first");
    }

    #[tokio::test]
    async fn without_a_write_it_is_noticed_in_a_moment_too() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        if db.is_shared() {
            return;
        }
        sqlx::query("PRAGMA query_only = ON").execute(&db.write).await.unwrap();
        let noticed = async { while db.ping().await {} };
        assert!(tokio::time::timeout(4 * super::RECENT, noticed).await.is_ok());
    }

    #[tokio::test]
    async fn a_row_that_is_refused_says_nothing_of_the_database() {
        let fresh = Fresh::open().await;
        let db = &fresh.db;
        assert!(db.ping().await);
        let insert = "INSERT INTO gateways (owner, seen_at) VALUES ('one', NULL)";
        assert!(sqlx::query(insert).execute(&db.write).await.is_err());
        assert!(db.ping().await);
    }
}
