//! How a sandbox is set up.

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
    /// How long an answer is kept for a repeated `Idempotency-Key`.
    pub idempotency: Duration,
    /// Limits of guest attributes.
    pub limits: AttributeLimits,
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
            idempotency: Duration::from_secs(24 * 60 * 60),
            limits: AttributeLimits::default(),
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
        Self { id: id.into(), secret: secret.into(), scopes: scopes.into_iter().map(Into::into).collect() }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

/// Requests per fixed window, counted per client over all its tokens; a window opens with its first request.
///
/// Token requests and requests without a valid token are not counted.
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
