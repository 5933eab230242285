//! The id of a guest, in the only form that may become part of a path.

use guestsync_core::seal::guest_id_is_valid;

/// A guest's id that is valid by the core's rule: it stays one path segment, however often it is decoded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GuestId(String);

impl GuestId {
    /// The id, if the text is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        guest_id_is_valid(text).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for GuestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
