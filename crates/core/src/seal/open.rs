//! Opening what [`seal`](super::seal) sealed, for whoever holds the private key.
//!
//! The opener says what it expects: a value that was sealed for another guest or field is refused, however genuine it is.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::{Zeroize, Zeroizing};

use super::header::Header;
use super::point::PublicPoint;
use super::{MAX_PLAIN, Place, SealError, aead, base64, kdf};
use crate::Sensitive;

/// The most characters of the protected header.
const MAX_HEADER: usize = 2_048;
/// The most characters of a sealed value: header, the longest value in base64url, nonce, tag, dots.
const MAX_TEXT: usize = MAX_HEADER + MAX_PLAIN.div_ceil(3) * 4 + 64;

/// The private side of a key agreement.
pub trait Agree {
    /// The agreed secret (x coordinate) of the private key `key_id` with this point.
    ///
    /// # Errors
    /// [`SealError::KeyUnknown`] where no such key is held; [`SealError::Malformed`] where the point is not on the curve.
    fn agree(&self, key_id: &str, ephemeral: &PublicPoint) -> Result<Zeroizing<[u8; 32]>, SealError>;
}

/// Opens a sealed value that is expected at this place.
///
/// # Errors
/// [`SealError::Malformed`], [`SealError::Unsupported`], [`SealError::KeyUnknown`] before the agreement; [`SealError::Forged`] where
/// the tag does not fit; [`SealError::Misplaced`] where the value is genuine, but of another place.
pub fn open(text: &str, expected: &Place, keys: &impl Agree) -> Result<Sensitive<String>, SealError> {
    let envelope = Envelope::parse(text)?;
    let secret = keys.agree(envelope.key_id(), envelope.ephemeral())?;
    envelope.open(expected, &secret)
}

/// A sealed value, read but not opened: for an opener whose key agreement is asynchronous.
#[derive(Debug)]
pub struct Envelope<'a> {
    header: Header,
    protected: &'a str,
    nonce: [u8; aead::NONCE],
    ciphertext: Vec<u8>,
    tag: [u8; aead::TAG],
}

impl<'a> Envelope<'a> {
    /// Reads the five parts.
    ///
    /// # Errors
    /// [`SealError::Malformed`], [`SealError::Unsupported`].
    pub fn parse(text: &'a str) -> Result<Self, SealError> {
        if text.len() > MAX_TEXT {
            return Err(SealError::Malformed);
        }
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(SealError::Malformed);
        let (protected, key, nonce, ciphertext, tag) = (part()?, part()?, part()?, part()?, part()?);
        // Direct key agreement: the encrypted key is empty (RFC 7518 §4.6).
        if parts.next().is_some() || !key.is_empty() || protected.len() > MAX_HEADER {
            return Err(SealError::Malformed);
        }
        let header = String::from_utf8(base64::from_url(protected)?).map_err(|_| SealError::Malformed)?;
        Ok(Self {
            header: Header::read(&header)?,
            protected,
            nonce: base64::array_from_url(nonce)?,
            ciphertext: base64::from_url(ciphertext)?,
            tag: base64::array_from_url(tag)?,
        })
    }

    /// Which key it was sealed to.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.header.key_id
    }

    /// The point to agree with.
    #[must_use]
    pub const fn ephemeral(&self) -> &PublicPoint {
        &self.header.ephemeral
    }

    /// Opens it with the agreed secret.
    ///
    /// # Errors
    /// [`SealError::Forged`], [`SealError::Misplaced`]; [`SealError::Malformed`] where the plain value is no UTF-8.
    pub fn open(&self, expected: &Place, secret: &[u8; 32]) -> Result<Sensitive<String>, SealError> {
        let key = kdf::content_key(secret, self.header.field.as_bytes());
        let mut buffer = Zeroizing::new(self.ciphertext.clone());
        aead::Cipher::new(&key).decrypt(&self.nonce, self.protected.as_bytes(), &mut buffer, &self.tag)?;
        if !self.header.is_of(expected) {
            return Err(SealError::Misplaced);
        }
        plain_text(core::mem::take(&mut *buffer))
    }
}

/// The plain value as text, or nothing of it.
pub(super) fn plain_text(bytes: Vec<u8>) -> Result<Sensitive<String>, SealError> {
    String::from_utf8(bytes).map(Sensitive::new).map_err(|error| {
        error.into_bytes().zeroize();
        SealError::Malformed
    })
}
