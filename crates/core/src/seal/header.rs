//! The protected header of a sealed field (RFC 7516 §4), written in one order and read by strict rules.
//!
//! ```json
//! {"alg":"ECDH-ES","enc":"A256GCM","kid":"…","epk":{"kty":"EC","crv":"P-256","x":"…","y":"…"},"apu":"…","gst":"…","fld":"/email"}
//! ```
//! `gst` and `fld` are private header names: the guest and the JSON Pointer of the field. `apu` is base64url of `fld`.

mod read;

use alloc::string::String;

use super::point::PublicPoint;
use super::{Place, SealError, base64};
use crate::json;

/// What the header of one field says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) key_id: String,
    pub(super) ephemeral: PublicPoint,
    pub(super) guest: String,
    pub(super) field: String,
}

impl Header {
    /// The JSON text of the header of this place.
    pub(super) fn write(key_id: &str, ephemeral: &PublicPoint, place: &Place) -> String {
        let mut text = String::with_capacity(320);
        text.push_str(r#"{"alg":"ECDH-ES","enc":"A256GCM","kid":"#);
        json::string(&mut text, key_id);
        text.push_str(r#","epk":{"kty":"EC","crv":"P-256","x":""#);
        text.push_str(&base64::url(ephemeral.x()));
        text.push_str(r#"","y":""#);
        text.push_str(&base64::url(ephemeral.y()));
        text.push_str(r#""},"apu":""#);
        text.push_str(&base64::url(place.field().as_str().as_bytes()));
        text.push_str(r#"","gst":"#);
        json::string(&mut text, place.guest());
        text.push_str(r#","fld":"#);
        json::string(&mut text, place.field().as_str());
        text.push('}');
        text
    }

    /// Reads a header. The members may come in any order, each once, without white space.
    ///
    /// # Errors
    /// [`SealError::Unsupported`] for another algorithm or a member that this suite does not have (`zip`, `crit`, …), else
    /// [`SealError::Malformed`].
    pub(super) fn read(text: &str) -> Result<Self, SealError> {
        read::header(text)
    }

    /// Whether the header names this place.
    pub(super) fn is_of(&self, place: &Place) -> bool {
        self.guest == place.guest() && self.field == place.field().as_str()
    }
}
