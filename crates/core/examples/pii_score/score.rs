//! How often what is there was found, and how often what is not.

use std::collections::BTreeMap;
use std::fmt::Write;

use guestsync_core::pii::{Kind, Kinds};

use crate::row::Row;

/// Counts of one kind or group.
#[derive(Default)]
struct Line {
    there: u32,
    found: u32,
    absent: u32,
    false_alarms: u32,
}

/// Counts by kind, and by group within it.
#[derive(Default)]
pub(crate) struct Score(BTreeMap<String, Line>);

impl Score {
    /// Counts a row in which these kinds were found.
    pub(crate) fn count(&mut self, row: &Row, found: Kinds) {
        for kind in row.judged.iter() {
            let right = found.contains(kind);
            if !row.kinds.contains(kind) {
                let line = self.line(kind.name());
                line.absent += 1;
                line.false_alarms += u32::from(right);
                continue;
            }
            let groups = row.groups.iter().filter(|group| is_within(group, kind));
            for name in groups.map(String::as_str).chain([kind.name()]) {
                let line = self.line(name);
                line.there += 1;
                line.found += u32::from(right);
            }
        }
    }

    fn line(&mut self, name: &str) -> &mut Line {
        self.0.entry(name.to_owned()).or_default()
    }

    /// The score as a table.
    pub(crate) fn table(&self) -> String {
        let mut out = String::from("kind                   there   found   recall   absent  alarms     rate\n");
        for (name, line) in &self.0 {
            let recall = share(line.found, line.there);
            let rate = share(line.false_alarms, line.absent);
            let Line { there, found, absent, false_alarms } = line;
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{name:<20} {there:>7} {found:>7} {recall:>8} {absent:>8} {false_alarms:>7} {rate:>8}");
        }
        out
    }
}

/// Whether a group, as `card/luhn`, tells more than the kind itself does.
fn is_within(group: &str, kind: Kind) -> bool {
    group.strip_prefix(kind.name()).is_some_and(|rest| rest.starts_with('/'))
}

fn share(part: u32, whole: u32) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.4}", f64::from(part) / f64::from(whole)) }
}
