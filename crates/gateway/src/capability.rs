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

/// Seconds after which its session is looked at again: another gateway may have ended it.
const LOOK_AFTER: u64 = 10;

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
    let iat = seconds();
    let exp = iat + life.as_secs();
    let jti = text::hex(crate::keys::state_key::random::<16>()?.as_ref());
    let calls = Right::ALL.map(|right| right.name().to_owned()).into();
    let claims = Claims { iss: ISSUER.into(), aud: AUDIENCE.into(), sub: guest.as_str().into(), calls, iat, exp, jti };
    let key = keys.current();
    let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
    let token = encode(&header, &claims, &key.sign).expect("claims of text and numbers are signed with an HMAC key");
    Ok((token, exp * 1_000))
}

/// Capabilities that were found good, by the hash of their text: a page's calls of some minutes cost one check of a signature, and a look
/// at the session every ten seconds.
#[derive(Default)]
pub(crate) struct Verified(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    known: HashMap<[u8; 32], Known>,
    /// Sessions that this gateway has ended.
    ends: u64,
}

struct Known {
    capability: Arc<Capability>,
    expires_at: u64,
    /// When its session was there, in seconds.
    open_at: u64,
}

/// A look at a session that has to find it open, before the capability counts.
#[must_use]
pub(crate) struct Look {
    hash: [u8; 32],
    expires_at: u64,
    ends: u64,
}

impl Verified {
    /// The capability in a text, and what is to be looked at before it counts; `None` where it is forged, expired, or something else.
    pub(crate) fn verify(&self, keys: &CapabilityKeys, token: &str) -> Option<(Arc<Capability>, Option<Look>)> {
        self.verify_at(keys, token, seconds())
    }

    fn verify_at(&self, keys: &CapabilityKeys, token: &str, now: u64) -> Option<(Arc<Capability>, Option<Look>)> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let hash = Sha256::digest(token).into();
        let remembered = self.remembered();
        let ends = remembered.ends;
        if let Some(known) = remembered.known.get(&hash).filter(|known| now < known.expires_at) {
            let is_fresh = now.saturating_sub(known.open_at) < LOOK_AFTER;
            let look = (!is_fresh).then_some(Look { hash, expires_at: known.expires_at, ends });
            return Some((Arc::clone(&known.capability), look));
        }
        drop(remembered);
        let (capability, expires_at) = verify(keys, token)?;
        Some((Arc::new(capability), Some(Look { hash, expires_at, ends })))
    }

    /// The look has found the session open.
    pub(crate) fn is_open(&self, capability: &Arc<Capability>, look: Look) {
        self.is_open_at(capability, look, seconds());
    }

    fn is_open_at(&self, capability: &Arc<Capability>, Look { hash, expires_at, ends }: Look, now: u64) {
        let mut remembered = self.remembered();
        // It may have ended since.
        if remembered.ends != ends {
            return;
        }
        let known = &mut remembered.known;
        if known.len() >= REMEMBERED {
            known.retain(|_, known| now < known.expires_at);
        }
        if known.len() < REMEMBERED || known.contains_key(&hash) {
            known.insert(hash, Known { capability: Arc::clone(capability), expires_at, open_at: now });
        }
    }

    /// The guest's session has ended: each of its capabilities is looked at anew.
    pub(crate) fn ended(&self, guest: &GuestId) {
        let mut remembered = self.remembered();
        remembered.ends += 1;
        remembered.known.retain(|_, known| known.capability.guest != *guest);
    }

    /// Whether a text names a key that is not known, but could be.
    pub(crate) fn names_unknown_key(keys: &CapabilityKeys, token: &str) -> bool {
        let header = (token.len() <= MAX_LENGTH).then(|| decode_header(token).ok()).flatten();
        let id = header.filter(|header| header.alg == Algorithm::HS256).and_then(|header| header.kid);
        id.is_some_and(|id| CapabilityKeys::could_have(&id) && keys.find(&id).is_none())
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn seconds() -> u64 {
    clock::now() / 1_000
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

    fn guest() -> GuestId {
        GuestId::parse("guest").unwrap()
    }

    /// As a request does whose guest's session is open. Whether it had to be looked at.
    fn use_at(verified: &Verified, keys: &CapabilityKeys, token: &str, now: u64) -> Option<bool> {
        let (capability, look) = verified.verify_at(keys, token, now)?;
        assert_eq!(capability.guest, guest());
        let is_new = look.is_some();
        if let Some(look) = look {
            verified.is_open_at(&capability, look, now);
        }
        Some(is_new)
    }

    #[test]
    fn a_capability_that_is_remembered_is_good_until_it_expires_and_no_longer() {
        let (keys, verified) = (keys(), Verified::default());
        let (token, expires_at) = issue(&keys, &guest(), Duration::from_secs(60)).unwrap();
        let now = seconds();
        assert_eq!([0, 0].map(|_| use_at(&verified, &keys, &token, now)), [Some(true), Some(false)]);
        assert_eq!(verified.remembered().known.len(), 1);
        let end = expires_at / 1_000;
        assert!(verified.verify_at(&keys, &token, end - 1).is_some());
        // From then on the token is looked at again: by the clock of this machine it is still good.
        verified.remembered().known.clear();
        let forged = format!("{}A{}", &token[..token.len() - 8], &token[token.len() - 7..]);
        let other = format!("{}B{}", &token[..token.len() - 8], &token[token.len() - 7..]);
        assert!([forged, other].iter().filter(|text| **text != token).all(|text| verified.verify(&keys, text).is_none()));
    }

    #[test]
    fn a_session_is_looked_at_again_after_a_while_and_at_once_after_its_end() {
        let (keys, verified) = (keys(), Verified::default());
        let (token, _) = issue(&keys, &guest(), Duration::from_secs(60)).unwrap();
        let now = seconds();
        assert_eq!(
            [0, 9, 10, 19, 20].map(|s| use_at(&verified, &keys, &token, now + s)),
            [true, false, true, false, true].map(Some)
        );
        verified.ended(&guest());
        let (capability, look) = verified.verify_at(&keys, &token, now + 21).unwrap();
        verified.ended(&guest());
        verified.is_open_at(&capability, look.unwrap(), now + 21);
        assert_eq!(use_at(&verified, &keys, &token, now + 21), Some(true), "a look from before the end says nothing");
    }

    #[test]
    fn a_capability_is_good_before_it_expires_and_not_at_that_second() {
        let keys = keys();
        let (token, _) = issue(&keys, &guest(), Duration::ZERO).unwrap();
        assert!(Verified::default().verify(&keys, &token).is_none());
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for_and_those_that_expired_make_room() {
        let (keys, verified) = (keys(), Verified::default());
        let capability = || Arc::new(Capability { guest: guest(), calls: Vec::new() });
        let number = |n: u64| {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&n.to_be_bytes());
            hash
        };
        let known = |n: u64| (number(n), Known { capability: capability(), expires_at: 2_000, open_at: 0 });
        verified.remembered().known.extend((0..REMEMBERED as u64).map(known));
        let (token, _) = issue(&keys, &guest(), Duration::from_secs(60)).unwrap();
        assert_eq!(use_at(&verified, &keys, &token, 1_999), Some(true));
        assert_eq!(verified.remembered().known.len(), REMEMBERED);
        assert_eq!([0, 0].map(|_| use_at(&verified, &keys, &token, 2_000)), [Some(true), Some(false)]);
        assert_eq!(verified.remembered().known.len(), 1);
    }
}
