//! A guest: one id, seen as a record (G3), as a profile (P1, P2) and as attributes (A1, A2).

use serde_json::{Map, Value, json};

/// What is known of a guest.
///
/// Attributes given when the guest was made stay on its record; those of A1 and A2 are a set of their own, with a
/// version of their own, and do not exist until A1 first writes them.
pub(crate) struct Guest {
    pub(crate) consent_type: String,
    pub(crate) created: String,
    /// Attributes of the record (G1).
    pub(crate) recorded: Map<String, Value>,
    /// Always an object with the guest's `id`.
    pub(crate) profile: Value,
    /// Attributes written by A1.
    pub(crate) attributes: Map<String, Value>,
    /// How often A1 has written; 0 is never.
    pub(crate) version: u64,
}

impl Guest {
    /// The guest as G1 and G3 show it: name and email are the profile's.
    pub(crate) fn record(&self) -> Value {
        json!({
            "id": self.profile["id"],
            "name": self.profile["name"],
            "email": self.profile["email"],
            "consentGiven": true,
            "consentType": self.consent_type,
            "attributes": self.recorded,
            "createdDate": self.created,
        })
    }
}
