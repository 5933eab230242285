//! Nonces and ids from a seed that the shell drew.

use alloc::string::String;

use sha2::{Digest, Sha256};

use super::secret::Secret;
use crate::text::hex;

/// A seed for one form or one value, and how much of it was used.
///
/// There is no way to copy it, to read it or to turn it back. What it gives is SHA-256 of a label, the seed and a counter; of nonces, the
/// first, and from then on the next number (NIST SP 800-38D §8.2.2).
pub struct Entropy {
    seed: Secret,
    used: u32,
    nonce: [u8; 12],
}

impl Entropy {
    /// Takes 32 bytes that a cryptographic generator drew for this one purpose; the caller's copy is wiped.
    #[must_use]
    pub fn from_seed(seed: &mut [u8; 32]) -> Self {
        let mut entropy = Self { seed: Secret::take(seed), used: 0, nonce: [0; 12] };
        let [nonce @ .., _, _, _, _] = entropy.expand(b"guestsync nonce ");
        entropy.nonce = nonce;
        entropy
    }

    /// 96 bits that no other call on any seed gives.
    pub(super) fn nonce(&mut self) -> [u8; 12] {
        let nonce = self.nonce;
        for byte in self.nonce.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
        nonce
    }

    /// A random id of 32 hexadecimal digits, for an `Idempotency-Key`.
    pub fn id(&mut self) -> String {
        let mut id = String::with_capacity(32);
        for byte in self.expand(b"guestsync id    ") {
            hex(&mut id, u64::from(byte), 2);
        }
        id
    }

    fn expand(&mut self, label: &[u8; 16]) -> [u8; 16] {
        let mut hash = Sha256::new();
        hash.update(label);
        hash.update(self.seed.as_slice());
        hash.update(self.used.to_be_bytes());
        let block = hash.finalize_reset();
        self.used += 1;
        core::array::from_fn(|i| block[i])
    }
}

impl core::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Entropy(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_one_seed_gives_is_never_the_same_twice() {
        let mut entropy = Entropy::from_seed(&mut [7; 32]);
        let nonces: BTreeSet<[u8; 12]> = (0..10_000).map(|_| entropy.nonce()).collect();
        assert_eq!(nonces.len(), 10_000);
        let ids: BTreeSet<String> = (0..1_000).map(|_| entropy.id()).collect();
        assert_eq!(ids.len(), 1_000);
        assert!(ids.iter().all(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())));
    }

    #[test]
    fn the_seed_of_the_caller_is_wiped_and_debug_shows_nothing() {
        let mut seed = [7; 32];
        let entropy = Entropy::from_seed(&mut seed);
        assert_eq!(seed, [0; 32]);
        assert_eq!(format!("{entropy:?}"), "Entropy(..)");
    }
}
