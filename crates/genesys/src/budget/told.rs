//! What an answer says of the limits.

use std::time::Duration;

use serde::Deserialize;

use super::window::Reading;
use crate::Answer;

/// The namespace of the limits that all calls of a client share.
const OF_ALL: &str = "platform.api";

/// Whose limit a 429 names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// That of all calls.
    All,
    /// That of the call which was refused.
    Own,
}

/// What an answer says of the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Told {
    pub(super) reading: Option<Reading>,
    /// Whether it is a 429.
    pub(super) refused: bool,
    pub(super) whose: Option<Whose>,
    /// How long a 429 closes what it names.
    pub(super) wait: Option<Duration>,
}

#[derive(Deserialize)]
struct Body {
    limit: Option<Limit>,
}

#[derive(Deserialize)]
struct Limit {
    namespace: String,
}

impl Told {
    pub(super) fn by(answer: &Answer) -> Self {
        let reading = reading(answer);
        if answer.status != 429 {
            return Self { reading, ..Self::default() };
        }
        let limit = serde_json::from_slice::<Body>(&answer.body).ok().and_then(|body| body.limit);
        let whose = limit.map(|limit| if limit.namespace == OF_ALL { Whose::All } else { Whose::Own });
        Self { reading, refused: true, whose, wait: Some(Duration::from_millis(answer.pause())) }
    }
}

/// What the rate headers say, where they are all there and make sense.
fn reading(answer: &Answer) -> Option<Reading> {
    let number = |name: &str| answer.headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let allowed = number("inin-ratelimit-allowed").filter(|allowed| *allowed > 0)?;
    let reset = number("inin-ratelimit-reset").filter(|seconds| (1..=3_600).contains(seconds))?;
    Some(Reading { count: number("inin-ratelimit-count")?, allowed, reset: Duration::from_secs(reset) })
}
