//! O2: the assertion of the JWT bearer grant (RFC 7523): who asks for whom, for five minutes at most, signed with ES256 (RFC 7518 §3.4).

use base64ct::{Base64UrlUnpadded, Encoding};
use guestsync_core::Millis;
use p256::SecretKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey;
use serde_json::json;

use crate::Error;

/// How long an assertion is good, in seconds. Genesys takes 300; a clock that is behind needs some of them.
const LIFE: u64 = 240;

/// What signs assertions, and what they say.
#[derive(Clone)]
pub struct Assertion {
    key: SigningKey,
    /// For whom the token is asked (`sub`).
    pub subject: String,
    /// For whom the assertion is (`aud`); without it, the token endpoint.
    pub audience: Option<String>,
}

impl std::fmt::Debug for Assertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assertion").finish_non_exhaustive()
    }
}

impl Assertion {
    /// With a P-256 private key in PEM (PKCS #8 or SEC 1; line feeds may be written as `\n`); `None` where it is not one.
    #[must_use]
    pub fn new(pem: &str, subject: String) -> Option<Self> {
        let pem = zeroize::Zeroizing::new(pem.replace("\\n", "\n"));
        let key = SecretKey::from_pkcs8_pem(&pem).or_else(|_| SecretKey::from_sec1_pem(&pem)).ok()?;
        Some(Self { key: SigningKey::from(key), subject, audience: None })
    }

    /// A fresh assertion of this client for this endpoint; `now` in milliseconds since 1970.
    pub(crate) fn sign(&self, client_id: &str, token_url: &str, now: Millis) -> Result<String, Error> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| Error::Malformed)?;
        let issued = now / 1_000;
        let claims = json!({
            "iss": client_id, "sub": self.subject, "aud": self.audience.as_deref().unwrap_or(token_url),
            "iat": issued, "exp": issued + LIFE, "jti": Base64UrlUnpadded::encode_string(&id),
        });
        let encode = |value: serde_json::Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signed = format!("{}.{}", encode(json!({"alg": "ES256", "typ": "JWT"})), encode(claims));
        let signature: Signature = self.key.sign(signed.as_bytes());
        Ok(format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature.to_bytes())))
    }
}
