//! G2: a guest's own token, for Messenger.

use bytes::Bytes;
use guestsync_core::Sensitive;
use reqwest::Method;
use serde::Deserialize;

use super::GuestId;
use crate::budget::Start;
use crate::send::Request;
use crate::{Client, Error};

/// A token that lets Messenger act as this guest, and nothing else.
#[derive(Debug, Clone)]
pub struct GuestToken {
    /// The token.
    pub value: Sensitive<String>,
    /// RFC 3339, as Genesys states it.
    pub expires_at: String,
}

#[derive(Deserialize)]
struct Issued {
    token: String,
    expires_at: String,
}

impl Client {
    /// POST `/api/v2/webchat/v1/guests/{id}/tokens`, retried by the core's table.
    ///
    /// # Errors
    /// Refused (404: the guest is gone), busy or unavailable for longer than the settings' patience.
    pub async fn issue_token(&self, guest: &GuestId) -> Result<GuestToken, Error> {
        self.issue_token_of(None, guest).await
    }

    pub(super) async fn issue_token_of(&self, start: Option<&Start>, guest: &GuestId) -> Result<GuestToken, Error> {
        let request = Request::new(Method::POST, format!("/api/v2/webchat/v1/guests/{guest}/tokens"))
            .body("application/json", Bytes::from_static(b"{}"))
            .of(start);
        let issued: Issued = self.insist(&request).await?.json()?;
        Ok(GuestToken { value: Sensitive::new(issued.token), expires_at: issued.expires_at })
    }
}
