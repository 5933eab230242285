//! The key set, and agreements made ahead with its current key.

use alloc::string::String;
use alloc::vec::Vec;

use super::output::Output;
use crate::Millis;
use crate::seal::Agreement;

/// How long a key set serves that states nothing.
const USUAL_FRESH: Millis = 300_000;
/// A key set serves the forms that wait for it, whatever it states.
const MIN_FRESH: Millis = 10_000;
/// No key set serves for longer without being asked for again.
const MAX_FRESH: Millis = 86_400_000;
/// Agreements kept ready for forms to come.
const SPARE: usize = 1;

/// The key set and the agreements with its current key.
#[derive(Debug, Default)]
pub(super) struct Keys {
    set: Set,
    ready: Vec<Agreement>,
    /// Agreements asked for and not yet made.
    asked: usize,
}

/// What is known of the key set. A stale one serves where its successor cannot be had: whoever holds the private keys keeps the
/// old ones.
#[derive(Debug, Default)]
enum Set {
    #[default]
    Unknown,
    Fetching,
    Known {
        ids: Vec<String>,
        stale_at: Millis,
    },
    Refreshing {
        ids: Vec<String>,
    },
}

impl Keys {
    /// An agreement to seal one form with, where there is one.
    pub(super) fn take(&mut self, now: Millis, outputs: &mut Vec<Output>) -> Option<Agreement> {
        self.refresh(now, outputs);
        if matches!(self.set, Set::Refreshing { .. }) {
            return None;
        }
        self.ready.pop()
    }

    /// Gets the set and one agreement.
    pub(super) fn prepare(&mut self, now: Millis, outputs: &mut Vec<Output>) {
        self.refresh(now, outputs);
    }

    fn refresh(&mut self, now: Millis, outputs: &mut Vec<Output>) {
        self.set = match core::mem::take(&mut self.set) {
            Set::Unknown => {
                outputs.push(Output::GetKeys);
                Set::Fetching
            }
            Set::Known { ids, stale_at } if stale_at <= now => {
                outputs.push(Output::GetKeys);
                Set::Refreshing { ids }
            }
            set => set,
        };
    }

    /// Asks for as many agreements as forms wait for one. One to spare is made when nobody waits for an answer: it costs more than the
    /// rest of what is computed for a form.
    pub(super) fn replenish(&mut self, waiting: usize, idle: bool, outputs: &mut Vec<Output>) {
        let Set::Known { ids, .. } = &self.set else { return };
        let Some(key_id) = ids.first() else { return };
        let wanted = if idle { SPARE } else { waiting };
        while self.ready.len() + self.asked < wanted {
            outputs.push(Output::Agree { key_id: key_id.clone() });
            self.asked += 1;
        }
    }

    /// The set came.
    pub(super) fn came(&mut self, now: Millis, ids: Vec<String>, fresh_for: Option<Millis>) {
        self.ready.retain(|agreement| ids.first().is_some_and(|id| id == agreement.key_id()));
        let stale_at = now.saturating_add(fresh_for.unwrap_or(USUAL_FRESH).clamp(MIN_FRESH, MAX_FRESH));
        self.set = Set::Known { ids, stale_at };
    }

    /// The set did not come. Whether there is still one to seal with.
    pub(super) fn failed(&mut self, now: Millis) -> bool {
        if let Set::Refreshing { ids } | Set::Known { ids, .. } = core::mem::take(&mut self.set)
            && !ids.is_empty()
        {
            self.set = Set::Known { ids, stale_at: now.saturating_add(USUAL_FRESH) };
            return true;
        }
        false
    }

    /// An agreement was made. One with a key that is no longer the current one is wiped.
    pub(super) fn agreed(&mut self, agreement: Agreement) {
        self.asked = self.asked.saturating_sub(1);
        let current = match &self.set {
            Set::Known { ids, .. } | Set::Refreshing { ids } => ids.first(),
            Set::Unknown | Set::Fetching => None,
        };
        if current.is_some_and(|id| id == agreement.key_id()) {
            self.ready.push(agreement);
        }
    }

    /// This key cannot be agreed with: the next one of the set is tried. Whether there is one, or may be one soon.
    pub(super) fn agree_failed(&mut self, key_id: &str) -> bool {
        self.asked = self.asked.saturating_sub(1);
        if let Set::Known { ids, .. } | Set::Refreshing { ids } = &mut self.set {
            ids.retain(|id| id != key_id);
        }
        if matches!(&self.set, Set::Known { ids, .. } if ids.is_empty()) {
            self.set = Set::Unknown;
            return false;
        }
        true
    }
}
