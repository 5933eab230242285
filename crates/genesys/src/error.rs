//! Why a call failed.

use guestsync_core::Millis;

/// A failed call. Nothing in it repeats a credential, a body or a guest's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No connection, or it broke before the answer was there.
    #[error("Genesys cannot be reached")]
    Unreachable,
    /// No answer within the time limit.
    #[error("Genesys did not answer in time")]
    Timeout,
    /// The token endpoint refused the OAuth client.
    #[error("Genesys refused the OAuth client (status {status})")]
    Credentials {
        /// The status of the refusal.
        status: u16,
        /// Why, in the server's words; empty where they may not be shown.
        reason: String,
    },
    /// The organisation's token was refused, and so was its successor.
    #[error("Genesys refused the organisation's token")]
    Unauthorized,
    /// The rate limit is used up for longer than the caller can wait.
    #[error("Genesys asks to wait")]
    Busy {
        /// How long, in milliseconds.
        retry_after: Millis,
    },
    /// The answers stayed 5xx for as long as the caller could wait.
    #[error("Genesys is unavailable (status {status})")]
    Unavailable {
        /// The last status.
        status: u16,
    },
    /// The server will not take it however often it is asked.
    #[error("Genesys refused the call (status {status})")]
    Refused {
        /// The status of the refusal.
        status: u16,
        /// The error code in the answer, empty where it names none.
        code: String,
    },
    /// The answer is not what the contract says.
    #[error("Genesys answered something unexpected")]
    Malformed,
}

impl Error {
    /// A stable name of the rule.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable => "upstream.unreachable",
            Self::Timeout => "upstream.timeout",
            Self::Credentials { .. } => "upstream.credentials",
            Self::Unauthorized => "upstream.unauthorized",
            Self::Busy { .. } => "upstream.busy",
            Self::Unavailable { .. } => "upstream.unavailable",
            Self::Refused { .. } => "upstream.refused",
            Self::Malformed => "upstream.malformed",
        }
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() { Self::Timeout } else { Self::Unreachable }
    }
}
