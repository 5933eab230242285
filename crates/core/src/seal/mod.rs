//! Sealing a field: one suite, two modes, nothing to choose by the caller.
//!
//! ```text
//!             shell: ECDH (WebCrypto, p256, an HSM)
//!                        │ Z
//!  plain ─► sealed ── kdf ─► aead ─► JWE compact            open ◄─ expected guest and field
//!  plain ─► shared ───────── aead ─► base64(iv ‖ ct ‖ tag)
//!                        ▲
//!                     Entropy (the one source of nonces)
//! ```
//! - [`sealed`]: JWE (RFC 7516), ECDH-ES on P-256 by direct key agreement and A256GCM (RFC 7518 §4.6, §5.3), to a public key;
//! - [`open`]: its counterpart, for whoever holds the private key;
//! - [`shared`]: AES-256-GCM with a key that both sides hold;
//! - [`point`]: a public key;
//! - [`place`]: whose field a value is, bound into what is sealed;
//! - [`entropy`]: where nonces come from. Nobody else can pass one.
//!
//! The key agreement itself is an effect of the shell: this module gets the 32-byte secret it yields. `aead` and `kdf` are the
//! floor: private, tested with vectors of third parties.

mod aead;
mod base64;
pub mod entropy;
pub mod error;
mod header;
mod kdf;
pub mod open;
pub mod place;
pub mod point;
pub mod sealed;
mod secret;
pub mod shared;

pub use entropy::Entropy;
pub use error::SealError;
pub use open::{Agree, Envelope, open};
pub use place::{Place, guest_id_is_valid};
pub use point::PublicPoint;
pub use sealed::{Agreement, seal};
pub use shared::{Binding, SharedKey};

/// The most bytes of one plain value: what the largest form (512,000 bytes) can hold.
pub const MAX_PLAIN: usize = 512_000;
