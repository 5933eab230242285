//! The connections that write. A statement that changed something is a [`failpoint`].

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, TryFutureExt, TryStreamExt};
use sqlx::any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Either, Execute, Executor, SqlStr, Transaction};

use crate::failpoint;

/// A pool for writing.
#[derive(Debug, Clone)]
pub(crate) struct Writer(AnyPool);

impl Writer {
    pub(super) const fn new(pool: AnyPool) -> Self {
        Self(pool)
    }

    /// A connection for several statements.
    pub(super) async fn acquire(&self) -> sqlx::Result<PoolConnection<Any>> {
        self.0.acquire().await
    }

    /// Begins what is written whole or not at all.
    pub(super) async fn begin(&self) -> sqlx::Result<Transaction<'static, Any>> {
        self.0.begin().await
    }

    /// Makes it last.
    pub(super) async fn commit(&self, transaction: Transaction<'static, Any>) -> sqlx::Result<()> {
        transaction.commit().await.inspect(|()| failpoint::pass())
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }
}

impl<'p> Executor<'p> for &Writer {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Either<AnyQueryResult, AnyRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let changed = |step: &Either<AnyQueryResult, AnyRow>| matches!(step, Either::Left(done) if done.rows_affected() > 0);
        Box::pin(self.0.fetch_many(query).inspect_ok(move |step| {
            if changed(step) {
                failpoint::pass();
            }
        }))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        self.0.fetch_optional(query).inspect_ok(|row| row.iter().for_each(|_| failpoint::pass())).boxed()
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [AnyTypeInfo]) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
    where
        'p: 'e,
    {
        self.0.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<sqlx::Describe<Any>>>
    where
        'p: 'e,
    {
        self.0.describe(sql)
    }
}
