//! Capabilities: signed, minutes-long, good for one guest and a few calls. The only credential that page script can reach.
//!
//! A JWT (RFC 7519) with HS256, whatever its header says: the algorithm and the keys are ours, the header only picks a key by `kid`.

use std::time::Duration;

use guestsync_core::Millis;
use guestsync_genesys::call::GuestId;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use crate::keys::{CapabilityKeys, KeyError};
use crate::{clock, text};

const ISSUER: &str = "guestsync";
const AUDIENCE: &str = "guestsync-gateway";
/// A longer token is not looked at.
const MAX_LENGTH: usize = 2_048;

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

/// The capability in a text; `None` where it is forged, expired, or something else.
pub(crate) fn verify(keys: &CapabilityKeys, token: &str) -> Option<Capability> {
    if token.len() > MAX_LENGTH {
        return None;
    }
    let key = keys.find(&decode_header(token).ok()?.kid?)?;
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = 0;
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = decode::<Claims>(token, &key.verify, &validation).ok()?.claims;
    Some(Capability { guest: GuestId::parse(&claims.sub)?, calls: claims.calls })
}
