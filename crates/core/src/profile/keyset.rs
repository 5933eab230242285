//! What a key set (RFC 7517) says, as far as it decides anything; the keys themselves stay with the shell.

use alloc::string::String;
use alloc::vec::Vec;

use crate::Millis;
use crate::text::{cut, decimal};

/// How long a set that came from the worker's own store serves before the site is asked again.
const STORED_FRESH: Millis = 60_000;

/// The members of one key of the set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// `kid`
    pub id: Option<String>,
    /// `kty`
    pub kind: Option<String>,
    /// `crv`
    pub curve: Option<String>,
    /// `use`
    pub usage: Option<String>,
    /// `alg`
    pub algorithm: Option<String>,
}

impl Listed {
    /// Whether it can be sealed to: P-256, with an id, for encryption and ECDH-ES where it says what it is for.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.kind.as_deref() == Some("EC")
            && self.curve.as_deref() == Some("P-256")
            && self.usage.as_deref().is_none_or(|usage| usage == "enc")
            && self.algorithm.as_deref().is_none_or(|algorithm| algorithm == "ECDH-ES")
            && self.id.as_deref().is_some_and(|id| !id.is_empty())
    }

    fn into_usable(self) -> Option<String> {
        if self.is_usable() { self.id } else { None }
    }
}

/// A key set as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet {
    /// Its keys, in its order; the first usable one is sealed to.
    pub keys: Vec<Listed>,
    /// `Cache-Control` of the answer.
    pub cache_control: Option<String>,
    /// Whether it is the copy that was kept, because the site could not be reached.
    pub stored: bool,
}

impl KeySet {
    /// How long it may be kept as stated, in milliseconds.
    pub(super) fn fresh_for(&self) -> Option<Millis> {
        if self.stored {
            return Some(STORED_FRESH);
        }
        max_age(self.cache_control.as_deref()?)
    }

    /// The ids of its usable keys.
    pub(super) fn into_ids(self) -> Vec<String> {
        let mut ids = Vec::new();
        for key in self.keys {
            if let Some(id) = key.into_usable() {
                ids.push(id);
            }
        }
        ids
    }
}

/// `max-age` of a `Cache-Control` field (RFC 9111 §5.2), in milliseconds; 0 where it must not be kept.
fn max_age(value: &str) -> Option<Millis> {
    let (mut rest, mut age) = (Some(value), None);
    while let Some(list) = rest {
        let (directive, others) = cut(list, b',').map_or((list, None), |(first, others)| (first, Some(others)));
        let (name, value) = cut(directive, b'=').unwrap_or((directive, ""));
        let name = name.trim();
        if name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("no-cache") {
            return Some(0);
        }
        if age.is_none() && name.eq_ignore_ascii_case("max-age") {
            let value = value.trim();
            let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            age = decimal(quoted.unwrap_or(value)).map(|seconds| seconds.saturating_mul(1_000));
        }
        rest = others;
    }
    age
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(kind: &str, curve: &str, usage: Option<&str>, algorithm: Option<&str>) -> Listed {
        let text = |text: &str| Some(text.to_owned());
        Listed {
            id: text("k"),
            kind: text(kind),
            curve: text(curve),
            usage: usage.and_then(text),
            algorithm: algorithm.and_then(text),
        }
    }

    #[test]
    fn only_keys_of_this_suite_are_usable() {
        let usable = [listed("EC", "P-256", None, None), listed("EC", "P-256", Some("enc"), Some("ECDH-ES"))];
        assert!(usable.into_iter().all(|key| key.into_usable().as_deref() == Some("k")));
        for key in [
            listed("EC", "P-384", None, None),
            listed("OKP", "X25519", None, None),
            listed("EC", "P-256", Some("sig"), None),
            listed("EC", "P-256", None, Some("ES256")),
            listed("EC", "P-256", None, Some("ECDH-ES+A256KW")),
            Listed { id: None, ..listed("EC", "P-256", None, None) },
            Listed { id: Some(String::new()), ..listed("EC", "P-256", None, None) },
        ] {
            assert_eq!(key.clone().into_usable(), None, "{key:?}");
        }
    }

    #[test]
    fn the_stated_life_is_read() {
        for (value, expected) in [
            ("public, max-age=300", Some(300_000)),
            ("Max-Age=\"5\"", Some(5_000)),
            ("no-store", Some(0)),
            ("max-age=60, no-cache", Some(0)),
            ("private", None),
            ("max-age=soon", None),
            ("max-age=-1", None),
            ("s-maxage=10", None),
            ("max-age=99999999999999999999", None),
            ("", None),
        ] {
            assert_eq!(max_age(value), expected, "{value}");
        }
    }

    #[test]
    fn a_stored_copy_serves_for_a_minute_whatever_it_says() {
        let set = KeySet { cache_control: Some("max-age=86400".into()), stored: true, ..KeySet::default() };
        assert_eq!(set.fresh_for(), Some(60_000));
    }
}
