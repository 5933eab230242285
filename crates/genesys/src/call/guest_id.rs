//! The id of a guest, in the only form that may become part of a path.

/// 1 to 64 of `A–Z a–z 0–9 - _`. Anything else could be more than one path segment, or mean another one once decoded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GuestId(String);

impl GuestId {
    /// The id, if the text is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        fits.then(|| Self(text.to_owned()))
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

#[cfg(test)]
mod tests {
    use super::GuestId;

    #[test]
    fn a_uuid_is_an_id() {
        assert!(GuestId::parse("8f3a2b1c-4d5e-6f7a-8b9c-0d1e2f3a4b5c").is_some());
    }

    #[test]
    fn what_could_leave_its_path_segment_is_no_id() {
        for text in ["", ".", "..", "a/b", "a%2fb", "a%2e", "a\\b", "a?b", "a#b", "a b", "ä", "a\n", "a;b", "a@b", "//"] {
            assert_eq!(GuestId::parse(text), None, "{text:?}");
        }
        assert_eq!(GuestId::parse(&"a".repeat(65)), None);
    }
}
