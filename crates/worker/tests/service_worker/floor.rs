//! The floor of sealing, compiled from the core's own files: its vectors of third parties, in wasm.

use guestsync_core::seal::SealError;

#[path = "../../../core/src/seal/aead.rs"]
mod aead;
#[path = "../../../core/src/seal/base64.rs"]
mod base64;
#[path = "../../../core/src/seal/kdf.rs"]
mod kdf;
#[expect(dead_code, reason = "the core uses all of it")]
#[path = "../../../core/src/seal/secret.rs"]
mod secret;
