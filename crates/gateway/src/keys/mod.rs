//! The gateway's keys. None of them ever reaches a browser, a log, or disk readable by others.
//!
//! - [`files`]: files of mode 0600, and the refusal of any other;
//! - `state_key`: encrypts what the database holds, and makes session cookies;
//! - `capability`: signs capabilities;
//! - [`sealing`]: the key pairs that browsers seal to;
//! - `learned`: takes over what other gateways have made of both;
//! - `shared`: gateways on one database agree on them;
//! - `field`: the masters of the guests' own keys (`shared` mode), kept in the database.

pub(crate) mod capability;
pub(crate) mod field;
pub mod files;
pub(crate) mod learned;
pub mod sealing;
pub(crate) mod shared;
pub(crate) mod state_key;

use std::path::Path;
use std::sync::Arc;

pub(crate) use capability::CapabilityKeys;
pub(crate) use field::FieldMasters;
use learned::LearnedKeys;
pub use sealing::{PublicJwk, SealingKeys};
pub(crate) use state_key::StateKey;

/// The name of the sealing keys' file in the state directory.
pub const SEALING_FILE: &str = "sealing.jwks.json";
/// The name of the capability keys' file in the state directory.
const CAPABILITY_FILE: &str = "capability.jwks.json";

/// Why the keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file cannot be read or made, or others can read it.
    #[error(transparent)]
    File(#[from] files::FileError),
    /// A file holds something else.
    #[error("{file} does not hold {expected}")]
    Content {
        /// The file.
        file: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// `GUESTSYNC_STATE_KEY` is not a key.
    #[error(
        "GUESTSYNC_STATE_KEY must be 32 bytes in base64url without padding, as `openssl rand` and `basenc --base64url` make them"
    )]
    StateKey,
    /// A secret in the database was encrypted under another state key.
    #[error("the database was written under another state key")]
    OtherStateKey,
    /// Other gateways on this database have other keys.
    #[error("{0} holds other keys than the gateways that share the database: remove it (keep a copy) to take theirs over")]
    NotShared(String),
    /// Another request has looked, in vain.
    #[error("the keys in the database could not be read a moment ago")]
    Unseen,
    /// The database does not answer.
    #[error("the keys in the database cannot be read: {0}")]
    Database(#[from] sqlx::Error),
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers")]
    Entropy,
}

/// The keys that live in files.
pub(crate) struct Keys {
    pub(crate) state: Arc<StateKey>,
    pub(crate) capability: LearnedKeys<CapabilityKeys>,
    pub(crate) sealing: LearnedKeys<SealingKeys>,
}

impl Keys {
    #[cfg(test)]
    pub(crate) fn open(directory: &Path, given: Option<&str>) -> Result<Self, KeyError> {
        files::private_directory(directory)?;
        Self::with(StateKey::of(directory, given)?, directory)
    }

    /// Reads the keys of a state directory, making those that are missing.
    pub(crate) fn with(state: StateKey, directory: &Path) -> Result<Self, KeyError> {
        Ok(Self {
            state: Arc::new(state),
            capability: LearnedKeys::new(CapabilityKeys::open(&directory.join(CAPABILITY_FILE))?),
            sealing: LearnedKeys::new(SealingKeys::open(&directory.join(SEALING_FILE))?),
        })
    }
}

/// Adds a sealing key and a capability key to those of a state directory; its gateway uses them from its next start on, and others on
/// the database from then on. The sealing keys, the new one first.
///
/// # Errors
/// There is no sealing key yet, or a file cannot be read or written.
pub fn rotate(directory: &Path) -> Result<SealingKeys, KeyError> {
    let keys = SealingKeys::rotate(&directory.join(SEALING_FILE))?;
    CapabilityKeys::rotate(&directory.join(CAPABILITY_FILE))?;
    Ok(keys)
}
