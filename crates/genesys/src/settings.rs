//! What a client has to know.

use std::collections::BTreeMap;
use std::time::Duration;

use guestsync_core::Sensitive;
use url::Url;

use crate::oauth::Assertion;

/// How the client secret travels to the token endpoint (RFC 6749 §2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientAuth {
    /// `Authorization: Basic …`.
    #[default]
    Basic,
    /// `client_id` and `client_secret` in the form.
    Body,
}

/// At most so many requests in any stretch of so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// How many; at least one.
    pub requests: u32,
    /// In how long.
    pub window: Duration,
}

impl RateLimit {
    /// Whether there is a call of this name that a limit can be set for.
    #[must_use]
    pub fn applies_to(call: &str) -> bool {
        crate::budget::Call::find(call).is_some()
    }
}

/// Where Genesys is and who asks.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The API host, for example `https://api.mypurecloud.ie`; a path is kept as a prefix.
    pub api_base: Url,
    /// The token endpoint, for example `https://login.mypurecloud.ie/oauth/token`.
    pub token_url: Url,
    /// The OAuth client's id.
    pub client_id: String,
    /// The OAuth client's secret.
    pub client_secret: Sensitive<String>,
    /// How the secret travels.
    pub client_auth: ClientAuth,
    /// Signs assertions (the JWT bearer grant); without it the secret is sent (client credentials).
    pub assertion: Option<Assertion>,
    /// Scopes to ask for, separated by spaces; none: what the client is entitled to.
    pub scope: Option<String>,
    /// The most that connecting may take.
    pub connect_timeout: Duration,
    /// The most that one request may take, answer included.
    pub request_timeout: Duration,
    /// The most that a call with its retries may take.
    pub patience: Duration,
    /// The most that a call for a browser waits for the rate budget.
    pub browser_wait: Duration,
    /// A limit of the operator's for all calls together, beside what Genesys tells.
    pub limit: Option<RateLimit>,
    /// The same for single calls, by their names in the contract (`G1`).
    pub limits: BTreeMap<String, RateLimit>,
    /// Percent of each window of the rate limit that sessions which are being started leave to guests who have one.
    pub guests_share: u32,
    /// Whether calls pass through the proxy that the environment names, if it names one for this address.
    pub by_proxy: bool,
}

impl Settings {
    /// Settings with the usual time limits: 5 s to connect, 10 s a request, 15 s with retries; a call for a browser waits 5 s for
    /// the budget, of which guests who have a session are left a quarter.
    #[must_use]
    pub fn new(api_base: Url, token_url: Url, client_id: String, client_secret: Sensitive<String>) -> Self {
        Self {
            api_base,
            token_url,
            client_id,
            client_secret,
            client_auth: ClientAuth::default(),
            assertion: None,
            scope: None,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(10),
            patience: Duration::from_secs(15),
            browser_wait: Duration::from_secs(5),
            limit: None,
            limits: BTreeMap::new(),
            guests_share: 25,
            by_proxy: true,
        }
    }
}
