//! Connections to Genesys without anybody in between: kept alive, over TLS with HTTP/2 where it is spoken there.

use std::sync::Arc;
use std::time::Duration;

use h2::Reason;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::Error;

/// How long a connection without a request is kept.
const IDLE: Duration = Duration::from_secs(90);
/// After so long without a word the system asks whether the other side is there, and so often again.
const ALIVE: (Duration, u32) = (Duration::from_secs(15), 3);
/// How often a request is sent again that a server gave back untouched.
const AGAIN: u32 = 2;

/// A pool of connections.
pub(super) struct Straight(legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

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
        Ok(Self(builder.build(connector)))
    }

    /// Sends what is made; the head of its answer.
    pub(super) async fn send(&self, make: impl Fn() -> Request<Full<Bytes>>) -> Result<Response<Incoming>, Error> {
        let mut tries = 0;
        loop {
            match self.0.request(make()).await {
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
