//! Moments as the database has them.

use guestsync_core::Millis;

/// Milliseconds as the database has them.
pub(super) fn signed(ms: Millis) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}
