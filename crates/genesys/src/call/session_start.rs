//! G1 and G2 of a session that a visitor starts.

use std::net::IpAddr;

use super::{Guest, GuestId, GuestToken, NewGuest};
use crate::budget::Start;
use crate::{Client, Error};

/// A session that is being started. Of the rate budget it leaves their part to guests who have a session, and to those who start one
/// from other addresses.
#[derive(Debug)]
pub struct Starting<'a> {
    client: &'a Client,
    start: Start,
}

impl Client {
    /// A session is started from this address; none where it is not known.
    #[must_use]
    pub fn starting(&self, address: Option<IpAddr>) -> Starting<'_> {
        Starting { client: self, start: Start::of(address) }
    }
}

impl Starting<'_> {
    /// As [`Client::create_guest`]. The token of the guest is paid for with it.
    ///
    /// # Errors
    /// As there.
    pub async fn create_guest(&self, guest: &NewGuest, idempotency_key: &str) -> Result<Guest, Error> {
        self.client.create_guest_of(Some(&self.start), guest, idempotency_key).await
    }

    /// As [`Client::issue_token`].
    ///
    /// # Errors
    /// As there.
    pub async fn issue_token(&self, guest: &GuestId) -> Result<GuestToken, Error> {
        self.client.issue_token_of(Some(&self.start), guest).await
    }
}

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        self.client.inner.queue.settle(&self.start);
    }
}
