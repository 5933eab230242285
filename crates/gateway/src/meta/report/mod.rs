//! How many conversations have an attribute (R1).
//!
//! The days are split into intervals that touch, pages are followed by their cursor, and a conversation that comes again, on a page
//! that shifted or at the end of two intervals, counts once. The last interval ends in the past, so the counts stand still.
//!
//! - [`render`]: the report as a table, CSV, JSON or a page.

mod render;

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use guestsync_core::Millis;
use guestsync_core::retry::Policy;
use guestsync_genesys::Error;
use guestsync_genesys::call::ConversationPage;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::{MetaError, Metadata};
use crate::clock;

pub use render::{Form, render};

const READ: &str = "analytics:read";
const DAY: Millis = 24 * 60 * 60 * 1_000;
/// What one query covers.
const INTERVAL: Millis = 7 * DAY;
/// The most days that a report covers.
pub const MOST_DAYS: u32 = 3_660;
/// The attributes of a report that names none.
pub const USUAL_ATTRIBUTES: [&str; 2] = ["crm_ticket_priority", "crm_channel_source"];
/// The days of a report that names none.
pub const USUAL_DAYS: u32 = 30;
/// How long a page waits for the rate budget.
const PATIENCE: Duration = Duration::from_secs(300);
/// Names that are counted where all are asked for.
const MOST_NAMES: usize = 2_000;

/// Which attributes are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// These.
    Named(Vec<String>),
    /// Every one that a conversation has.
    All,
}

impl Wanted {
    /// Names separated by commas; `*` is every one, nothing the usual ones.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut names: Vec<String> = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !names.iter().any(|other| other == name) {
                names.push(name.to_owned());
            }
        }
        match names.as_slice() {
            [] => Self::Named(USUAL_ATTRIBUTES.map(str::to_owned).to_vec()),
            [one] if one == "*" => Self::All,
            _ => Self::Named(names),
        }
    }
}

/// A time that a report covers, both ends included, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its begin.
    pub from: Millis,
    /// Its end.
    pub to: Millis,
}

impl Span {
    /// So many days up to the last full second.
    #[must_use]
    pub fn last_days(days: u32) -> Self {
        let to = clock::now() / 1_000 * 1_000;
        Self { from: to.saturating_sub(Millis::from(days.min(MOST_DAYS)) * DAY), to }
    }

    /// The intervals that it is queried by, newest first; each ends where another begins.
    fn intervals(self) -> impl Iterator<Item = Self> {
        let mut end = Some(self.to);
        std::iter::from_fn(move || {
            let to = end?;
            let from = to.saturating_sub(INTERVAL).max(self.from);
            end = (from > self.from).then_some(from);
            Some(Self { from, to })
        })
    }
}

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The first moment that it covers, RFC 3339.
    pub from: String,
    /// The last one.
    pub to: String,
    /// Conversations in that time.
    pub conversations: u64,
    /// Each attribute, in the order asked for, or the most used first.
    pub attributes: Vec<Usage>,
}

/// How much an attribute is used.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Its name.
    pub name: String,
    /// Conversations that have it.
    pub count: u64,
    /// Their share of all, 0 to 1.
    pub fill_rate: f64,
}

impl Metadata {
    /// Counts. `told` hears of the conversations so far after each page.
    ///
    /// # Errors
    /// Genesys refuses or fails.
    pub async fn report(&self, wanted: &Wanted, span: Span, mut told: impl FnMut(u64)) -> Result<Report, MetaError> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut conversations = 0;
        // One that comes again is in this interval or ends the one before.
        let (mut seen, mut before) = (HashSet::new(), HashSet::new());
        for interval in span.intervals() {
            let (from, to) = (clock::rfc3339_ms(interval.from), clock::rfc3339_ms(interval.to));
            let (mut cursor, mut cursors): (Option<String>, _) = (None, HashSet::new());
            loop {
                let page = self.page(&from, &to, cursor.as_deref()).await.map_err(|error| MetaError::of(error, READ))?;
                for conversation in page.page {
                    let id = short(&conversation.conversation_id);
                    if before.contains(&id) || !seen.insert(id) {
                        continue;
                    }
                    conversations += 1;
                    let attributes = conversation.custom_attributes.unwrap_or_default();
                    for (name, _) in attributes.into_iter().filter(|(_, value)| !value.is_null()) {
                        count(&mut counts, wanted, name);
                    }
                }
                told(conversations);
                cursor = page.next_page_token.filter(|next| !next.is_empty());
                match &cursor {
                    None => break,
                    // A cursor that comes again would never end.
                    Some(next) if !cursors.insert(short(next)) => return Err(MetaError::Genesys(Error::Malformed)),
                    Some(_) => {}
                }
            }
            before = std::mem::take(&mut seen);
        }
        let usage = |name: String, count: u64| {
            let fill_rate = if conversations == 0 { 0.0 } else { count as f64 / conversations as f64 };
            Usage { name, count, fill_rate }
        };
        let attributes = match wanted {
            Wanted::Named(names) => {
                names.iter().map(|name| usage(name.clone(), counts.get(name).copied().unwrap_or(0))).collect()
            }
            Wanted::All => {
                let mut all: Vec<Usage> = counts.into_iter().map(|(name, count)| usage(name, count)).collect();
                all.sort_by_key(|usage| std::cmp::Reverse(usage.count));
                all
            }
        };
        Ok(Report { from: clock::rfc3339_ms(span.from), to: clock::rfc3339_ms(span.to), conversations, attributes })
    }
}

impl Metadata {
    /// One page; a rate budget that is spent is waited for, so that the pages before are not lost.
    async fn page(&self, from: &str, to: &str, cursor: Option<&str>) -> Result<ConversationPage, Error> {
        let began = Instant::now();
        loop {
            let wait = match self.client.conversations(from, to, cursor).await {
                Err(Error::Busy { retry_after }) => Duration::from_millis(retry_after.max(Policy::SERVER.base)),
                outcome => return outcome,
            };
            if began.elapsed() + wait > PATIENCE {
                return Err(Error::Busy { retry_after: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX) });
            }
            tokio::time::sleep(wait).await;
        }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, wanted: &Wanted, name: String) {
    let counted = match wanted {
        Wanted::Named(names) => names.contains(&name),
        Wanted::All => counts.len() < MOST_NAMES || counts.contains_key(&name),
    };
    if counted {
        *counts.entry(name).or_default() += 1;
    }
}

/// Ids are of any length; a set of them is not to be.
fn short(id: &str) -> u128 {
    let hash: [u8; 32] = Sha256::digest(id).into();
    u128::from_be_bytes(std::array::from_fn(|index| hash[index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_touch_and_cover_the_span() {
        for days in [1, 7, 8, 30, 365] {
            let span = Span { from: 1_000, to: 1_000 + days * DAY };
            let intervals: Vec<Span> = span.intervals().collect();
            assert_eq!((intervals[0].to, intervals.last().unwrap().from), (span.to, span.from));
            assert!(intervals.windows(2).all(|pair| pair[0].from == pair[1].to));
            assert!(intervals.iter().all(|interval| interval.to - interval.from <= INTERVAL));
        }
        assert_eq!(Span { from: 5, to: 5 }.intervals().count(), 1);
    }

    #[test]
    fn names_are_read_as_the_address_has_them() {
        assert_eq!(Wanted::parse(" a,b, a,"), Wanted::Named(vec!["a".into(), "b".into()]));
        assert_eq!(Wanted::parse("*"), Wanted::All);
        assert_eq!(Wanted::parse(""), Wanted::Named(USUAL_ATTRIBUTES.map(str::to_owned).to_vec()));
    }
}
