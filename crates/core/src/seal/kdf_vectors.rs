//! RFC 7518 appendix C. The worker's tests run it in wasm too.

use super::super::base64;
use super::concat;

/// RFC 7518 appendix C: Z, and the derived key for A128GCM between Alice and Bob.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_vector_of_rfc_7518_appendix_c_comes_out() {
    let z = [
        158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106, 72, 246,
        218, 167, 121, 140, 254, 144, 196,
    ];
    let key = concat(&z, b"A128GCM", b"Alice", b"Bob", 128);
    assert_eq!(base64::url(&key[..16]), "VqqN6vgjbSBcIijNcacQGg");
}

/// The agreement of the same appendix: the two key pairs yield that Z.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn the_agreement_of_rfc_7518_appendix_c_comes_out() {
    let number = |text: &str| base64::array_from_url::<32>(text).expect("32 bytes");
    let alice = p256::SecretKey::from_slice(&number("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo")).expect("a key");
    let (x, y) = (number("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ"), number("e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"));
    let bob = p256::PublicKey::from_sec1_bytes(&[&[4][..], &x, &y].concat()).expect("a point");
    let z = p256::ecdh::diffie_hellman(alice.to_nonzero_scalar(), bob.as_affine());
    assert_eq!(z.raw_secret_bytes()[..4], [158, 86, 217, 29]);
    let mut secret = [0; 32];
    secret.copy_from_slice(z.raw_secret_bytes());
    assert_eq!(base64::url(&concat(&secret, b"A128GCM", b"Alice", b"Bob", 128)[..16]), "VqqN6vgjbSBcIijNcacQGg");
}
