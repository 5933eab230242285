//! Group commit: what several requests write (or look for) at the same time is one statement and one transaction. What comes while one
//! runs goes with the next, and so does what comes within two milliseconds of it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sqlx::error::ErrorKind;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Rows of one statement at most. Each number of rows is a statement of its own, and connections keep only so many prepared.
pub(super) const MOST: usize = 32;
/// The least between two statements where fewer wait: under load items gather, and one that comes alone does not wait.
const PAUSE: Duration = Duration::from_millis(2);

/// A kind of statement that can be made for several at once.
pub(super) trait Batched: Send + Sync + 'static {
    /// What is written, or looked for.
    type Item: Send + Sync;
    /// What comes of it.
    type Outcome: Send;

    /// Makes it for at most [`MOST`] items in one transaction; one outcome for each, in their order.
    fn run(&self, items: &[Self::Item]) -> impl Future<Output = sqlx::Result<Vec<Self::Outcome>>> + Send;
}

/// Those who wait for a kind of statement.
pub(super) struct Together<B: Batched>(mpsc::UnboundedSender<Waiting<B>>);

type Waiting<B> = (<B as Batched>::Item, oneshot::Sender<sqlx::Result<<B as Batched>::Outcome>>);

impl<B: Batched> Clone for Together<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<B: Batched> Together<B> {
    /// Starts a task that makes them; it ends with the last clone of this.
    pub(super) fn new(batched: B) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(gather(batched, receiver));
        Self(sender)
    }

    /// The statement for an item. Once asked for, it is made even if whoever asked goes away.
    pub(super) async fn run(&self, item: B::Item) -> sqlx::Result<B::Outcome> {
        let (sender, outcome) = oneshot::channel();
        self.0.send((item, sender)).map_err(|_| sqlx::Error::WorkerCrashed)?;
        outcome.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }
}

async fn gather<B: Batched>(batched: B, mut waiting: mpsc::UnboundedReceiver<Waiting<B>>) {
    let mut earliest = Instant::now();
    while let Some(first) = waiting.recv().await {
        tokio::time::sleep_until(earliest).await;
        let mut next = vec![first];
        while next.len() < MOST
            && let Ok(more) = waiting.try_recv()
        {
            next.push(more);
        }
        let is_full = next.len() == MOST;
        let (items, asked): (Vec<_>, Vec<_>) = next.into_iter().unzip();
        let outcomes = match batched.run(&items).await {
            Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
            Err(error) => apart(&batched, &items, error).await,
        };
        for (asked, outcome) in asked.into_iter().zip(outcomes) {
            // Whoever asked may have gone.
            _ = asked.send(outcome);
        }
        if !is_full {
            earliest = Instant::now() + PAUSE;
        }
    }
}

/// After a failure: where a row was refused the items have a statement each, so that one item does not take the others with it. A database
/// that is busy, full or gone is not asked so many times again.
async fn apart<B: Batched>(batched: &B, items: &[B::Item], error: sqlx::Error) -> Vec<sqlx::Result<B::Outcome>> {
    if items.len() == 1 {
        return vec![Err(error)];
    }
    let is_rows = error.as_database_error().is_some_and(|error| error.kind() != ErrorKind::Other);
    if !is_rows {
        let text = error.to_string();
        return items.iter().map(|_| Err(sqlx::Error::Protocol(text.clone()))).collect();
    }
    let mut outcomes = Vec::with_capacity(items.len());
    for item in items {
        let outcome = batched.run(std::slice::from_ref(item)).await;
        outcomes.push(outcome.and_then(|one| one.into_iter().next().ok_or(sqlx::Error::RowNotFound)));
    }
    outcomes
}

/// A statement for each number of rows.
pub(super) struct Statements(Vec<Arc<str>>);

impl Statements {
    /// `before`, rows of `width` parameters separated by commas, `after`; `row` writes one from its first parameter's number.
    pub(super) fn new(before: &str, width: usize, row: impl Fn(usize) -> String, after: &str) -> Self {
        let statement = |number: usize| {
            let rows: Vec<String> = (0..number).map(|n| row(1 + n * width)).collect();
            format!("{before} {} {after}", rows.join(", ")).into()
        };
        Self((1..=MOST).map(statement).collect())
    }

    /// The statement for so many rows.
    pub(super) fn of(&self, rows: usize) -> sqlx::AssertSqlSafe<Arc<str>> {
        sqlx::AssertSqlSafe(Arc::clone(&self.0[rows.clamp(1, MOST) - 1]))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Its database refuses 13, and whatever comes with it.
    struct Numbers(Arc<Mutex<Vec<usize>>>);

    impl Batched for Numbers {
        type Item = u32;
        type Outcome = u32;

        async fn run(&self, items: &[u32]) -> sqlx::Result<Vec<u32>> {
            self.0.lock().unwrap().push(items.len());
            tokio::task::yield_now().await;
            let pool = pool().await;
            for item in items {
                sqlx::query("INSERT INTO numbers VALUES ($1)").bind(i64::from(*item)).execute(&pool).await?;
            }
            Ok(items.iter().map(|n| n * 2).collect())
        }
    }

    /// A database of its own, with a 13.
    async fn pool() -> sqlx::AnyPool {
        sqlx::any::install_default_drivers();
        let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
        for statement in ["CREATE TABLE numbers (number BIGINT UNIQUE)", "INSERT INTO numbers VALUES (13)"] {
            sqlx::query(statement).execute(&pool).await.unwrap();
        }
        pool
    }

    #[tokio::test]
    async fn what_is_asked_for_at_once_is_written_together_and_everybody_gets_their_own_outcome() {
        let sizes = Arc::new(Mutex::new(Vec::new()));
        let together = Together::new(Numbers(Arc::clone(&sizes)));
        let all = futures_util::future::join_all((100..200).map(|n| together.run(n))).await;
        assert!(all.into_iter().map(Result::unwrap).eq((100..200).map(|n| n * 2)));
        let sizes = sizes.lock().unwrap();
        assert!(sizes.iter().sum::<usize>() == 100 && sizes.iter().all(|size| *size <= MOST) && sizes.len() < 20, "{sizes:?}");
    }

    #[tokio::test]
    async fn one_that_cannot_be_written_does_not_take_the_others_with_it() {
        let together = Together::new(Numbers(Arc::default()));
        let all = futures_util::future::join_all((10..20).map(|n| together.run(n))).await;
        assert!(all.iter().enumerate().all(|(n, outcome)| outcome.is_err() == (n == 3)), "{all:?}");
    }

    #[test]
    fn parameters_are_numbered_through() {
        let statements = Statements::new("INSERT INTO t VALUES", 2, |at| format!("(${at}, ${})", at + 1), "RETURNING a");
        assert_eq!(&*statements.of(2).0, "INSERT INTO t VALUES ($1, $2), ($3, $4) RETURNING a");
    }
}
