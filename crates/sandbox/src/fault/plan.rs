//! What a fault plan says, in TOML and in JSON.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

/// Which requests fail and how. The rules are asked in order; the first that fires decides, except that delays add up
/// and that they and partly refused batches let the rules after them be asked.
///
/// ```
/// let plan = guestsync_sandbox::FaultPlan::from_toml(r#"
///     seed = 7
///
///     [[rules]]                       # the first three attribute writes get a 429 with an HTTP-date
///     calls = ["A1"]
///     first = 3
///     effect = { kind = "status", status = 429, retryAfter = { date = 5 } }
///
///     [[rules]]                       # every tenth patch, by chance, is applied but its answer is lost
///     method = "PATCH"
///     path = "/api/v2/guests/*"
///     probability = 0.1
///     effect = { kind = "lost" }
/// "#)?;
/// assert_eq!(plan.rules.len(), 2);
/// # Ok::<_, guestsync_sandbox::FaultPlanError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// Decides all draws; the sandbox's own seed where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The rules, in the order in which they are asked.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// One rule: which requests it is about (all conditions given must hold), which of those it fires for, and what happens.
///
/// The n-th request a rule is about is the same n in every run, and whether n is drawn follows from seed, rule and n
/// alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rule {
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Names of calls, such as `A1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<String>,
    /// An HTTP method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A pattern for the whole path: `*` stands for anything within a segment, `**` for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only from this many milliseconds after the plan was put in force.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "from_ms")]
    pub from_ms: Option<u64>,
    /// Only until this many milliseconds after the plan was put in force.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "until_ms")]
    pub until_ms: Option<u64>,
    /// Leaves this many requests out first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: u64,
    /// Fires for at most this many requests after those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u64>,
    /// Fires for every n-th request after those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// Fires by chance, from 0 (never) to 1 (always).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// What happens.
    pub effect: Effect,
}

impl Rule {
    /// A rule about every request; narrow it by setting its fields.
    #[must_use]
    pub fn always(effect: Effect) -> Self {
        Self {
            name: None,
            calls: Vec::new(),
            method: None,
            path: None,
            from_ms: None,
            until_ms: None,
            skip: 0,
            first: None,
            every: None,
            probability: None,
            effect,
        }
    }
}

/// What happens to a request that a rule fires for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Effect {
    /// An error answer; the request has no effect.
    Status {
        /// 400 to 599.
        status: u16,
        /// The error code; the platform's usual one for the status where it is missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// The `Retry-After` header; none where it is missing, also with 429.
        #[serde(default, skip_serializing_if = "Option::is_none", rename = "retryAfter", alias = "retry_after")]
        retry_after: Option<RetryAfter>,
    },
    /// The request takes this long. It runs to its end even if the client goes away meanwhile.
    Delay {
        /// Milliseconds of real time.
        ms: u64,
    },
    /// The connection is reset; the request has no effect.
    Reset {},
    /// The request has its effect, then the connection is reset: the answer is lost.
    Lost {},
    /// No answer until the client gives up or the sandbox stops; the request has no effect.
    Hang {},
    /// 409 `request.conflict`, as if another client had just written.
    Conflict {},
    /// 401 `bad.credentials`; the token presented is revoked.
    RejectToken {},
    /// S3 refuses some of a batch's entities and applies the others. Like a delay it lets later rules be asked.
    Entities {
        /// How likely each entity is refused, from 0 to 1.
        share: f64,
        /// The status of a refused entity, 400 to 599.
        status: u16,
        /// Its error code; the platform's usual one for the status where it is missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
}

/// A `Retry-After` header (RFC 9110, section 10.2.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum RetryAfter {
    /// Seconds.
    Seconds(u64),
    /// An HTTP-date so many seconds from now, or before now.
    Date {
        /// Seconds from now.
        date: i64,
    },
    /// The header's text as it is, for what no server should send.
    Text {
        /// The text.
        text: String,
    },
}

/// The code the platform gives with a status.
pub(crate) fn default_code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "bad.credentials",
        403 => "not.authorized",
        404 => "not.found",
        408 => "client.timeout",
        409 => "request.conflict",
        412 => "precondition.failed",
        413 => "request.entity.too.large",
        415 => "unsupported.media.type",
        422 => "unprocessable.entity",
        425 => "too.early",
        429 => "too.many.requests.retry.after",
        500 => "internal.server.error",
        502 => "bad.gateway",
        503 => "service.unavailable",
        504 => "gateway.timeout",
        501 | 505.. => "server.error",
        _ => "bad.request",
    }
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}
