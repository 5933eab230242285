//! The client itself: one connection pool, one token.

use std::borrow::Cow;
use std::sync::Arc;

use reqwest::redirect::Policy;
use url::Url;

use crate::budget::Queue;
use crate::oauth::{Bearer, TokenStore};
use crate::{Error, Settings, Watch};

/// A client of the Guest API. Cheap to clone: clones share pool and token.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
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
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .referer(false)
            // Every use of it has a time limit of its own, which costs a request less than the client's would.
            .connect_timeout(settings.connect_timeout)
            .user_agent(concat!("guestsync/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let bearer = Arc::new(Bearer::new(http.clone(), &settings, store, watch.clone()));
        Ok(Self { inner: Arc::new(Inner { http, settings, bearer, queue: Arc::default(), watch }) })
    }

    /// How many requests the rate limit's window has seen and how many it allows, where that is known.
    #[must_use]
    pub fn budget(&self) -> Option<(u64, u64)> {
        self.inner.queue.seen()
    }

    /// So many gateways, this one included, share the limit of this OAuth client now.
    pub fn share_budget(&self, gateways: u64) {
        self.inner.queue.share(gateways);
    }

    /// The address of the API, without a slash at its end.
    #[must_use]
    pub fn api_base(&self) -> &str {
        self.inner.settings.api_base.as_str().trim_end_matches('/')
    }

    /// The address of a call; `path` is ours, its parts are checked by [`crate::call::GuestId`].
    pub(crate) fn address(&self, path: &str) -> Url {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = self.inner.settings.api_base.clone();
        let base = url.path().trim_end_matches('/');
        let whole = if base.is_empty() { Cow::Borrowed(path) } else { Cow::Owned(format!("{base}{path}")) };
        url.set_path(&whole);
        url.set_query(query);
        url
    }
}
