//! What an HTTP answer means for the request that got it.

/// What happens after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 2xx: the server took it.
    Done,
    /// Nothing is decided yet: the same request again, after a delay.
    Retry,
    /// 401: one new token and one repeat; a second 401 is final.
    Reauthorize,
    /// Somebody else wrote: read, rebase, write with the version just read; at most [`MAX_REBASES`] times.
    Rebase,
    /// The server will not take it however often it is asked.
    Final,
}

/// How often one write is rebased before its conflict counts as a failure to be retried later.
pub const MAX_REBASES: u32 = 3;

/// The verdict on an answer with this status and, where its body names one, this error `code`.
///
/// A request without an answer (network failure, aborted, timed out) is always [`Verdict::Retry`]. So is all of 5xx, of which proxies know
/// more than RFC 9110 does. A redirect is final: an API does not move, and a credential must not follow it.
#[must_use]
pub fn judge(status: u16, code: Option<&str>) -> Verdict {
    match status {
        200..=299 => Verdict::Done,
        401 => Verdict::Reauthorize,
        409 if code == Some("idempotency.in.progress") => Verdict::Retry,
        409 if code == Some("request.conflict") => Verdict::Rebase,
        412 => Verdict::Rebase,
        408 | 425 | 429 => Verdict::Retry,
        500.. => Verdict::Retry,
        _ => Verdict::Final,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_contract_holds_row_by_row() {
        let rows: &[(u16, Option<&str>, Verdict)] = &[
            (200, None, Verdict::Done),
            (201, None, Verdict::Done),
            (204, None, Verdict::Done),
            (301, None, Verdict::Final),
            (400, None, Verdict::Final),
            (401, Some("bad.credentials"), Verdict::Reauthorize),
            (403, None, Verdict::Final),
            (404, None, Verdict::Final),
            (408, None, Verdict::Retry),
            (409, Some("request.conflict"), Verdict::Rebase),
            (409, Some("idempotency.in.progress"), Verdict::Retry),
            (409, Some("session.bound"), Verdict::Final),
            (409, None, Verdict::Final),
            (412, None, Verdict::Rebase),
            (413, None, Verdict::Final),
            (415, None, Verdict::Final),
            (422, Some("idempotency.mismatch"), Verdict::Final),
            (425, None, Verdict::Retry),
            (429, Some("too.many.requests.retry.after"), Verdict::Retry),
            (500, None, Verdict::Retry),
            (501, None, Verdict::Retry),
            (502, None, Verdict::Retry),
            (503, None, Verdict::Retry),
            (504, None, Verdict::Retry),
            (521, None, Verdict::Retry),
        ];
        for (status, code, verdict) in rows {
            assert_eq!(judge(*status, *code), *verdict, "{status} {code:?}");
        }
    }
}
