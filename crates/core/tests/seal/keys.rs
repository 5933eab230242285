//! A key holder on p256: the shell's part of sealing and opening.

use guestsync_core::patch::Pointer;
use guestsync_core::seal::{Agree, Agreement, Entropy, Place, PublicPoint, SealError};
use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A private key under an id.
pub(crate) struct Holder {
    pub(crate) key_id: &'static str,
    pub(crate) secret: SecretKey,
}

impl Holder {
    pub(crate) fn new(key_id: &'static str) -> Self {
        Self { key_id, secret: secret_key(key_id) }
    }

    /// The sender's side: an ephemeral key that agrees with the holder's public key.
    pub(crate) fn agreement(&self, number: u64) -> Agreement {
        let ephemeral = secret_key(&format!("ephemeral {number}"));
        Agreement::new(self.key_id, point(&ephemeral.public_key()), &mut agree(&ephemeral, &self.secret.public_key()))
            .expect("a name")
    }
}

impl Agree for Holder {
    fn agree(&self, key_id: &str, ephemeral: &PublicPoint) -> Result<Zeroizing<[u8; 32]>, SealError> {
        if key_id != self.key_id {
            return Err(SealError::KeyUnknown);
        }
        let theirs = PublicKey::from_sec1_bytes(&ephemeral.to_uncompressed()).map_err(|_| SealError::Malformed)?;
        Ok(Zeroizing::new(agree(&self.secret, &theirs)))
    }
}

fn agree(ours: &SecretKey, theirs: &PublicKey) -> [u8; 32] {
    let shared = diffie_hellman(ours.to_nonzero_scalar(), theirs.as_affine());
    shared.raw_secret_bytes().as_slice().try_into().expect("32 bytes")
}

fn secret_key(seed: &str) -> SecretKey {
    SecretKey::from_slice(&Sha256::digest(seed)).expect("a scalar in range")
}

pub(crate) fn point(key: &PublicKey) -> PublicPoint {
    PublicPoint::from_uncompressed(key.to_sec1_point(false).as_bytes()).expect("an uncompressed point")
}

pub(crate) fn entropy(number: u64) -> Entropy {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    Entropy::from_seed(&mut seed)
}

pub(crate) fn place(guest: &str, field: &str) -> Place {
    Place::new(guest, Pointer::parse(field).expect("a pointer")).expect("a place")
}
