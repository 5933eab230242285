//! A2: reads guest attributes and their version.

use reqwest::Method;

use super::GuestId;
use crate::send::Request;
use crate::{Answer, Client, Error};

impl Client {
    /// GET `/api/v2/conversations/webmessaging/guests/{id}/attributes`, sent once.
    ///
    /// # Errors
    /// No answer, or no organisation token; an answer of any status is [`Ok`].
    pub async fn attributes(&self, guest: &GuestId) -> Result<Answer, Error> {
        let path = format!("/api/v2/conversations/webmessaging/guests/{guest}/attributes");
        self.exchange(&Request::new(Method::GET, path)).await
    }
}
