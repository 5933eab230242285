//! A1: writes guest attributes.

use bytes::Bytes;
use reqwest::Method;

use super::{GuestId, Precondition};
use crate::send::Request;
use crate::{Answer, Client, Error};

impl Client {
    /// POST `/api/v2/conversations/webmessaging/guests/{id}/attributes`, sent once, the body as given (JSON).
    ///
    /// # Errors
    /// No answer, or no organisation token; an answer of any status is [`Ok`].
    pub async fn set_attributes(&self, guest: &GuestId, body: Bytes, precondition: Precondition) -> Result<Answer, Error> {
        let path = format!("/api/v2/conversations/webmessaging/guests/{guest}/attributes");
        let request = Request::new(Method::POST, path).body("application/json", body);
        self.exchange(&precondition.apply(request)).await
    }
}
