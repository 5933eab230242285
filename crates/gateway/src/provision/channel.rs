//! A channel as it is asked for, checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::text::hex;

/// A channel's definition: what C2 takes. Only the checks make one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    /// 1 to 100 characters, unique in the organisation.
    pub name: String,
    /// For people.
    pub description: String,
    /// The widget.
    #[serde(rename = "webMessagingWidgetConfiguration")]
    pub widget: Widget,
    /// Who may show it.
    #[serde(rename = "securityPolicy")]
    pub policy: Policy,
    /// Where conversations go.
    #[serde(rename = "routingConfiguration")]
    pub routing: Routing,
}

/// How the widget looks and what it carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Widget {
    /// The widget's id.
    pub widget_id: String,
    /// Its look.
    pub theme: Theme,
    /// At most 20.
    pub custom_attributes: BTreeMap<String, String>,
}

/// The themes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// `default`
    Default,
    /// `compact`
    Compact,
    /// `custom`
    Custom,
}

impl Theme {
    /// Their names.
    pub(super) const NAMES: [&str; 3] = ["default", "compact", "custom"];

    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "default" => Some(Self::Default),
            "compact" => Some(Self::Compact),
            "custom" => Some(Self::Custom),
            _ => None,
        }
    }
}

/// Which pages may show the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Whether it is in force.
    pub enabled: bool,
    /// Origins as browsers write them.
    pub allowed_origins: Vec<String>,
    /// Whether visitors are asked; true where the policy is enabled.
    pub require_consent: bool,
}

/// Where conversations go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Routing {
    /// A queue's id.
    pub queue_id: String,
}

impl Channel {
    /// The same definition under another name.
    #[must_use]
    pub(super) fn named(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// The body of C2: equal definitions are equal byte by byte.
    pub(super) fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, flags and lists always serialise")
    }

    /// A hash of the definition (hex).
    pub(super) fn fingerprint(&self) -> String {
        hex(&Sha256::digest(self.body()))
    }
}
