//! Signatures of Standard Webhooks: `v1,base64(HMAC-SHA256(secret, id.timestamp.body))`.

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

const PREFIX: &str = "whsec_";

/// The secret that gateway and receiver share.
pub(crate) struct SigningKey(Zeroizing<Vec<u8>>);

impl SigningKey {
    /// A secret as it is written: `whsec_` and 24 to 64 bytes in base64.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(Base64::decode_vec(text.strip_prefix(PREFIX)?).ok()?);
        (24..=64).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// The value of `webhook-signature`.
    pub(crate) fn sign(&self, id: &str, timestamp: u64, body: &[u8]) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        let mac = mac.chain_update(id).chain_update(".").chain_update(timestamp.to_string()).chain_update(".").chain_update(body);
        format!("v1,{}", Base64::encode_string(&mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_has_its_signature() {
        let key = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn an_independent_library_takes_what_we_sign() {
        let secret = format!("whsec_{}", Base64::encode_string(&[7; 32]));
        let (key, theirs) = (SigningKey::parse(&secret).unwrap(), standardwebhooks::Webhook::new(&secret).unwrap());
        let now = crate::clock::now() / 1_000;
        for n in 0..100_u32 {
            let body = format!("{{\"n\":{n},\"text\":\"ä\\u0000\"}}");
            let id = format!("msg_{n}");
            let ours = key.sign(&id, now, body.as_bytes());
            assert_eq!(theirs.sign(&id, i64::try_from(now).unwrap(), body.as_bytes()).unwrap(), ours);
        }
    }

    #[test]
    fn what_is_short_long_or_no_base64_is_no_secret() {
        for bytes in [0, 23, 65] {
            assert!(SigningKey::parse(&format!("whsec_{}", Base64::encode_string(&vec![1; bytes]))).is_none());
        }
        assert!(SigningKey::parse("whsec_%%%").is_none());
        assert!(SigningKey::parse(&Base64::encode_string(&[1; 32])).is_none(), "the prefix says what it is");
    }
}
