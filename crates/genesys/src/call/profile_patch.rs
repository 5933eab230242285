//! P1: changes a guest's profile.

use bytes::Bytes;
use reqwest::Method;

use super::{GuestId, Precondition};
use crate::send::Request;
use crate::{Answer, Client, Error};

impl Client {
    /// PATCH `/api/v2/guests/{id}` with a JSON Patch (RFC 6902), sent once.
    ///
    /// # Errors
    /// No answer, or no organisation token; an answer of any status is [`Ok`].
    pub async fn patch_profile(&self, guest: &GuestId, patch: Bytes, precondition: Precondition) -> Result<Answer, Error> {
        let request = Request::new(Method::PATCH, format!("/api/v2/guests/{guest}")).body("application/json-patch+json", patch);
        self.exchange(&precondition.apply(request)).await
    }
}
