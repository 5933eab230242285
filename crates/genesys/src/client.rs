//! The client itself: one connection pool, one token.

use std::sync::Arc;

use crate::budget::{Call, Queue, Reserve};
use crate::http::{self, Http};
use crate::oauth::{Bearer, TokenStore};
use crate::{Error, Settings, Watch};

/// A client of the Guest API. Cheap to clone: clones share pool and token.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) http: Http,
    pub(crate) settings: Settings,
    pub(crate) bearer: Arc<Bearer>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) watch: Option<Arc<dyn Watch>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("api_base", &self.inner.settings.api_base.as_str()).finish_non_exhaustive()
    }
}

impl Client {
    /// A client; no request is sent yet. `store` keeps the token over restarts, if given.
    ///
    /// # Errors
    /// [`Error::Unreachable`] where the TLS library cannot be set up.
    pub fn new(settings: Settings, store: Option<Arc<dyn TokenStore>>) -> Result<Self, Error> {
        Self::watched(settings, store, None)
    }

    /// As [`Self::new`], with somebody who is told of every call.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn watched(settings: Settings, store: Option<Arc<dyn TokenStore>>, watch: Option<Arc<dyn Watch>>) -> Result<Self, Error> {
        // Installed once a process; a second client finds it there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let proxied = http::reqwest(&settings)?;
        let http = Http::new(&settings, &proxied)?;
        let bearer = Arc::new(Bearer::new(proxied, &settings, store, watch.clone()));
        let calls = settings.limits.iter().filter_map(|(call, limit)| Some((Some(Call::find(call)?), *limit)));
        let reserve = Reserve {
            percent: settings.guests_share.min(100),
            guests_wait: settings.browser_wait,
            starts_wait: settings.patience,
        };
        let queue = Arc::new(Queue::new(calls.chain(settings.limit.map(|limit| (None, limit))), reserve));
        Ok(Self { inner: Arc::new(Inner { http, settings, bearer, queue, watch }) })
    }

    /// How many requests the rate limit's window has seen and how many it allows, where that is known.
    #[must_use]
    pub fn budget(&self) -> Option<(u64, u64)> {
        self.inner.queue.seen()
    }

    /// The same of each call that has a limit of its own, by the call's name in the contract: used and allowed.
    #[must_use]
    pub fn budget_by_call(&self) -> Vec<(&'static str, u64, u64)> {
        self.inner.queue.seen_by_call()
    }

    /// How many requests wait for the budget, by call.
    #[must_use]
    pub fn waiting(&self) -> Vec<(&'static str, u64)> {
        self.inner.queue.waiting()
    }

    /// How many calls of sessions that were being started had to wait, or were refused, for what is kept for guests who have one
    /// (`guests`), and for what their address had had (`address`).
    #[must_use]
    pub fn held_starts(&self) -> [(&'static str, u64); 2] {
        let (guests, address) = self.inner.queue.held_starts();
        [("guests", guests), ("address", address)]
    }

    /// So many gateways, this one included, share the limits of this OAuth client now.
    pub fn share_budget(&self, gateways: u64) {
        self.inner.queue.share(gateways);
    }

    /// The address of the API, without a slash at its end.
    #[must_use]
    pub fn api_base(&self) -> &str {
        self.inner.settings.api_base.as_str().trim_end_matches('/')
    }
}
