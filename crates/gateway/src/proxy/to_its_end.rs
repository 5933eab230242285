//! Work that goes on although whoever waits for it has gone: it is polled where it is awaited, and only when it is dropped before its
//! end it becomes a task of its own, so that the usual case costs no task.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

/// Work that comes to its end, awaited or not.
pub(crate) struct ToItsEnd<T: Send + 'static> {
    work: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    /// What nobody awaits any longer: the process waits for it before it ends.
    left: TaskTracker,
}

impl<T: Send + 'static> ToItsEnd<T> {
    pub(crate) fn new(left: &TaskTracker, work: impl Future<Output = T> + Send + 'static) -> Self {
        Self { work: Some(Box::pin(work)), left: left.clone() }
    }
}

impl<T: Send + 'static> Future for ToItsEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        // Not here while it is polled: what panics is not polled again.
        let mut work = self.work.take().expect("a future is not polled after its end");
        let outcome = work.as_mut().poll(context);
        if outcome.is_pending() {
            self.work = Some(work);
        }
        outcome
    }
}

impl<T: Send + 'static> Drop for ToItsEnd<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.work.take(), Handle::try_current()) {
            self.left.spawn_on(async move { drop(work.await) }, &runtime);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::{mpsc, oneshot};

    use super::*;

    #[tokio::test]
    async fn what_is_awaited_gives_its_outcome() {
        assert_eq!(ToItsEnd::new(&TaskTracker::new(), async { 1 }).await, 1);
    }

    #[tokio::test]
    async fn what_is_dropped_half_way_goes_on() {
        let (begin, begun) = oneshot::channel::<()>();
        let (done, mut ended) = mpsc::channel(1);
        let left = TaskTracker::new();
        let mut work = ToItsEnd::new(&left, async move {
            begun.await.unwrap();
            done.send(7).await.unwrap();
        });
        assert!(futures_util::poll!(&mut work).is_pending());
        drop(work);
        assert_eq!(left.len(), 1);
        begin.send(()).unwrap();
        left.close();
        left.wait().await;
        assert_eq!(ended.try_recv(), Ok(7));
    }

    #[tokio::test]
    async fn what_panicked_is_not_polled_again() {
        let panicking = async { [0][std::hint::black_box(1)] };
        let outcome = tokio::spawn(ToItsEnd::new(&TaskTracker::new(), panicking)).await;
        assert!(outcome.unwrap_err().is_panic());
    }
}
