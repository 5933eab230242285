//! One connection: it carries requests, or it ends. A connection of HTTP/2 may be quiet between two requests, one that never sent any
//! may not, and neither may a peer that does not read what it asked for.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tower::ServiceExt;

/// Streams that one HTTP/2 connection may have open.
const STREAMS: u32 = 128;

/// How long after the word to stop the first request of a connection may still arrive.
const LAST_CALL: Duration = Duration::from_secs(1);

/// How long a connection may be without a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// The most that a request's head may take to arrive, from the moment that the connection waits for it.
    pub(super) head: Duration,
    /// The most that it may be quiet after its last request was answered; reading the answer counts.
    pub(super) quiet: Duration,
    /// The most that it may take to end after the word to.
    pub(super) end: Duration,
}

impl Times {
    pub(super) const USUAL: Self =
        Self { head: Duration::from_secs(15), quiet: Duration::from_secs(60), end: Duration::from_secs(10) };
}

/// What a connection carries.
struct Activity {
    started: Instant,
    /// Requests that are not answered yet.
    open: AtomicUsize,
    /// When one began or ended last, in milliseconds; 0 where there was none yet.
    last: AtomicU64,
}

/// A request that is not answered yet.
struct Open(Arc<Activity>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.stamp();
        self.0.open.fetch_sub(1, Ordering::Release);
    }
}

impl Activity {
    fn new() -> Arc<Self> {
        Arc::new(Self { started: Instant::now(), open: AtomicUsize::new(0), last: AtomicU64::new(0) })
    }

    fn begin(self: &Arc<Self>) -> Open {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.stamp();
        Open(Arc::clone(self))
    }

    fn stamp(&self) {
        self.last.store(self.now().max(1), Ordering::Relaxed);
    }

    /// Whether it never had a request.
    fn had_none(&self) -> bool {
        self.last.load(Ordering::Relaxed) == 0
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Ends when the connection has been without a request for too long; whether it had one before.
    async fn quiet(&self, times: Times) -> bool {
        loop {
            let open = self.open.load(Ordering::Acquire) > 0;
            let last = self.last.load(Ordering::Relaxed);
            let allowed = if last == 0 { times.head } else { times.quiet };
            let quiet = if open { Duration::ZERO } else { Duration::from_millis(self.now().saturating_sub(last)) };
            match allowed.checked_sub(quiet) {
                Some(left) if !left.is_zero() => tokio::time::sleep(left).await,
                _ => return last != 0,
            }
        }
    }
}

/// Serves a connection until its end, or until `stop` and what is under way has ended.
pub(super) async fn serve(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    mut stop: watch::Receiver<bool>,
    times: Times,
) {
    let activity = Activity::new();
    let carried = Arc::clone(&activity);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let (open, answer) = (carried.begin(), router.clone().oneshot(request));
        async move {
            let answer = answer.await;
            drop(open);
            answer
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(times.head);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(STREAMS).keep_alive_interval(times.head);
    let mut serving = pin!(builder.serve_connection(TokioIo::new(socket), service));
    let ended = tokio::select! {
        biased;
        ended = serving.as_mut() => ended,
        () = super::stopped(&mut stop) => {
            serving.as_mut().graceful_shutdown();
            match tokio::time::timeout(LAST_CALL, serving.as_mut()).await {
                Ok(ended) => ended,
                // What has not come by then is no request in hand.
                Err(_) if activity.had_none() => return,
                Err(_) => serving.await,
            }
        }
        had_requests = activity.quiet(times) => {
            if had_requests {
                serving.as_mut().graceful_shutdown();
                _ = tokio::time::timeout(times.end, serving).await;
            }
            tracing::debug!("a connection without requests was ended");
            return;
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended before its end");
    }
}
