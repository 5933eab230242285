//! Why a request has to wait.

use std::time::Instant;

/// Why a request may not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    /// When it may, unless an answer comes before; without it only an answer decides.
    pub(crate) until: Option<Instant>,
}

/// What holds a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The limit itself.
    Limit,
    /// What is kept for guests who have a session.
    Guests,
    /// What its address has had.
    Address,
}

/// Why a start may not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeldStart {
    pub(super) wait: Wait,
    pub(super) by: By,
}
