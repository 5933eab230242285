//! S1: defines a custom attribute of the organisation.

use reqwest::Method;
use serde_json::Value;

use crate::send::Request;
use crate::{Client, Error};

/// What became of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defined {
    /// It is new.
    Created,
    /// The name exists already; nothing was changed.
    Present,
}

impl Client {
    /// POST `/api/v2/customattributes`, retried by the core's table.
    ///
    /// # Errors
    /// Refused, busy or unavailable for longer than the settings' patience.
    pub async fn define_attribute(&self, definition: &Value) -> Result<Defined, Error> {
        let body = serde_json::to_vec(definition).map_err(|_| Error::Malformed)?;
        let request = Request::new(Method::POST, "/api/v2/customattributes".into()).body("application/json", body.into());
        match self.insist(&request).await {
            Ok(_) => Ok(Defined::Created),
            Err(Error::Refused { status: 409, .. }) => Ok(Defined::Present),
            Err(error) => Err(error),
        }
    }
}
