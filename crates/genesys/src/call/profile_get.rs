//! P2: reads a guest's profile.

use reqwest::Method;

use super::GuestId;
use crate::send::Request;
use crate::{Answer, Client, Error};

impl Client {
    /// GET `/api/v2/guests/{id}`, sent once.
    ///
    /// # Errors
    /// No answer, or no organisation token; an answer of any status is [`Ok`].
    pub async fn profile(&self, guest: &GuestId) -> Result<Answer, Error> {
        self.exchange(&Request::new(Method::GET, format!("/api/v2/guests/{guest}"))).await
    }
}
