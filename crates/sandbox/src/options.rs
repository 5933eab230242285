//! How a sandbox is set up.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::calls;
use crate::clock::Clock;
use crate::fault::FaultPlan;

/// Everything that can be chosen when a sandbox starts; `Default` follows the contract, with no client at all.
#[derive(Clone, Debug)]
pub struct Options {
    /// The OAuth clients that may ask for tokens.
    pub clients: Vec<Client>,
    /// How many authenticated requests each client may make; see [`RateLimit`].
    pub rate: RateLimit,
    /// Limits that single calls have beside it, by the contract's names (`G1`); see [`RateLimit`].
    pub call_rates: BTreeMap<String, RateLimit>,
    /// How long an answer is kept for a repeated `Idempotency-Key`.
    pub idempotency: Duration,
    /// Limits of guest attributes.
    pub limits: AttributeLimits,
    /// The data that is there from the start.
    pub sample: Sample,
    /// The `aud` that assertions (O2) must have; by default the token URL under the request's `Host`, or its origin.
    pub audience: Option<String>,
    /// `expires_in` of access tokens, in seconds; the tokens really end then.
    pub token_lifetime: u64,
    /// The faults in force from the start; `PUT /_sandbox/faults` replaces them.
    pub faults: FaultPlan,
    /// Decides the draws of fault rules that have a probability. A plan's own seed wins.
    pub seed: u64,
    /// What the sandbox takes for now.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clients: Vec::new(),
            rate: RateLimit::default(),
            call_rates: BTreeMap::new(),
            idempotency: Duration::from_secs(24 * 60 * 60),
            limits: AttributeLimits::default(),
            sample: Sample::default(),
            audience: None,
            token_lifetime: 86_399,
            faults: FaultPlan::default(),
            seed: 0,
            clock: Clock::system(),
        }
    }
}

/// An OAuth client of the organisation that the sandbox plays.
#[derive(Clone)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// `client_secret`.
    pub secret: String,
    /// The scopes a token of this client can have; the `scope` parameter narrows them.
    pub scopes: Vec<String>,
    /// Permissions this client's roles do not give, though it may have the scope of the same name.
    pub denied: Vec<String>,
    /// The public key (PEM, P-256) that its assertions (O2) verify under.
    pub assertion_key: Option<String>,
}

impl Client {
    /// A client that may make every call there is.
    pub fn with_all_scopes(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::with_scopes(id, secret, calls::scopes())
    }

    /// A client with just these scopes.
    pub fn with_scopes<S: Into<String>>(
        id: impl Into<String>,
        secret: impl Into<String>,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            scopes: scopes.into_iter().map(Into::into).collect(),
            denied: Vec::new(),
            assertion_key: None,
        }
    }

    /// The same client without a permission: S4 says so, and calls that need it are refused.
    #[must_use]
    pub fn without_permission(mut self, permission: impl Into<String>) -> Self {
        self.denied.push(permission.into());
        self
    }

    /// The same client with a public key (PEM, P-256) for assertions.
    #[must_use]
    pub fn with_assertion_key(mut self, pem: impl Into<String>) -> Self {
        self.assertion_key = Some(pem.into());
        self
    }

    /// Whether its roles give the permission of this name.
    pub(crate) fn may(&self, permission: &str) -> bool {
        !self.denied.iter().any(|denied| denied == permission)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

/// Requests per fixed window, counted per client over all its tokens; a window opens with its first request.
///
/// Token requests and requests without a valid token are not counted. A request is first counted for its client, then for its call, where
/// that has a limit of its own: what the first refuses does not count at all, what the second refuses counts for the first. The headers
/// of an answer tell of the window of its call, where that has one, unless the client's refused it; the body of a 429 names the limit
/// that was reached: `"limit": {"namespace": "platform.api", …}` is the client's, every other namespace a call's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many requests a window allows.
    pub requests: u32,
    /// How long a window lasts.
    pub window: Duration,
}

impl RateLimit {
    /// More than any client can send; the headers then say 2147483647.
    pub const NONE: Self = Self { requests: i32::MAX as u32, window: Duration::from_secs(60) };

    /// Whether the call of this name is counted, so that it can have a limit of its own.
    #[must_use]
    pub fn applies_to(call: &str) -> bool {
        calls::counted(call)
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { requests: 300, window: Duration::from_secs(60) }
    }
}

/// Limits of guest attributes (calls A1 and G1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributeLimits {
    /// Keys in one update.
    pub keys_per_update: usize,
    /// Keys a guest can have in all.
    pub keys_per_guest: usize,
    /// Bytes of UTF-8 in one value; a number or a boolean counts as its JSON text.
    pub value_bytes: usize,
}

impl Default for AttributeLimits {
    fn default() -> Self {
        Self { keys_per_update: 100, keys_per_guest: 1024, value_bytes: 256 }
    }
}

/// How much data there is from the start, beside a fixed tree of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Custom attributes of the organisation `acme`; with any, its groups have one each as well.
    pub schemas: usize,
    /// Past conversations.
    pub conversations: u32,
    /// The days before the sandbox's start that they lie in.
    pub days: u32,
    /// How many conversations of a page come again on the next one, as when new ones push the list on meanwhile.
    pub shift: usize,
}

impl Sample {
    /// No attributes and no conversations.
    pub const NONE: Self = Self { schemas: 0, conversations: 0, days: 28, shift: 0 };
}

impl Default for Sample {
    fn default() -> Self {
        Self { schemas: 300, conversations: 100_000, days: 28, shift: 3 }
    }
}
