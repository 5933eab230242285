//! Connections of HTTP/1.1, kept from one request to the next. Each is driven by whoever sends a request over it: a task of its own, as
//! hyper-util's pool has for each, is woken for every step, and that costs as much as the exchange.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::unconstrained;

use crate::{Answer, Error};

/// A connection's bytes.
pub(super) type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// How long a connection without a request is kept.
pub(super) const IDLE: Duration = Duration::from_secs(90);

/// A connection and what sends over it.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: http1::Connection<Stream, Full<Bytes>>,
    is_over: bool,
}

/// What an exchange came to.
pub(super) enum Outcome {
    /// The answer; and the connection, if it may be used again.
    Answered(Answer, Option<Box<Connection>>),
    /// The connection had ended before anything was sent.
    Unsent(Error),
    /// There is no whole answer.
    Failed(Error),
}

impl Connection {
    pub(super) async fn over(stream: Stream) -> Result<Box<Self>, Error> {
        let (sender, driver) = http1::handshake(stream).await.map_err(|error| super::failure(&error))?;
        Ok(Box::new(Self { sender, driver, is_over: false }))
    }

    /// Sends a request and reads its answer to the end.
    pub(super) async fn exchange(mut self: Box<Self>, request: Request<Full<Bytes>>) -> Outcome {
        let sent = self.sender.try_send_request(request);
        let response = match self.driving(sent).await {
            Ok(response) => response,
            Err(mut error) => {
                let is_unsent = error.take_message().is_some();
                let error = super::failure(&error.into_error());
                return if is_unsent { Outcome::Unsent(error) } else { Outcome::Failed(error) };
            }
        };
        match self.driving(Answer::read(response)).await {
            Ok(answer) => {
                if !self.sender.is_ready() {
                    poll_fn(|cx| {
                        self.drive(cx);
                        Poll::Ready(())
                    })
                    .await;
                }
                Outcome::Answered(answer, self.sender.is_ready().then_some(self))
            }
            Err(error) => Outcome::Failed(error),
        }
    }

    /// Waits for something that comes of this connection alone: whoever waits is woken by the connection, and looks again whenever that
    /// has done something.
    async fn driving<F: Future>(&mut self, waiting: F) -> F::Output {
        let mut waiting = pin!(unconstrained(waiting));
        let mut look = || waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        poll_fn(|cx| {
            let seen = look();
            if seen.is_ready() {
                return seen;
            }
            self.drive(cx);
            look()
        })
        .await
    }

    /// Its failure is told to what waits.
    fn drive(&mut self, cx: &mut Context<'_>) {
        self.is_over = self.is_over || Pin::new(&mut self.driver).poll(cx).is_ready();
    }
}

/// Connections without a request, the one used last behind the others.
#[derive(Default)]
pub(super) struct Kept {
    idle: Mutex<VecDeque<(Instant, Box<Connection>)>>,
    sweeping: OnceLock<()>,
}

impl Kept {
    /// The connection that was used last.
    pub(super) fn take(&self) -> Option<Box<Connection>> {
        self.idle().pop_back().filter(|(since, _)| since.elapsed() < IDLE).map(|(_, connection)| connection)
    }

    /// Keeps a connection for another request, and lets go of those that nobody has used for long.
    pub(super) fn keep(self: &Arc<Self>, connection: Box<Connection>) {
        self.sweeping.get_or_init(|| drop(tokio::spawn(sweep(Arc::downgrade(self)))));
        self.idle().push_back((Instant::now(), connection));
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<(Instant, Box<Connection>)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends connections that nobody uses any more.
async fn sweep(kept: Weak<Kept>) {
    loop {
        tokio::time::sleep(IDLE / 2).await;
        let Some(kept) = kept.upgrade() else { return };
        let mut idle = kept.idle();
        let used = idle.iter().position(|(since, _)| since.elapsed() < IDLE).unwrap_or(idle.len());
        let unused: Vec<_> = idle.drain(..used).collect();
        drop(idle);
        drop(unused);
    }
}
