//! Which attribute serves which purpose.

use alloc::vec::Vec;

use crate::shared_str::SharedStr;
use crate::sorted::Sorted;

/// Which purpose an attribute serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purposes {
    by_key: Sorted<SharedStr>,
    other: SharedStr,
}

/// The purpose of attributes for which none is configured.
pub const DEFAULT_PURPOSE: &str = "service";

impl Default for Purposes {
    fn default() -> Self {
        Self { by_key: Sorted::default(), other: DEFAULT_PURPOSE.into() }
    }
}

impl Purposes {
    /// From pairs of key and purpose; the key `*` names the purpose of all others.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (SharedStr, SharedStr)>) -> Self {
        let mut purposes = Self::default();
        for (key, purpose) in pairs {
            purposes.name(key, purpose);
        }
        purposes
    }

    /// Names the purpose of a key, or, for the key `*`, of all others.
    pub fn name(&mut self, key: SharedStr, purpose: SharedStr) {
        if key == "*" {
            self.other = purpose;
        } else {
            self.by_key.insert(key, purpose);
        }
    }

    /// The purpose of an attribute.
    #[must_use]
    pub fn of(&self, key: &SharedStr) -> &SharedStr {
        self.by_key.get(key).unwrap_or(&self.other)
    }

    /// The purpose of attributes that are not configured by name.
    #[must_use]
    pub fn other(&self) -> &str {
        &self.other
    }

    /// All configured purposes, each once.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.by_key.values().map(|name| &**name).chain([&*self.other]).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_names_the_purpose_of_all_other_keys() {
        let pair = |k: &str, p: &str| (k.into(), p.into());
        let purposes = Purposes::new([pair("email", "marketing"), pair("*", "support")]);
        assert_eq!((&**purposes.of(&"email".into()), &**purposes.of(&"tier".into())), ("marketing", "support"));
        assert_eq!(&**Purposes::default().of(&"tier".into()), "service");
        assert_eq!(purposes.names(), ["marketing", "support"]);
    }
}
