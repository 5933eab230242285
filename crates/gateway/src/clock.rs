//! The wall clock, and how a moment is written.

use std::time::{SystemTime, UNIX_EPOCH};

use guestsync_core::Millis;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970.
pub(crate) fn now() -> Millis {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX))
}

/// A moment as RFC 3339 has it, in whole seconds, UTC.
pub(crate) fn rfc3339(at: Millis) -> String {
    let seconds = i64::try_from(at / 1_000).unwrap_or_default();
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc3339).unwrap_or_default()
}

/// As [`rfc3339`], in milliseconds.
pub(crate) fn rfc3339_ms(at: Millis) -> String {
    let seconds = rfc3339(at);
    format!("{}.{:03}Z", seconds.trim_end_matches('Z'), at % 1_000)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_moment_is_written_in_utc() {
        assert_eq!(super::rfc3339(784_111_777_999), "1994-11-06T08:49:37Z");
        assert_eq!(super::rfc3339_ms(784_111_777_009), "1994-11-06T08:49:37.009Z");
    }
}
