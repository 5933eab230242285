//! Why a value was not sealed or not opened.

/// Why a value was not sealed or not opened. The messages are constant: neither value nor key is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealError {
    /// The text is not of the format's form.
    Malformed,
    /// The text names another algorithm, or a header member that this suite does not have.
    Unsupported,
    /// No key with this id is held.
    KeyUnknown,
    /// The value was changed, or sealed with another key.
    Forged,
    /// The value was sealed for another guest or another field.
    Misplaced,
    /// The value is longer than [`MAX_PLAIN`](super::MAX_PLAIN).
    TooLong,
    /// The key has sealed as many values as it may.
    Exhausted,
    /// The guest's id or the key's id is not of the allowed form.
    Name,
}

impl SealError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "seal.malformed",
            Self::Unsupported => "seal.unsupported",
            Self::KeyUnknown => "seal.key_unknown",
            Self::Forged => "seal.forged",
            Self::Misplaced => "seal.misplaced",
            Self::TooLong => "seal.too_long",
            Self::Exhausted => "seal.exhausted",
            Self::Name => "seal.name",
        }
    }

    /// What to tell a developer.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Malformed => "This is not a sealed value.",
            Self::Unsupported => "The value is sealed in a way that is not supported: only ECDH-ES on P-256 with A256GCM is.",
            Self::KeyUnknown => "The key that the value was sealed to is not among the given ones.",
            Self::Forged => "The value was changed, or it was sealed with another key.",
            Self::Misplaced => "The value was sealed for another guest or another field.",
            Self::TooLong => "The value is longer than 512,000 bytes.",
            Self::Exhausted => "The key has sealed as many values as it may.",
            Self::Name => "The guest's id or the key's id has characters that are not allowed.",
        }
    }
}

impl core::fmt::Display for SealError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for SealError {}
