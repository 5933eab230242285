//! G1: creates a guest.

use std::collections::BTreeMap;

use guestsync_core::Sensitive;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde::{Deserialize, Serialize};

use super::{GuestId, Precondition};
use crate::budget::Start;
use crate::send::Request;
use crate::{Client, Error};

/// How a visitor consented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsentType {
    /// By a clear act.
    Explicit,
    /// By going on.
    Implicit,
}

impl ConsentType {
    /// The type by its name on the wire.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "explicit" => Some(Self::Explicit),
            "implicit" => Some(Self::Implicit),
            _ => None,
        }
    }

    /// The type that this one is not.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Explicit => Self::Implicit,
            Self::Implicit => Self::Explicit,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Implicit => "implicit",
        }
    }
}

/// A guest to be. There is no way to state that consent was not given: such a guest is not created.
#[derive(Debug, Clone)]
pub struct NewGuest {
    /// Shown to agents.
    pub name: Sensitive<String>,
    /// Well-formed by RFC 5321's shape; the server checks it.
    pub email: Sensitive<String>,
    /// How consent was given.
    pub consent_type: ConsentType,
    /// Flat: strings, numbers, booleans.
    pub attributes: BTreeMap<String, serde_json::Value>,
}

/// A guest that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// The id under which all other calls know it.
    pub id: GuestId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    name: &'a str,
    email: &'a str,
    consent_given: bool,
    consent_type: ConsentType,
    attributes: &'a BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

impl Client {
    /// POST `/api/v2/webchat/v1/guests`, retried by the core's table. The same `idempotency_key` with the same content gives the
    /// same guest.
    ///
    /// # Errors
    /// Refused, busy or unavailable for longer than the settings' patience.
    pub async fn create_guest(&self, guest: &NewGuest, idempotency_key: &str) -> Result<Guest, Error> {
        self.create_guest_of(None, guest, idempotency_key).await
    }

    pub(super) async fn create_guest_of(
        &self,
        start: Option<&Start>,
        guest: &NewGuest,
        idempotency_key: &str,
    ) -> Result<Guest, Error> {
        let body = Body {
            name: guest.name.expose(),
            email: guest.email.expose(),
            consent_given: true,
            consent_type: guest.consent_type,
            attributes: &guest.attributes,
        };
        let body = serde_json::to_vec(&body).map_err(|_| Error::Malformed)?;
        let key = HeaderValue::try_from(idempotency_key).map_err(|_| Error::Malformed)?;
        let precondition = Precondition { idempotency_key: Some(key), ..Precondition::default() };
        let request = Request::new(Method::POST, "/api/v2/webchat/v1/guests".into()).body("application/json", body.into());
        let answer = self.insist(&precondition.apply(request.of(start))).await?;
        let created: Created = answer.json()?;
        Ok(Guest { id: GuestId::parse(&created.id).ok_or(Error::Malformed)? })
    }
}
