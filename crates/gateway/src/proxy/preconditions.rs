//! The headers of a write that go along: under which key, and on which version.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use guestsync_genesys::call::Precondition;

/// Those of a request; `key` is the one that Genesys gets.
pub(crate) fn precondition(headers: &HeaderMap, key: Option<HeaderValue>) -> Precondition {
    Precondition {
        idempotency_key: key,
        if_match: combined(headers, &header::IF_MATCH),
        if_none_match: combined(headers, &header::IF_NONE_MATCH),
    }
}

/// A header whose lines are one list (RFC 9110 §5.3).
pub(crate) fn combined(headers: &HeaderMap, name: &HeaderName) -> Option<HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    let (first, second) = (lines.next()?, lines.next());
    let Some(second) = second else { return Some(first.clone()) };
    let all: Vec<&[u8]> = [first, second].into_iter().chain(lines).map(HeaderValue::as_bytes).collect();
    HeaderValue::from_bytes(&all.join(&b", "[..])).ok()
}
