//! `genesys.limits`: what the operator lets the gateway ask of Genesys, beside what Genesys tells; `genesys.guests_share`: what of it new
//! sessions leave to guests who have one.

use std::collections::BTreeMap;
use std::time::Duration;

use guestsync_genesys::RateLimit;

use super::reader::{Name, Reader};

const LIMITS: Name = Name { file: "genesys.limits", env: Some("GENESYS_LIMITS") };
const EXPECTED: &str =
    "must be limits like all=250/60 or G1=60/60 (requests in so many seconds, up to 1000000 in up to 3600), each once";

const SHARE: Name = Name { file: "genesys.guests_share", env: Some("GENESYS_GUESTS_SHARE") };

/// The name of what all calls share.
const ALL: &str = "all";

/// The limit of all calls together, and those of single ones.
pub(super) type Limits = (Option<RateLimit>, BTreeMap<String, RateLimit>);

pub(super) fn read(reader: &mut Reader<'_>) -> Limits {
    let Some(texts) = reader.list(LIMITS) else { return Limits::default() };
    let parsed: Option<BTreeMap<String, RateLimit>> = texts.iter().map(|text| limit(text)).collect();
    let Some(mut limits) = parsed.filter(|limits| limits.len() == texts.len()) else {
        return reader.problem(reader.shown(LIMITS), EXPECTED).unwrap_or_default();
    };
    (limits.remove(ALL), limits)
}

/// Percent; none stated: as usual.
pub(super) fn guests_share(reader: &mut Reader<'_>) -> Option<u32> {
    reader.parsed(SHARE, "0 to 90", |text| text.parse().ok().filter(|percent| *percent <= 90))
}

fn limit(text: &str) -> Option<(String, RateLimit)> {
    let (call, rate) = text.split_once('=')?;
    let (requests, seconds) = rate.split_once('/')?;
    let requests = requests.parse().ok().filter(|requests| (1..=1_000_000).contains(requests))?;
    let seconds = seconds.parse().ok().filter(|seconds| (1..=3_600).contains(seconds))?;
    let window = Duration::from_secs(seconds);
    (call == ALL || RateLimit::applies_to(call)).then(|| (call.to_owned(), RateLimit { requests, window }))
}
