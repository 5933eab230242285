//! Capabilities: signed, minutes-long, good for one guest and a few calls. The only credential that page script can reach.
//!
//! A JWT (RFC 7519) with HS256, whatever its header says: the algorithm and the keys are ours, the header only picks a key by `kid`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use guestsync_core::Millis;
use guestsync_genesys::call::GuestId;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::keys::{CapabilityKeys, KeyError};
use crate::{clock, text};

const ISSUER: &str = "guestsync";
const AUDIENCE: &str = "guestsync-gateway";
/// A longer token is not looked at.
const MAX_LENGTH: usize = 2_048;

/// Capabilities that are remembered at most.
const REMEMBERED: usize = 10_000;

/// A call that a capability can cover, by its name in the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// A1 and A2.
    Attributes,
    /// P1 and P2.
    Profile,
    /// The guest's own key (`shared` mode).
    FieldKey,
}

impl Right {
    const ALL: [Self; 3] = [Self::Attributes, Self::Profile, Self::FieldKey];

    const fn name(self) -> &'static str {
        match self {
            Self::Attributes => "attributes",
            Self::Profile => "profile",
            Self::FieldKey => "field-key",
        }
    }
}

/// What a capability says.
#[derive(Debug)]
pub(crate) struct Capability {
    pub(crate) guest: GuestId,
    calls: Vec<String>,
}

impl Capability {
    /// Whether it covers this call.
    pub(crate) fn covers(&self, right: Right) -> bool {
        self.calls.iter().any(|call| call == right.name())
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    calls: Vec<String>,
    iat: u64,
    exp: u64,
    jti: String,
}

/// Signs a capability for this guest; its text and when it expires (milliseconds since 1970).
pub(crate) fn issue(keys: &CapabilityKeys, guest: &GuestId, life: Duration) -> Result<(String, Millis), KeyError> {
    let iat = clock::now() / 1_000;
    let exp = iat + life.as_secs();
    let jti = text::hex(crate::keys::state_key::random::<16>()?.as_ref());
    let calls = Right::ALL.map(|right| right.name().to_owned()).into();
    let claims = Claims { iss: ISSUER.into(), aud: AUDIENCE.into(), sub: guest.as_str().into(), calls, iat, exp, jti };
    let key = keys.current();
    let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
    let token = encode(&header, &claims, &key.sign).expect("claims of text and numbers are signed with an HMAC key");
    Ok((token, exp * 1_000))
}

/// Capabilities that were found good, by the hash of their text: a page's calls of some minutes cost one check of a signature.
#[derive(Default)]
pub(crate) struct Verified(Mutex<HashMap<[u8; 32], Known>>);

struct Known {
    capability: Arc<Capability>,
    expires_at: u64,
}

impl Verified {
    /// The capability in a text; `None` where it is forged, expired, or something else.
    pub(crate) fn verify(&self, keys: &CapabilityKeys, token: &str) -> Option<Arc<Capability>> {
        self.verify_at(keys, token, clock::now() / 1_000)
    }

    fn verify_at(&self, keys: &CapabilityKeys, token: &str, now: u64) -> Option<Arc<Capability>> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let hash = Sha256::digest(token).into();
        if let Some(known) = self.known().get(&hash).filter(|known| now < known.expires_at) {
            return Some(Arc::clone(&known.capability));
        }
        let (capability, expires_at) = verify(keys, token)?;
        let capability = Arc::new(capability);
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.retain(|_, known| now < known.expires_at);
        }
        if known.len() < REMEMBERED {
            known.insert(hash, Known { capability: Arc::clone(&capability), expires_at });
        }
        Some(capability)
    }

    /// Whether a text names a key that is not known, but could be.
    pub(crate) fn names_unknown_key(keys: &CapabilityKeys, token: &str) -> bool {
        let header = (token.len() <= MAX_LENGTH).then(|| decode_header(token).ok()).flatten();
        let id = header.filter(|header| header.alg == Algorithm::HS256).and_then(|header| header.kid);
        id.is_some_and(|id| CapabilityKeys::could_have(&id) && keys.find(&id).is_none())
    }

    fn known(&self) -> MutexGuard<'_, HashMap<[u8; 32], Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The capability in a text and when it expires, in seconds.
fn verify(keys: &CapabilityKeys, token: &str) -> Option<(Capability, u64)> {
    let key = keys.find(&decode_header(token).ok()?.kid?)?;
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = 0;
    // Without it the last second passes (RFC 7519 §4.1.4: before, not at).
    validation.reject_tokens_expiring_in_less_than = 1;
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = decode::<Claims>(token, &key.verify, &validation).ok()?.claims;
    Some((Capability { guest: GuestId::parse(&claims.sub)?, calls: claims.calls }, claims.exp))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> CapabilityKeys {
        CapabilityKeys::parse(&CapabilityKeys::fresh().unwrap()).unwrap()
    }

    #[test]
    fn a_capability_that_is_remembered_is_good_until_it_expires_and_no_longer() {
        let (keys, verified) = (keys(), Verified::default());
        let guest = GuestId::parse("guest").unwrap();
        let (token, expires_at) = issue(&keys, &guest, Duration::from_secs(60)).unwrap();
        for _ in 0..2 {
            assert_eq!(verified.verify(&keys, &token).unwrap().guest, guest);
        }
        assert_eq!(verified.known().len(), 1);
        let end = expires_at / 1_000;
        assert!(verified.verify_at(&keys, &token, end - 1).is_some());
        // From then on the token is looked at again: by the clock of this machine it is still good.
        verified.known().clear();
        let forged = format!("{}A{}", &token[..token.len() - 8], &token[token.len() - 7..]);
        let other = format!("{}B{}", &token[..token.len() - 8], &token[token.len() - 7..]);
        assert!([forged, other].iter().filter(|text| **text != token).all(|text| verified.verify(&keys, text).is_none()));
        assert!(verified.known().is_empty(), "what is not good is not remembered");
    }

    #[test]
    fn a_capability_is_good_before_it_expires_and_not_at_that_second() {
        let (keys, guest) = (keys(), GuestId::parse("guest").unwrap());
        let (token, _) = issue(&keys, &guest, Duration::ZERO).unwrap();
        assert!(Verified::default().verify(&keys, &token).is_none());
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for_and_those_that_expired_make_room() {
        let (keys, verified) = (keys(), Verified::default());
        let guest = GuestId::parse("guest").unwrap();
        let capability = || Arc::new(Capability { guest: guest.clone(), calls: Vec::new() });
        let number = |n: u64| {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&n.to_be_bytes());
            hash
        };
        let known = |n: u64| (number(n), Known { capability: capability(), expires_at: 2_000 });
        verified.known().extend((0..REMEMBERED as u64).map(known));
        let (token, _) = issue(&keys, &guest, Duration::from_secs(60)).unwrap();
        assert!(verified.verify_at(&keys, &token, 1_999).is_some());
        assert_eq!(verified.known().len(), REMEMBERED);
        assert!(verified.verify_at(&keys, &token, 2_000).is_some());
        assert_eq!(verified.known().len(), 1);
    }
}
