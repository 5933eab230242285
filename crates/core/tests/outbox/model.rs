//! The reference: what was set, what was promised, what was withdrawn.

use std::collections::{BTreeMap, BTreeSet};

use guestsync_core::clock::Clock;
use guestsync_core::journal::record::Record;
use guestsync_core::journal::{Table, Write};

/// One value that a tab set; values are unique, so a value names its `set`.
#[derive(Debug, Clone)]
pub struct Told {
    pub key: String,
    pub purpose: String,
    /// In the order in which the calls were made.
    pub order: u64,
    /// Known from the record that was stored.
    pub clock: Option<Clock>,
    /// The epoch of its purpose that the tab knew when it set this.
    pub epoch: Clock,
    /// Whether its promise said that it is kept on disk.
    pub promised: bool,
}

#[derive(Default)]
pub struct Model {
    pub told: BTreeMap<String, Told>,
    order: u64,
    /// What was set up to then is nobody's: the visitor's logout has resolved.
    pub ended: Clock,
    pub logouts: u64,
    /// The latest moment of any logout: with clocks set back, not always that of the last.
    pub latest_end: Clock,
    /// Per purpose: the order at which its last withdrawal began, and that of the last one whose promise has resolved, or 0.
    withdrawn: BTreeMap<String, (u64, u64)>,
    /// Purposes of which storage refused a withdrawal: the tab that made it goes on removing what others, who cannot know, set for them.
    unkept: BTreeSet<String>,
    granted_since: BTreeMap<String, bool>,
    /// Storage refused, and the clock was set back: decisions that nobody could hear of may have later clocks than the withdrawal
    /// that came after them.
    pub unsure: bool,
    /// Purposes that the visitor has ever granted.
    granted: BTreeSet<String>,
}

pub const PURPOSES: [&str; 2] = ["marketing", "service"];

/// Keys `m0`… serve marketing, all others service.
pub fn purpose_of(key: &str) -> &'static str {
    PURPOSES[usize::from(!key.starts_with('m'))]
}

impl Model {
    pub fn set(&mut self, key: &str, value: &str) {
        self.order += 1;
        let told = Told {
            key: key.into(),
            purpose: purpose_of(key).into(),
            order: self.order,
            clock: None,
            epoch: Clock::ZERO,
            promised: false,
        };
        self.told.insert(value.into(), told);
    }

    /// Learns from a record, whether it could be stored or not, when its entries were set; gives the end of a session, if one ends.
    pub fn stored(&mut self, writes: &[Write]) -> Option<Clock> {
        let mut end = None;
        for write in writes.iter().filter(|write| write.key.ends_with("/ended")) {
            let at = write.value.as_deref().and_then(Clock::from_text).unwrap_or_default();
            self.latest_end = self.latest_end.max(at);
            end = Some(at);
        }
        for write in writes.iter().filter(|write| write.table == Table::Records) {
            let Some(Ok(record)) = write.value.as_deref().map(Record::decode) else { continue };
            for (_, entry) in record.entries {
                if let Some(told) = self.told.get_mut(&entry.value.typed()[1..]) {
                    // It was set under a withdrawal that its tab had not heard of, and was held in memory meanwhile.
                    told.promised &= told.clock.is_none() || told.epoch == entry.epoch;
                    told.clock = Some(entry.clock);
                    told.epoch = entry.epoch;
                }
            }
        }
        end
    }

    pub fn promise(&mut self, value: &str) {
        if let Some(told) = self.told.get_mut(value) {
            told.promised = true;
        }
    }

    /// The order at which it began.
    pub fn withdraw(&mut self, purpose: &str) -> u64 {
        self.order += 1;
        self.withdrawn.entry(purpose.into()).or_default().0 = self.order;
        self.granted_since.insert(purpose.into(), false);
        self.order
    }

    pub fn withdrawal_resolved(&mut self, purpose: &str, order: u64) {
        if let Some((_, resolved)) = self.withdrawn.get_mut(purpose) {
            *resolved = order.max(*resolved);
        }
    }

    pub fn withdrawal_unkept(&mut self, purpose: &str) {
        self.unkept.insert(purpose.into());
    }

    pub fn grant(&mut self, purpose: &str) {
        self.order += 1;
        self.granted_since.insert(purpose.into(), true);
        self.granted.insert(purpose.into());
    }

    /// Whether a value was withdrawn: by a withdrawal that began after it was set, or by one that its tab had not heard of.
    pub fn is_withdrawn(&self, told: &Told, epoch: Clock) -> bool {
        let since = self.withdrawn.get(&told.purpose).is_some_and(|(order, _)| *order > told.order);
        since || epoch != told.epoch || self.unkept.contains(&told.purpose)
    }

    /// Whether a request that starts now may carry this value, in a tab whose page states that `service` is granted, or does not.
    pub fn may_start(&self, value: &str, stated: bool) -> Result<(), String> {
        let Some(told) = self.told.get(value) else { return Err(format!("nobody ever set {value}")) };
        let granted = self.granted.contains(&told.purpose) || (stated && told.purpose == "service");
        if !granted {
            return Err(format!("a request carries {value} of {}, which nobody has granted here", told.key));
        }
        if told.clock.is_some_and(|at| at <= self.ended) {
            return Err(format!("a request carries {value} of {} after the logout has resolved", told.key));
        }
        let Some((last, resolved)) = self.withdrawn.get(&told.purpose) else { return Ok(()) };
        if *resolved > told.order && !self.unsure {
            return Err(format!("a request carries {value} of {} after its withdrawal has resolved", told.key));
        }
        if resolved == last && !self.granted_since[&told.purpose] && !self.unsure {
            return Err(format!("a request carries {value} of {}, whose purpose is withdrawn", told.key));
        }
        Ok(())
    }

    /// The clock of a value, where its record was ever written.
    pub fn clock(&self, value: &str) -> Option<Clock> {
        self.told.get(value).and_then(|told| told.clock)
    }
}
