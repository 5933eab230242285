//! What was submitted a moment ago: a field that has not changed since is not sent again.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::Millis;

/// For so long.
const SPAN: Millis = 600_000;
/// So many fields are remembered.
const MOST: usize = 1_024;

/// Digests of values, in memory only, salted anew in each life.
#[derive(Debug)]
pub(in crate::profile) struct Recent {
    salt: u64,
    seen: Vec<Seen>,
}

#[derive(Debug)]
struct Seen {
    guest: String,
    pointer: String,
    digest: [u8; 16],
    until: Millis,
}

impl Recent {
    pub(in crate::profile) const fn new(salt: u64) -> Self {
        Self { salt, seen: Vec::new() }
    }

    /// Whether the field was given this value a moment ago; notes it where not.
    pub(in crate::profile) fn is_unchanged(&mut self, guest: &str, pointer: &str, plain: &str, now: Millis) -> bool {
        let mut hash = Sha256::new();
        hash.update(self.salt.to_be_bytes());
        hash.update(plain.as_bytes());
        let block = hash.finalize_reset();
        let digest = core::array::from_fn(|i| block[i]);
        self.seen.retain(|seen| seen.until > now);
        let until = now.saturating_add(SPAN);
        if let Some(seen) = self.seen.iter_mut().find(|seen| seen.guest == guest && seen.pointer == pointer) {
            let same = seen.digest == digest;
            if !same {
                (seen.digest, seen.until) = (digest, until);
            }
            return same;
        }
        if self.seen.len() < MOST {
            self.seen.push(Seen { guest: guest.to_owned(), pointer: pointer.to_owned(), digest, until });
        }
        false
    }

    /// What is known of a guest is not to be relied on any more.
    pub(in crate::profile) fn forget(&mut self, guest: &str) {
        self.seen.retain(|seen| seen.guest != guest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_unchanged_for_ten_minutes_per_guest_and_field() {
        let mut recent = Recent::new(7);
        assert!(!recent.is_unchanged("g-1", "/email", "a", 0));
        assert!(recent.is_unchanged("g-1", "/email", "a", 599_999));
        assert!(!recent.is_unchanged("g-1", "/name", "a", 0));
        assert!(!recent.is_unchanged("g-2", "/email", "a", 0));
        assert!(!recent.is_unchanged("g-1", "/email", "b", 1));
        assert!(!recent.is_unchanged("g-1", "/email", "a", 2), "the last value counts");
        assert!(!recent.is_unchanged("g-1", "/email", "a", 600_002));
        recent.forget("g-1");
        assert!(!recent.is_unchanged("g-1", "/email", "a", 600_003));
    }
}
