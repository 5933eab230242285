//! Connections to Genesys without anybody in between: kept alive, over TLS with HTTP/2 where it is spoken there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use h2::Reason;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::HOST;
use hyper::{Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{Connection as _, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower::Service;

use super::Outgoing;
use super::address::Address;
use super::kept::{Connection, IDLE, Kept, Outcome};
use crate::{Answer, Error};

/// After so long without a word the system asks whether the other side is there, and so often again.
const ALIVE: (Duration, u32) = (Duration::from_secs(15), 3);
/// How often a request is sent again that a server gave back untouched.
const AGAIN: u32 = 2;

/// Connections of HTTP/1.1, or of HTTP/2.
pub(super) struct Straight {
    connector: HttpsConnector<HttpConnector>,
    kept: Arc<Kept>,
    /// Whether HTTP/2 was agreed upon last.
    is_http2: AtomicBool,
    http2: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Straight {
    pub(super) fn new(connect_timeout: Duration) -> Result<Self, Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(ALIVE.0));
        tcp.set_keepalive_interval(Some(ALIVE.0));
        tcp.set_keepalive_retries(Some(ALIVE.1));
        tcp.set_connect_timeout(Some(connect_timeout));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = HttpsConnectorBuilder::new().with_provider_and_platform_verifier(provider).map_err(|_| Error::Unreachable)?;
        let connector = tls.https_or_http().enable_all_versions().wrap_connector(tcp);
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder.pool_idle_timeout(IDLE).pool_timer(TokioTimer::new()).timer(TokioTimer::new());
        let http2 = builder.build(connector.clone());
        Ok(Self { connector, kept: Arc::default(), is_http2: AtomicBool::new(false), http2 })
    }

    /// Sends a request and reads its answer to the end.
    pub(super) async fn exchange(&self, address: &Address, request: &Outgoing<'_>) -> Result<Answer, Error> {
        if !self.is_http2.load(Ordering::Relaxed)
            && let Some(answer) = self.exchange_by_http1(address, request).await?
        {
            return Ok(answer);
        }
        let uri = address.of_path(request.path)?;
        Box::pin(async { Answer::read(self.send(|| request.at(uri.clone())).await?).await }).await
    }

    /// As [`Self::exchange`] by HTTP/1.1; nothing where HTTP/2 is spoken.
    async fn exchange_by_http1(&self, address: &Address, request: &Outgoing<'_>) -> Result<Option<Answer>, Error> {
        let path = address.path(request.path)?;
        loop {
            let (connection, is_new) = match self.kept.take() {
                Some(connection) => (connection, false),
                None => match Box::pin(self.connect(address.of_path("/")?)).await? {
                    Some(connection) => (connection, true),
                    None => return Ok(None),
                },
            };
            let mut asking = request.at(Uri::from(path.clone()));
            asking.headers_mut().insert(HOST, address.host());
            match Box::pin(connection.exchange(asking)).await {
                Outcome::Answered(answer, connection) => {
                    if let Some(connection) = connection {
                        self.kept.keep(connection);
                    }
                    return Ok(Some(answer));
                }
                // It was kept for longer than the server liked.
                Outcome::Unsent(_) if !is_new => {}
                Outcome::Unsent(error) | Outcome::Failed(error) => return Err(error),
            }
        }
    }

    async fn connect(&self, base: Uri) -> Result<Option<Box<Connection>>, Error> {
        let stream = self.connector.clone().call(base).await.map_err(|error| super::failure(&*error))?;
        if stream.connected().is_negotiated_h2() {
            self.is_http2.store(true, Ordering::Relaxed);
            return Ok(None);
        }
        Connection::over(stream).await.map(Some)
    }

    /// Sends what is made by HTTP/2; the head of its answer.
    async fn send(&self, make: impl Fn() -> Request<Full<Bytes>>) -> Result<Response<Incoming>, Error> {
        let mut tries = 0;
        loop {
            match self.http2.request(make()).await {
                Err(error) if tries < AGAIN && is_untouched(&error) => tries += 1,
                outcome => return outcome.map_err(|error| super::failure(&error)),
            }
        }
    }
}

/// Whether the server says that it has not begun with the request (RFC 9113, section 8.7): it left, or has no room on this connection.
fn is_untouched(error: &legacy::Error) -> bool {
    let said = super::sources(error).find_map(|source| source.downcast_ref::<h2::Error>()).filter(|error| error.is_remote());
    said.is_some_and(|error| match error.reason() {
        Some(Reason::NO_ERROR) => error.is_go_away(),
        Some(Reason::REFUSED_STREAM) => error.is_reset(),
        _ => false,
    })
}
