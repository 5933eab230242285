//! The id of an organisation or a group, safe in a path and in a query.

use std::fmt;

/// An id of letters, digits, `-`, `_`, `.` and `:`, at most 128 of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(String);

impl GroupId {
    /// An id, if the text can be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
        // Dots alone would climb the path.
        let names = text.bytes().any(|b| b != b'.');
        ((1..=128).contains(&text.len()) && plain && names).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_leave_its_segment_is_no_id() {
        for text in ["", ".", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "ä", &"a".repeat(129)] {
            assert_eq!(GroupId::parse(text), None, "{text}");
        }
        assert!(GroupId::parse("acme-emea").is_some() && GroupId::parse("a1b2c3d4-e5f6-7890-abcd-ef1234567890").is_some());
    }
}
