//! Sealing to a public key: JWE compact serialisation (RFC 7516 §7.1), ECDH-ES by direct key agreement, A256GCM.

use alloc::borrow::ToOwned;
use alloc::string::String;

use super::aead::Cipher;
use super::header::Header;
use super::place::is_name;
use super::point::PublicPoint;
use super::secret::Secret;
use super::{Entropy, MAX_PLAIN, Place, SealError, base64, kdf};

/// The most bytes of a key id.
const MAX_KEY_ID: usize = 128;

/// What a key agreement with one public key yielded. It serves one form and is wiped when dropped; there is no way to copy it.
pub struct Agreement {
    key_id: String,
    ephemeral: PublicPoint,
    secret: Secret,
}

impl Agreement {
    /// Takes the agreed secret (the x coordinate, RFC 7518 §4.6: Z); the caller's copy is wiped. `key_id` is the `kid` of the
    /// recipient's key, `ephemeral` our side of the agreement, made for this one.
    ///
    /// # Errors
    /// [`SealError::Name`] where the key id is not 1 to 128 of the unreserved characters.
    pub fn new(key_id: &str, ephemeral: PublicPoint, secret: &mut [u8; 32]) -> Result<Self, SealError> {
        let secret = Secret::take(secret);
        if !is_name(key_id, MAX_KEY_ID) {
            return Err(SealError::Name);
        }
        Ok(Self { key_id: key_id.to_owned(), ephemeral, secret })
    }

    /// The `kid` of the recipient's key.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }
}

impl core::fmt::Debug for Agreement {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Agreement").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Seals a value for its place: `header..iv.ciphertext.tag`, each part in base64url.
///
/// The key is derived for the field by its `apu`; guest and field are authenticated with the header.
///
/// # Errors
/// [`SealError::TooLong`].
pub fn seal(agreement: &Agreement, entropy: &mut Entropy, place: &Place, plain: &str) -> Result<String, SealError> {
    if plain.len() > MAX_PLAIN {
        return Err(SealError::TooLong);
    }
    let mut text = base64::url(Header::write(&agreement.key_id, &agreement.ephemeral, place).as_bytes());
    let key = kdf::content_key(&agreement.secret, place.field().as_str().as_bytes());
    let nonce = entropy.nonce();
    // Encrypted where it lies: no readable copy is left behind.
    let mut buffer = plain.as_bytes().to_vec();
    let tag = Cipher::new(&key).encrypt(&nonce, text.as_bytes(), &mut buffer);
    text.push_str("..");
    text.push_str(&base64::url(&nonce));
    text.push('.');
    text.push_str(&base64::url(&buffer));
    text.push('.');
    text.push_str(&base64::url(&tag));
    Ok(text)
}
