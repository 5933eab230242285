//! The key pairs that browsers seal to: P-256, for ECDH-ES (RFC 7518 §4.6), as a private JWK Set.

use std::path::Path;

use base64ct::{Base64UrlUnpadded, Encoding};
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::shared::SharedKeys;
use super::state_key::random;
use super::{KeyError, SEALING_FILE, files};

/// A key as others see it (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicJwk {
    kty: &'static str,
    crv: &'static str,
    x: String,
    y: String,
    /// The id: the key's thumbprint (RFC 7638).
    pub kid: String,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
}

#[derive(Serialize, Deserialize)]
struct File {
    keys: Vec<PrivateJwk>,
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct PrivateJwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
    d: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(rename = "use", default)]
    usage: Option<String>,
    #[serde(default)]
    alg: Option<String>,
}

/// One key pair.
#[derive(Clone)]
pub struct SealingKey {
    /// The public half.
    pub public: PublicJwk,
    /// The private half.
    pub private: SecretKey,
}

/// Key pairs, newest first; never empty. Browsers seal to the first, all of them open.
pub struct SealingKeys(Vec<SealingKey>);

impl SealingKeys {
    /// Reads the key file, making it with one key where it is missing.
    pub(super) fn open(path: &Path) -> Result<Self, KeyError> {
        if let Some(keys) = Self::read(path)? {
            return Ok(keys);
        }
        Self::create(path)
    }

    /// Makes a new key file with one key.
    ///
    /// # Errors
    /// The file is there already or cannot be written.
    pub fn create(path: &Path) -> Result<Self, KeyError> {
        let keys = Self(vec![SealingKey::generate()?]);
        files::write_private(path, &keys.text())?;
        Ok(keys)
    }

    /// A key file with one key.
    pub(super) fn fresh() -> Result<Zeroizing<String>, KeyError> {
        Ok(Self(vec![SealingKey::generate()?]).text())
    }

    /// The key file.
    fn text(&self) -> Zeroizing<String> {
        let file = File { keys: self.0.iter().map(SealingKey::private_jwk).collect() };
        Zeroizing::new(serde_json::to_string_pretty(&file).expect("text serialises"))
    }

    /// Adds a key to a key file, before the others: browsers seal to it from now on.
    ///
    /// # Errors
    /// There is no key file, it holds something else, or it cannot be written.
    pub(super) fn rotate(path: &Path) -> Result<Self, KeyError> {
        let expected = "a key to rotate: `guestsync keys new` or a first start makes one";
        let missing = || KeyError::Content { file: path.display().to_string(), expected };
        let mut keys = Self::read(path)?.ok_or_else(missing)?;
        keys.0.insert(0, SealingKey::generate()?);
        files::replace_private(path, keys.text().as_bytes())?;
        Ok(keys)
    }

    /// Reads a key file; `None` where there is none.
    ///
    /// # Errors
    /// It is readable by others, or holds no keys.
    pub fn read(path: &Path) -> Result<Option<Self>, KeyError> {
        let Some(text) = files::read_private(path)? else { return Ok(None) };
        let expected = "a P-256 private key as JWK, JWK Set or PEM";
        Self::parse(&text).map(Some).ok_or_else(|| KeyError::Content { file: path.display().to_string(), expected })
    }

    /// Keys from a JWK, a JWK Set, or a PEM document (PKCS #8 or SEC 1).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let keys = if text.contains("-----BEGIN") {
            let private = SecretKey::from_pem(text).or_else(|_| SecretKey::from_sec1_pem(text)).ok()?;
            vec![SealingKey::new(private, None)]
        } else if let Ok(file) = serde_json::from_str::<File>(text) {
            file.keys.iter().map(SealingKey::from_jwk).collect::<Option<Vec<_>>>()?
        } else {
            vec![SealingKey::from_jwk(&serde_json::from_str(text).ok()?)?]
        };
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The key that browsers seal to.
    pub(crate) fn current(&self) -> &SealingKey {
        self.0.first().expect("there is at least one key")
    }

    /// All keys, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &SealingKey> {
        self.0.iter()
    }

    /// The key of this id.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&SealingKey> {
        self.0.iter().find(|key| key.public.kid == kid)
    }
}

impl SharedKeys for SealingKeys {
    const FILE: &str = SEALING_FILE;

    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    /// What was sealed to those before still opens.
    fn with_older(mut self, older: &Self) -> Self {
        let more: Vec<_> = older.iter().filter(|key| self.find(&key.public.kid).is_none()).cloned().collect();
        self.0.extend(more);
        self
    }
}

impl SealingKey {
    fn generate() -> Result<Self, KeyError> {
        Ok(Self::new(fresh()?, None))
    }

    fn new(private: SecretKey, kid: Option<String>) -> Self {
        let (x, y) = coordinates(&private.public_key());
        let kid = kid.unwrap_or_else(|| thumbprint(&x, &y));
        Self { public: PublicJwk { kty: "EC", crv: "P-256", x, y, kid, usage: "enc", alg: "ECDH-ES" }, private }
    }

    /// The public half in the file must be the private half's.
    fn from_jwk(jwk: &PrivateJwk) -> Option<Self> {
        let d = Zeroizing::new(Base64UrlUnpadded::decode_vec(&jwk.d).ok()?);
        let key = Self::new(SecretKey::from_slice(&d).ok()?, jwk.kid.clone());
        let fits = jwk.kty == "EC" && jwk.crv == "P-256" && jwk.x == key.public.x && jwk.y == key.public.y;
        fits.then_some(key)
    }

    fn private_jwk(&self) -> PrivateJwk {
        PrivateJwk {
            kty: self.public.kty.into(),
            crv: self.public.crv.into(),
            x: self.public.x.clone(),
            y: self.public.y.clone(),
            d: Base64UrlUnpadded::encode_string(Zeroizing::new(self.private.to_bytes()).as_ref()),
            kid: Some(self.public.kid.clone()),
            usage: Some(self.public.usage.into()),
            alg: Some(self.public.alg.into()),
        }
    }
}

/// A fresh private key.
pub(crate) fn fresh() -> Result<SecretKey, KeyError> {
    loop {
        // Fails for 0 and for numbers above the group's order: about once in 2³² draws.
        if let Ok(private) = SecretKey::from_slice(random::<32>()?.as_ref()) {
            return Ok(private);
        }
    }
}

fn coordinates(key: &PublicKey) -> (String, String) {
    let point = key.to_sec1_point(false);
    let text =
        |half: Option<&_>| half.map(|bytes: &p256::FieldBytes| Base64UrlUnpadded::encode_string(bytes)).unwrap_or_default();
    (text(point.x()), text(point.y()))
}

/// RFC 7638: the members that are required, in order, without spaces.
fn thumbprint(x: &str, y: &str) -> String {
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    Base64UrlUnpadded::encode_string(&Sha256::digest(canonical))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The private key of RFC 7517 appendix A.2.
    const RFC_7517: &str = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE","use":"enc","kid":"1"}"#;

    #[test]
    fn the_key_of_the_rfc_is_read_and_its_halves_belong_together() {
        let keys = SealingKeys::parse(RFC_7517).unwrap();
        let key = keys.find("1").unwrap();
        assert_eq!(key.public.x, "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4");
        assert!(SealingKeys::parse(&RFC_7517.replace("4Etl6", "5Etl6")).is_none(), "another public half");
        assert!(SealingKeys::parse(&RFC_7517.replace("P-256", "P-384")).is_none(), "another curve");
    }

    #[test]
    fn a_new_key_survives_its_file_and_its_public_half_has_no_secret() {
        let path = std::env::temp_dir().join(format!("guestsync-sealing-{}", uuid::Uuid::new_v4()));
        let made = SealingKeys::create(&path).unwrap();
        let made = made.iter().next().unwrap();
        let read = SealingKeys::read(&path).unwrap().unwrap();
        assert_eq!(read.iter().next().unwrap().public, made.public);
        let public = serde_json::to_value(&made.public).unwrap();
        let members: Vec<_> = public.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert!(SealingKeys::create(&path).is_err(), "a key file is never overwritten");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_pem_document_is_a_key_too_and_its_id_is_its_thumbprint() {
        use p256::pkcs8::{EncodePrivateKey, LineEnding};
        let key = SealingKeys::parse(RFC_7517).unwrap();
        let private = &key.iter().next().unwrap().private;
        let pem = private.to_pkcs8_pem(LineEnding::LF).unwrap();
        let read = SealingKeys::parse(&pem).unwrap();
        assert_eq!(&read.iter().next().unwrap().private, private);
        assert_eq!(read.iter().next().unwrap().public.kid.len(), 43);
        assert!(SealingKeys::parse(&private.to_sec1_pem(LineEnding::LF).unwrap()).is_some());
    }
}
