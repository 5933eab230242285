//! The Concat KDF of JWE (RFC 7518 §4.6.2, NIST SP 800-56A §5.8.1), one round of SHA-256.

use sha2::{Digest, Sha256};

use super::secret::Secret;

/// `AlgorithmID` where the agreed key is used directly: the `enc` value.
const ENC: &[u8] = b"A256GCM";

/// The content encryption key of one field, from the agreed secret and the field's `apu`.
pub(super) fn content_key(secret: &[u8; 32], apu: &[u8]) -> Secret {
    concat(secret, ENC, apu, &[], 256)
}

/// One round: the first `bits` of the result are the key.
fn concat(secret: &[u8; 32], algorithm: &[u8], apu: &[u8], apv: &[u8], bits: u32) -> Secret {
    // Never moved once it has seen the secret, and wiped when dropped.
    let mut hash = Sha256::new();
    hash.update(1u32.to_be_bytes());
    hash.update(secret);
    for part in [algorithm, apu, apv] {
        // Each is shorter than the header, which is shorter than 2 KiB.
        hash.update((part.len() as u32).to_be_bytes());
        hash.update(part);
    }
    hash.update(bits.to_be_bytes());
    let mut key = Secret::zeroed();
    hash.finalize_into_reset((&mut *key).into());
    key
}

#[cfg(test)]
#[path = "kdf_vectors.rs"]
mod vectors;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_a_key_of_its_own() {
        let secret = [9; 32];
        assert_ne!(*content_key(&secret, b"/email"), *content_key(&secret, b"/phone"));
        assert_eq!(*content_key(&secret, b"/email"), *concat(&secret, b"A256GCM", b"/email", b"", 256));
    }
}
