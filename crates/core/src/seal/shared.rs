//! Sealing with a key that both sides hold: `base64(iv ‖ ciphertext ‖ tag)` of AES-256-GCM.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::{Zeroize, Zeroizing};

use super::aead::Cipher;
use super::open::plain_text;
use super::{Entropy, MAX_PLAIN, Place, SealError, aead, base64};
use crate::Sensitive;

/// How many values a key with random nonces may seal (NIST SP 800-38D §8.3).
pub const MAX_SEALS: u64 = 1 << 32;

/// What is authenticated beside the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Binding {
    /// `guestId/field` as UTF-8, the field by its JSON Pointer: `8f3a/email`.
    #[default]
    Field,
    /// Nothing: for a back end that cannot supply it. A value that was moved then opens.
    None,
}

impl Binding {
    fn associated_data(self, place: &Place) -> String {
        match self {
            Self::Field => place.associated_data(),
            Self::None => String::new(),
        }
    }
}

/// A guest's field key. It counts what it has sealed; there is no way to copy it, and it is wiped when dropped.
pub struct SharedKey {
    key: Box<Cipher>,
    left: u64,
}

impl SharedKey {
    /// Takes a key; the caller's copy is wiped. It seals at most [`MAX_SEALS`] values.
    #[must_use]
    pub fn new(key: &mut [u8; 32]) -> Self {
        Self::with_limit(key, MAX_SEALS)
    }

    /// Reads a key from base64url without padding.
    ///
    /// # Errors
    /// [`SealError::Malformed`] where it is not 32 bytes.
    pub fn from_text(text: &str) -> Result<Self, SealError> {
        base64::array_from_url(text).map(|mut key| Self::new(&mut key))
    }

    /// As [`SharedKey::new`], with a lower limit.
    #[must_use]
    pub fn with_limit(key: &mut [u8; 32], limit: u64) -> Self {
        let expanded = Cipher::new(key);
        key.zeroize();
        Self { key: expanded, left: limit.min(MAX_SEALS) }
    }

    /// Seals a value for its place.
    ///
    /// # Errors
    /// [`SealError::TooLong`]; [`SealError::Exhausted`] where the key has reached its limit.
    pub fn seal(&mut self, entropy: &mut Entropy, place: &Place, binding: Binding, plain: &str) -> Result<String, SealError> {
        if plain.len() > MAX_PLAIN {
            return Err(SealError::TooLong);
        }
        self.left = self.left.checked_sub(1).ok_or(SealError::Exhausted)?;
        let nonce = entropy.nonce();
        let mut buffer = Vec::with_capacity(aead::NONCE + plain.len() + aead::TAG);
        buffer.extend_from_slice(&nonce);
        buffer.extend_from_slice(plain.as_bytes());
        let aad = binding.associated_data(place);
        let tag = self.key.encrypt(&nonce, aad.as_bytes(), &mut buffer[aead::NONCE..]);
        buffer.extend_from_slice(&tag);
        Ok(base64::standard(&buffer))
    }

    /// Opens a value that is expected at this place. There is no key id in it: an opener tries each key it keeps.
    ///
    /// # Errors
    /// [`SealError::Malformed`]; [`SealError::Forged`] where it was changed, moved, or sealed with another key.
    pub fn open(&self, text: &str, expected: &Place, binding: Binding) -> Result<Sensitive<String>, SealError> {
        if text.len() > (aead::NONCE + MAX_PLAIN + aead::TAG).div_ceil(3) * 4 {
            return Err(SealError::Malformed);
        }
        let bytes = base64::from_standard(text)?;
        let (nonce, rest) = bytes.split_first_chunk().ok_or(SealError::Malformed)?;
        let (ciphertext, tag) = rest.split_last_chunk().ok_or(SealError::Malformed)?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        self.key.decrypt(nonce, binding.associated_data(expected).as_bytes(), &mut buffer, tag)?;
        plain_text(core::mem::take(&mut *buffer))
    }
}

impl core::fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SharedKey(..)")
    }
}
