//! Why a job ended otherwise than with its channel.

use guestsync_genesys::Error;
use guestsync_genesys::call::ChannelRefusal;
use serde::{Deserialize, Serialize};

/// Why a job ended otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// A stable code.
    pub code: String,
    /// The server's status, where it answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    /// The server's own code.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub upstream: String,
    /// Fields that the server refused, each with its code.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<(String, String)>,
}

impl Reason {
    pub(super) fn of(code: &str) -> Self {
        Self { code: code.to_owned(), status: None, upstream: String::new(), fields: Vec::new() }
    }
}

impl From<ChannelRefusal> for Reason {
    fn from(refusal: ChannelRefusal) -> Self {
        let ChannelRefusal { status, code, fields } = refusal;
        Self { code: "upstream.refused".to_owned(), status: Some(status), upstream: code, fields }
    }
}

impl From<&Error> for Reason {
    fn from(error: &Error) -> Self {
        let mut reason = Self::of(error.code());
        if let Error::Refused { status, code } = error {
            (reason.status, reason.upstream) = (Some(*status), code.clone());
        }
        reason
    }
}
