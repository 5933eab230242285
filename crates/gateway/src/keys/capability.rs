//! The keys that sign capabilities: HMAC-SHA256. Only the gateway makes and reads capabilities, so nothing public is needed.

use std::path::Path;

use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::shared::SharedKeys;
use super::state_key::random;
use super::{CAPABILITY_FILE, KeyError, files};

/// A JWK Set of symmetric keys (RFC 7517, RFC 7518 §6.4); the first signs, all verify.
#[derive(Serialize, Deserialize)]
struct File {
    keys: Vec<Jwk>,
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Jwk {
    kty: String,
    alg: String,
    kid: String,
    k: String,
}

/// Six bytes in base64url.
const ID_LENGTH: usize = 8;

const EXPECTED: &str = "a JWK Set of HS256 keys of at least 32 bytes, each with its kid";

impl File {
    fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(serde_json::to_string_pretty(self).expect("text serialises"))
    }
}

impl Jwk {
    fn random() -> Result<Self, KeyError> {
        let k = Base64UrlUnpadded::encode_string(random::<32>()?.as_ref());
        let kid = Base64UrlUnpadded::encode_string(random::<6>()?.as_ref());
        Ok(Self { kty: "oct".into(), alg: "HS256".into(), kid, k })
    }
}

/// Keys that are known at most.
const MOST: usize = 8;

/// One key under its id.
#[derive(Clone)]
pub(crate) struct CapabilityKey {
    pub(crate) id: String,
    pub(crate) sign: EncodingKey,
    pub(crate) verify: DecodingKey,
}

/// The keys, newest first; never empty.
pub(crate) struct CapabilityKeys(Vec<CapabilityKey>);

impl CapabilityKeys {
    /// Reads the key file, making it where it is missing.
    pub(super) fn open(path: &Path) -> Result<Self, KeyError> {
        let text = match files::read_private(path)? {
            Some(text) => text,
            None => {
                let text = Self::fresh()?;
                files::write_private(path, &text)?;
                text
            }
        };
        Self::parse(&text).ok_or_else(|| KeyError::Content { file: path.display().to_string(), expected: EXPECTED })
    }

    /// A key file with one key.
    pub(crate) fn fresh() -> Result<Zeroizing<String>, KeyError> {
        Ok(File { keys: vec![Jwk::random()?] }.text())
    }

    /// Puts a new key before the one that signed; older ones go, because no capability lasts that long.
    pub(super) fn rotate(path: &Path) -> Result<(), KeyError> {
        let Some(text) = files::read_private(path)? else {
            return files::write_private(path, &Self::fresh()?).map_err(Into::into);
        };
        let wrong = |_| KeyError::Content { file: path.display().to_string(), expected: EXPECTED };
        let mut file: File = serde_json::from_str(&text).map_err(wrong)?;
        file.keys.insert(0, Jwk::random()?);
        file.keys.truncate(2);
        Ok(files::replace_private(path, file.text().as_bytes())?)
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let file: File = serde_json::from_str(text).ok()?;
        let keys: Option<Vec<CapabilityKey>> = file.keys.iter().map(key).collect();
        keys.filter(|keys| !keys.is_empty()).map(Self)
    }

    /// The key that signs.
    pub(crate) fn current(&self) -> &CapabilityKey {
        self.0.first().expect("there is at least one key")
    }

    /// All keys, newest first.
    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = &CapabilityKey> {
        self.0.iter()
    }

    /// Whether a key could have this id.
    pub(crate) fn could_have(id: &str) -> bool {
        id.len() == ID_LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    }

    /// The key of this id.
    pub(crate) fn find(&self, id: &str) -> Option<&CapabilityKey> {
        self.0.iter().find(|key| key.id == id)
    }
}

impl SharedKeys for CapabilityKeys {
    const FILE: &str = CAPABILITY_FILE;

    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    /// What those before signed is good until it expires.
    fn with_older(mut self, older: &Self) -> Self {
        let more: Vec<_> = older.0.iter().filter(|key| self.find(&key.id).is_none()).cloned().collect();
        self.0.extend(more);
        self.0.truncate(MOST);
        self
    }
}

fn key(jwk: &Jwk) -> Option<CapabilityKey> {
    let secret = Zeroizing::new(Base64UrlUnpadded::decode_vec(&jwk.k).ok()?);
    let good = jwk.kty == "oct" && jwk.alg == "HS256" && !jwk.kid.is_empty() && secret.len() >= 32;
    good.then(|| CapabilityKey {
        id: jwk.kid.clone(),
        sign: EncodingKey::from_secret(&secret),
        verify: DecodingKey::from_secret(&secret),
    })
}

#[cfg(test)]
mod tests {
    use super::CapabilityKeys;

    #[test]
    fn a_key_that_is_short_nameless_or_of_another_kind_is_refused() {
        let long = "A".repeat(43);
        let of = |kty: &str, alg: &str, kid: &str, k: &str| {
            format!(r#"{{"keys":[{{"kty":"{kty}","alg":"{alg}","kid":"{kid}","k":"{k}"}}]}}"#)
        };
        assert!(CapabilityKeys::parse(&of("oct", "HS256", "1", &long)).is_some());
        for text in [
            of("oct", "HS256", "1", "AAAA"),
            of("oct", "HS256", "", &long),
            of("oct", "none", "1", &long),
            of("EC", "HS256", "1", &long),
            r#"{"keys":[]}"#.into(),
            "{}".into(),
            String::new(),
        ] {
            assert!(CapabilityKeys::parse(&text).is_none(), "{text}");
        }
    }
}
