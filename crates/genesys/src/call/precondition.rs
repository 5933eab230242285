//! The headers of a write that make it conditional or repeatable.

use reqwest::header::{HeaderValue, IF_MATCH, IF_NONE_MATCH};

use crate::send::Request;

/// `Idempotency-Key`, `If-Match` and `If-None-Match`, as the asker sent them.
#[derive(Debug, Clone, Default)]
pub struct Precondition {
    /// The same on every repeat of one write.
    pub idempotency_key: Option<HeaderValue>,
    /// The version that the write was made for.
    pub if_match: Option<HeaderValue>,
    /// `*`: only if nothing was written yet.
    pub if_none_match: Option<HeaderValue>,
}

impl Precondition {
    pub(crate) fn apply(self, request: Request<'_>) -> Request<'_> {
        request
            .header(reqwest::header::HeaderName::from_static("idempotency-key"), self.idempotency_key)
            .header(IF_MATCH, self.if_match)
            .header(IF_NONE_MATCH, self.if_none_match)
    }
}
