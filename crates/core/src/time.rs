//! Time as an argument.

/// Milliseconds: of a duration, or since an epoch that the field's name tells.
pub type Millis = u64;

/// The two clocks of a moment, read by the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Wall clock, milliseconds since 1970-01-01T00:00:00Z. May jump in either direction; only dates are made from it.
    pub wall: Millis,
    /// Monotonic clock, milliseconds since an epoch of the shell's choice. Waits are measured by it.
    pub mono: Millis,
}

impl Now {
    /// A moment from its two clocks.
    #[must_use]
    pub const fn new(wall: Millis, mono: Millis) -> Self {
        Self { wall, mono }
    }
}
