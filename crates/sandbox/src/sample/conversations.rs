//! Past conversations, computed from their number: conversation 0 is the newest, at the sandbox's start; the others lie
//! evenly spread over the days before it.
//!
//! Of every 20 in a row, 16 have `crm_ticket_id`, 12 `crm_ticket_priority` and 7 `crm_channel_source`.

use std::ops::Range;

use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::options::Sample;

const PRIORITIES: [&str; 4] = ["low", "medium", "high", "critical"];
const CHANNELS: [&str; 3] = ["web", "email", "phone"];
const DAY: i64 = 24 * 60 * 60 * 1000;

/// The conversations of a sandbox.
pub(crate) struct Conversations {
    newest: OffsetDateTime,
    count: i64,
    /// Milliseconds from one to the next older one.
    step: i64,
}

impl Conversations {
    pub(crate) fn new(sample: Sample, newest: OffsetDateTime) -> Self {
        let count = i64::from(sample.conversations);
        Self { newest, count, step: (i64::from(sample.days) * DAY / count.max(1)).max(1) }
    }

    /// The numbers of those from `from` to `to`, both included.
    pub(crate) fn between(&self, from: OffsetDateTime, to: OffsetDateTime) -> Range<i64> {
        let first = self.older_than(to).clamp(0, self.count);
        // The first that is older than `from`, looked for one millisecond earlier.
        let end = self.older_than(from - Duration::milliseconds(1)).clamp(0, self.count);
        first.min(end)..end
    }

    /// The conversation of a number: `{conversationId, customAttributes}`.
    pub(crate) fn shown(&self, number: i64) -> Value {
        json!({
            "conversationId": format!("c0ffee00-0000-4000-8000-{number:012x}"),
            "customAttributes": attributes(number),
        })
    }

    /// How many of a range have each attribute.
    pub(crate) fn count(&self, range: Range<i64>) -> Map<String, Value> {
        let mut counts = Map::new();
        for name in range.flat_map(|number| attributes(number).into_iter().map(|(name, _)| name)) {
            let count = counts.get(&name).and_then(Value::as_u64).unwrap_or(0);
            counts.insert(name, json!(count + 1));
        }
        counts
    }

    /// The number of the first conversation at or before a time; may be out of range.
    fn older_than(&self, at: OffsetDateTime) -> i64 {
        let age = (self.newest - at).whole_milliseconds();
        let step = i128::from(self.step);
        i64::try_from(age.div_euclid(step) + i128::from(age.rem_euclid(step) > 0)).unwrap_or(self.count)
    }
}

fn attributes(number: i64) -> Map<String, Value> {
    let pick = |list: &[&'static str]| list[usize::try_from(number).unwrap_or(0) / 20 % list.len()];
    let mut attributes = Map::new();
    if number % 5 != 4 {
        attributes.insert("crm_ticket_id".into(), json!(format!("T-{number}")));
    }
    if number % 5 < 3 {
        attributes.insert("crm_ticket_priority".into(), json!(pick(&PRIORITIES)));
    }
    if number % 20 < 7 {
        attributes.insert("crm_channel_source".into(), json!(pick(&CHANNELS)));
    }
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWEST: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn sample(conversations: u32, days: u32) -> Conversations {
        Conversations::new(Sample { conversations, days, ..Sample::default() }, NEWEST)
    }

    #[test]
    fn an_interval_includes_both_its_ends() {
        let conversations = sample(24, 1);
        let hours = |n: i64| NEWEST - Duration::hours(n);
        assert_eq!(conversations.between(hours(23), hours(0)), 0..24);
        assert_eq!(conversations.between(hours(2), hours(1)), 1..3);
        assert_eq!(conversations.between(hours(2), hours(2)), 2..3);
        let millisecond = Duration::milliseconds(1);
        assert_eq!(conversations.between(hours(2) + millisecond, hours(1) - millisecond), 2..2);
        assert_eq!(conversations.between(hours(100), hours(50)), 24..24);
        assert_eq!(conversations.between(hours(-50), hours(-100)), 0..0);
    }

    #[test]
    fn the_shares_of_the_attributes_are_as_stated() {
        let counts = sample(100_000, 30).count(0..100_000);
        let expected = json!({"crm_ticket_id": 80_000, "crm_ticket_priority": 60_000, "crm_channel_source": 35_000});
        assert_eq!(Value::Object(counts), expected);
    }
}
