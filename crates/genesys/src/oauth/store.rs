//! Where a token outlives a restart, or is shared by several gateways.

use std::future::Future;
use std::pin::Pin;

use guestsync_core::{Millis, Sensitive};

/// A token at rest.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The bearer value.
    pub value: Sensitive<String>,
    /// When it expires, milliseconds since 1970.
    pub expires_at: Millis,
}

/// A place for one token. Whoever implements it encrypts the value. A failure is not an error: a token is then fetched anew.
pub trait TokenStore: Send + Sync {
    /// The token that was saved last, if any.
    fn load(&self) -> Pin<Box<dyn Future<Output = Option<Stored>> + Send + '_>>;
    /// Keeps a token, replacing the one before.
    fn save(&self, token: Stored) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    /// Waits until nobody else who shares this place is fetching a token. Whoever shares it with nobody need not wait.
    fn begin(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
    /// The fetch that began is over.
    fn end(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}
