//! The gateway's keys. None of them ever reaches a browser, a log, or disk readable by others.
//!
//! - [`files`]: files of mode 0600, and the refusal of any other;
//! - `state_key`: encrypts what the database holds, and makes session cookies;
//! - `capability`: signs capabilities;
//! - [`sealing`]: the key pairs that browsers seal to;
//! - `field`: the masters of the guests' own keys (`shared` mode), kept in the database.

pub(crate) mod capability;
pub(crate) mod field;
pub mod files;
pub mod sealing;
pub(crate) mod state_key;

use std::path::Path;

pub(crate) use capability::CapabilityKeys;
pub(crate) use field::FieldMasters;
pub use sealing::SealingKeys;
pub(crate) use state_key::StateKey;

/// The name of the sealing keys' file in the state directory.
pub const SEALING_FILE: &str = "sealing.jwks.json";

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
    /// The database does not answer.
    #[error("the keys in the database cannot be read: {0}")]
    Database(#[from] sqlx::Error),
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers")]
    Entropy,
}

/// The keys that live in files.
pub(crate) struct Keys {
    pub(crate) state: StateKey,
    pub(crate) capability: CapabilityKeys,
    pub(crate) sealing: SealingKeys,
}

impl Keys {
    /// Reads the keys of a state directory, making those that are missing.
    pub(crate) fn open(directory: &Path, given: Option<&str>) -> Result<Self, KeyError> {
        files::private_directory(directory)?;
        Ok(Self {
            state: match given {
                Some(text) => StateKey::parse(text).ok_or(KeyError::StateKey)?,
                None => StateKey::open(&directory.join(state_key::FILE))?,
            },
            capability: CapabilityKeys::open(&directory.join("capability.jwks.json"))?,
            sealing: SealingKeys::open(&directory.join(SEALING_FILE))?,
        })
    }
}
