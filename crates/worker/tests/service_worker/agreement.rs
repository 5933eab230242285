//! Both sides of the key agreement: WebCrypto on the sender's, p256 on the holder's.

use guestsync_core::seal::{Agree, PublicPoint, SealError};
use js_sys::{Array, Uint8Array};
use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, CryptoKeyPair, EcKeyGenParams, EcdhKeyDeriveParams, SubtleCrypto};
use zeroize::Zeroizing;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = crypto, js_name = subtle)]
    static SUBTLE: SubtleCrypto;
}

/// A private key under an id.
pub(crate) struct Holder {
    key_id: &'static str,
    secret: SecretKey,
}

impl Holder {
    pub(crate) fn new(key_id: &'static str) -> Self {
        Self { key_id, secret: SecretKey::from_slice(&[7; 32]).expect("a scalar in range") }
    }
}

impl Agree for Holder {
    fn agree(&self, key_id: &str, ephemeral: &PublicPoint) -> Result<Zeroizing<[u8; 32]>, SealError> {
        if key_id != self.key_id {
            return Err(SealError::KeyUnknown);
        }
        let theirs = PublicKey::from_sec1_bytes(&ephemeral.to_uncompressed()).map_err(|_| SealError::Malformed)?;
        let shared = diffie_hellman(self.secret.to_nonzero_scalar(), theirs.as_affine());
        Ok(Zeroizing::new(shared.raw_secret_bytes().as_slice().try_into().expect("32 bytes")))
    }
}

/// The sender's side: the ephemeral point and what was agreed on.
pub(crate) async fn agree(holder: &Holder) -> (Vec<u8>, Vec<u8>) {
    let subtle = SUBTLE.with(Clone::clone);
    let curve = EcKeyGenParams::new("ECDH", "P-256");
    let point = Uint8Array::from(holder.secret.public_key().to_sec1_point(false).as_bytes());
    let theirs: CryptoKey = done(subtle.import_key_with_object("raw", &point, &curve, false, &Array::new())).await;
    let ours: CryptoKeyPair = done(subtle.generate_key_with_object(&curve, false, &Array::of1(&"deriveBits".into()))).await;
    let with = EcdhKeyDeriveParams::new("ECDH", &theirs);
    let secret: JsValue = done(subtle.derive_bits_with_object(&with, &ours.get_private_key(), 256)).await;
    let point: JsValue = done(subtle.export_key("raw", &ours.get_public_key())).await;
    (Uint8Array::new(&point).to_vec(), Uint8Array::new(&secret).to_vec())
}

async fn done<T: JsCast>(promise: Result<js_sys::Promise, JsValue>) -> T {
    JsFuture::from(promise.expect("WebCrypto begins")).await.expect("WebCrypto ends").unchecked_into()
}
