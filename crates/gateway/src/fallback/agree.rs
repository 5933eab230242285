//! The sender's side of the key agreement (RFC 7518 §4.6): a fresh P-256 key, used once and wiped.

use guestsync_core::seal::{Agreement, PublicPoint};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToSec1Point;
use zeroize::Zeroize;

use crate::keys::SealingKeys;
use crate::keys::sealing::fresh;

/// Agrees with the key of this id; `None` where there is no such key, or no entropy.
pub(super) fn agree(keys: &SealingKeys, key_id: &str) -> Option<Agreement> {
    let theirs = keys.find(key_id)?.private.public_key();
    let ours: SecretKey = fresh().ok()?;
    let mut secret: [u8; 32] = (*ours.diffie_hellman(&theirs).raw_secret_bytes()).into();
    let point = PublicPoint::from_uncompressed(ours.public_key().to_sec1_point(false).as_bytes()).ok();
    let agreement = point.and_then(|point| Agreement::new(key_id, point, &mut secret).ok());
    secret.zeroize();
    agreement
}
