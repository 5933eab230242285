//! S4: what the OAuth client may do.

use reqwest::Method;
use serde::Deserialize;

use crate::send::Request;
use crate::{Client, Error};

/// One permission and whether it is given.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Permission {
    /// Its name, such as `customattributes:write`.
    pub permission_id: String,
    /// Whether the client has it.
    #[serde(default)]
    pub value: bool,
}

impl Client {
    /// GET `/api/v2/accesscontrol/roles/effectivepermissions`, retried by the core's table.
    ///
    /// # Errors
    /// Refused, busy or unavailable for longer than the settings' patience.
    pub async fn permissions(&self) -> Result<Vec<Permission>, Error> {
        let path = "/api/v2/accesscontrol/roles/effectivepermissions";
        self.insist(&Request::new(Method::GET, path.into())).await?.json()
    }
}
