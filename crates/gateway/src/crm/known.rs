//! What a CRM told of a visitor, by member; `visitor` judges whether it makes sense.

use std::collections::BTreeMap;

use serde_json::Value;

/// The members that Guestsync uses.
pub(crate) const MEMBERS: [&str; 4] = ["firstName", "email", "tier", "previousTickets"];

/// Members and their values; without any, nobody is known. Personal: `Debug` shows none of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Known(BTreeMap<String, Value>);

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Known").field(&self.0.len()).finish()
    }
}

impl Known {
    /// From values by member; those that are null are not known.
    pub(crate) fn new(values: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let some = values.into_iter().filter(|(_, value)| !value.is_null());
        Self(some.map(|(member, value)| (member.to_owned(), value)).collect())
    }

    /// From a record, each member by its JSON Pointer (RFC 6901).
    pub(crate) fn mapped(record: &Value, map: &BTreeMap<&'static str, String>) -> Self {
        Self::new(map.iter().filter_map(|(member, pointer)| Some((*member, record.pointer(pointer)?.clone()))))
    }

    /// A member's value.
    pub(crate) fn get(&self, member: &str) -> Option<&Value> {
        self.0.get(member)
    }

    /// As JSON.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).expect("JSON values serialise")
    }

    /// From what [`Self::to_bytes`] gave.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().map(Self)
    }
}
