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
mod tests {
    use super::*;

    /// RFC 7518 appendix C: Z, and the derived key for A128GCM between Alice and Bob.
    #[test]
    fn the_vector_of_rfc_7518_appendix_c_comes_out() {
        let z = [
            158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106, 72, 246,
            218, 167, 121, 140, 254, 144, 196,
        ];
        let key = concat(&z, b"A128GCM", b"Alice", b"Bob", 128);
        assert_eq!(super::super::base64::url(&key[..16]), "VqqN6vgjbSBcIijNcacQGg");
    }

    /// The agreement of the same appendix: the two key pairs yield that Z.
    #[test]
    fn the_agreement_of_rfc_7518_appendix_c_comes_out() {
        let number = |text: &str| super::super::base64::array_from_url::<32>(text).expect("32 bytes");
        let alice = p256::SecretKey::from_slice(&number("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo")).expect("a key");
        let (x, y) =
            (number("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ"), number("e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"));
        let bob = p256::PublicKey::from_sec1_bytes(&[&[4][..], &x, &y].concat()).expect("a point");
        let z = p256::ecdh::diffie_hellman(alice.to_nonzero_scalar(), bob.as_affine());
        assert_eq!(z.raw_secret_bytes()[..4], [158, 86, 217, 29]);
        let mut secret = [0; 32];
        secret.copy_from_slice(z.raw_secret_bytes());
        assert_eq!(
            super::super::base64::url(&concat(&secret, b"A128GCM", b"Alice", b"Bob", 128)[..16]),
            "VqqN6vgjbSBcIijNcacQGg"
        );
    }

    #[test]
    fn each_field_has_a_key_of_its_own() {
        let secret = [9; 32];
        assert_ne!(*content_key(&secret, b"/email"), *content_key(&secret, b"/phone"));
        assert_eq!(*content_key(&secret, b"/email"), *concat(&secret, b"A256GCM", b"/email", b"", 256));
    }
}
