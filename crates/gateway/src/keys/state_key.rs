//! The state key: AES-256-GCM for what the database holds, HMAC-SHA256 for session cookies, each under a key of its own.

use std::path::Path;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use base64ct::{Base64UrlUnpadded, Encoding};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{KeyError, files};
use crate::text;

const KEY: usize = 32;
const IV: usize = 12;

/// The name of the key file in the state directory.
const FILE: &str = "state.key";

/// The key of the state, and what is derived from it.
pub(crate) struct StateKey {
    cipher: Aes256Gcm,
    /// Keyed once: that takes as long as a short text does.
    cookies: Hmac<Sha256>,
    audit: Hmac<Sha256>,
}

impl StateKey {
    /// Reads the key file, making it where it is missing.
    fn open(path: &Path) -> Result<Self, KeyError> {
        let text = match files::read_private(path)? {
            Some(text) => text,
            None => {
                let text = Zeroizing::new(Base64UrlUnpadded::encode_string(random::<KEY>()?.as_ref()));
                files::write_private(path, &text)?;
                text
            }
        };
        let expected = "32 bytes in base64url";
        Self::parse(text.trim()).ok_or_else(|| KeyError::Content { file: path.display().to_string(), expected })
    }

    /// The key of a state directory: as text, or in its file, which is made where it is missing.
    pub(crate) fn of(directory: &Path, text: Option<&str>) -> Result<Self, KeyError> {
        match text {
            Some(text) => Self::parse(text).ok_or(KeyError::StateKey),
            None => Self::open(&directory.join(FILE)),
        }
    }

    /// The key of a state directory, if it has one: as text, or in its file.
    pub(crate) fn find(directory: &Path, text: Option<&str>) -> Result<Option<Self>, KeyError> {
        if let Some(text) = text {
            return Self::parse(text).map(Some).ok_or(KeyError::StateKey);
        }
        let path = directory.join(FILE);
        if path.exists() { Self::open(&path).map(Some) } else { Ok(None) }
    }

    /// Whether this text is a key.
    pub(crate) fn is_key(text: &str) -> bool {
        Self::parse(text).is_some()
    }

    /// The key from its text: 32 bytes in base64url without padding.
    fn parse(text: &str) -> Option<Self> {
        let mut key = Zeroizing::new([0; KEY]);
        let length = Base64UrlUnpadded::decode(text, key.as_mut()).ok()?.len();
        (length == KEY).then(|| Self {
            cipher: Aes256Gcm::new_from_slice(derived(&key, b"guestsync state").as_ref()).expect("the key has 32 bytes"),
            cookies: keyed(&key, b"guestsync cookie"),
            audit: keyed(&key, b"guestsync audit"),
        })
    }

    /// Encrypts a secret for the place `name`: base64url(iv ‖ ciphertext ‖ tag), the name being associated data.
    pub(crate) fn encrypt(&self, name: &str, secret: &[u8]) -> Result<String, KeyError> {
        let iv = random::<IV>()?;
        let payload = Payload { msg: secret, aad: name.as_bytes() };
        let sealed = self.cipher.encrypt(&(*iv).into(), payload).map_err(|_| KeyError::Entropy)?;
        Ok(Base64UrlUnpadded::encode_string(&[iv.as_ref(), &sealed].concat()))
    }

    /// What [`Self::encrypt`] took; `None` where it was another key, another place, or another text.
    pub(crate) fn decrypt(&self, name: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = Base64UrlUnpadded::decode_vec(text).ok()?;
        let (iv, sealed) = bytes.split_first_chunk::<IV>()?;
        self.cipher.decrypt(&(*iv).into(), Payload { msg: sealed, aad: name.as_bytes() }).ok().map(Zeroizing::new)
    }

    /// The authentication code of a session cookie.
    pub(crate) fn cookie_mac(&self) -> Hmac<Sha256> {
        self.cookies.clone()
    }

    /// A name for something that only this deployment can tell: it is not found by trying ids.
    pub(crate) fn pseudonym(&self, text: &str) -> String {
        text::hex(&self.audit.clone().chain_update(text).finalize().into_bytes()[..8])
    }
}

fn keyed(key: &[u8; KEY], purpose: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(derived(key, purpose).as_ref()).expect("HMAC takes keys of any length")
}

fn derived(key: &[u8; KEY], purpose: &[u8]) -> Zeroizing<[u8; KEY]> {
    let mut out = Zeroizing::new([0; KEY]);
    Hkdf::<Sha256>::new(None, key).expand(purpose, out.as_mut()).expect("32 bytes are less than HKDF's limit");
    out
}

/// Fresh random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, KeyError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut()).map_err(|_| KeyError::Entropy)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_in_its_own_place_under_its_own_key_only() {
        let one = StateKey::parse(&Base64UrlUnpadded::encode_string(&[1; KEY])).unwrap();
        let other = StateKey::parse(&Base64UrlUnpadded::encode_string(&[2; KEY])).unwrap();
        let text = one.encrypt("a", b"secret").unwrap();
        assert_eq!(one.decrypt("a", &text).unwrap().as_slice(), b"secret");
        assert!(one.decrypt("b", &text).is_none() && other.decrypt("a", &text).is_none());
        assert!(one.decrypt("a", &text[1..]).is_none() && one.decrypt("a", "").is_none());
        assert_ne!(text, one.encrypt("a", b"secret").unwrap());
    }

    #[test]
    fn what_is_not_32_bytes_is_no_key() {
        for text in ["", "AAAA", &Base64UrlUnpadded::encode_string(&[0; 31]), &Base64UrlUnpadded::encode_string(&[0; 33]), "%"] {
            assert!(StateKey::parse(text).is_none());
        }
    }
}
