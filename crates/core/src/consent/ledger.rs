//! What was decided about each purpose.

use alloc::string::String;
use alloc::vec::Vec;

use crate::clock::Clock;
use crate::journal::{Row, Table, Write};
use crate::shared_str::SharedStr;
use crate::sorted::Sorted;
use crate::text::cut;

/// The decision about one purpose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Decision {
    /// What the page's options say.
    stated: Option<bool>,
    signalled: bool,
    doubted: bool,
    /// The visitor has granted it here while it was doubted.
    insisted: bool,
    granted: Clock,
    withdrawn: Clock,
}

/// All decisions. Nothing stated is nothing granted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    decisions: Sorted<Decision>,
}

impl Ledger {
    fn get(&self, purpose: &SharedStr) -> Decision {
        self.decisions.get(purpose).copied().unwrap_or_default()
    }

    /// Changes what is known of a purpose.
    fn change(&mut self, purpose: &SharedStr, change: &dyn Fn(&mut Decision)) {
        let mut decision = self.get(purpose);
        change(&mut decision);
        self.decisions.insert(purpose.clone(), decision);
    }

    /// Whether a purpose is granted.
    #[must_use]
    pub fn is_granted(&self, purpose: &SharedStr) -> bool {
        let decision = self.get(purpose);
        !decision.doubted
            && (decision.granted > decision.withdrawn || (decision.stated == Some(true) && !self.is_decided(purpose)))
    }

    /// Whether the visitor, and not only the page's options, has decided about a purpose.
    #[must_use]
    pub fn is_decided(&self, purpose: &SharedStr) -> bool {
        let decision = self.get(purpose);
        decision.granted > Clock::ZERO || decision.withdrawn > Clock::ZERO
    }

    /// Whether any purpose is granted.
    #[must_use]
    pub fn grants_any(&self) -> bool {
        self.decisions.iter().any(|(purpose, _)| self.is_granted(purpose))
    }

    /// The epoch that an update set now carries.
    #[must_use]
    pub fn epoch(&self, purpose: &SharedStr) -> Clock {
        self.get(purpose).withdrawn
    }

    /// Whether an update of this purpose that was set under this epoch may be sent.
    #[must_use]
    pub fn allows(&self, purpose: &SharedStr, epoch: Clock) -> bool {
        self.is_granted(purpose) && self.epoch(purpose) == epoch
    }

    /// Whether an update of this purpose that was set under this epoch must go. One of a purpose that is neither decided nor stated
    /// here is left to who states it.
    #[must_use]
    pub fn refuses(&self, purpose: &SharedStr, epoch: Clock) -> bool {
        let decision = self.get(purpose);
        let refused =
            if self.is_decided(purpose) { decision.granted <= decision.withdrawn } else { decision.stated == Some(false) };
        refused || decision.withdrawn != epoch
    }

    /// Notes a grant by the visitor and gives the row to store.
    pub fn grant(&mut self, purpose: &SharedStr, at: Clock) -> Write {
        self.learn_decision("g", purpose, at);
        self.change(purpose, &|decision| decision.insisted = decision.doubted);
        Write::put(Table::Consent, key("g", purpose), at.to_text())
    }

    /// Notes a withdrawal and gives the row to store.
    pub fn withdraw(&mut self, purpose: &SharedStr, at: Clock) -> Write {
        self.learn_decision("w", purpose, at);
        self.change(purpose, &|decision| decision.insisted = false);
        Write::put(Table::Consent, key("w", purpose), at.to_text())
    }

    /// Takes note of what the page's options state.
    pub fn state(&mut self, stated: &[(SharedStr, bool)]) {
        for (purpose, granted) in stated {
            self.change(purpose, &|decision| decision.stated = Some(*granted));
        }
    }

    /// The rows that put what is stated here in place of what other pages have stated of the same purposes.
    #[must_use]
    pub fn restate(&self, stored: &Self) -> Vec<Write> {
        let mut writes = Vec::new();
        for (purpose, Decision { stated, .. }) in self.decisions.iter() {
            if let Some(granted) = *stated
                && stored.get(purpose).stated != *stated
            {
                let [kind, other] = if granted { ["s", "n"] } else { ["n", "s"] };
                writes.push(Write::put(Table::Consent, key(kind, purpose), SharedStr::default()));
                writes.push(Write::remove(Table::Consent, key(other, purpose)));
            }
        }
        writes
    }

    /// Until all that is stored is known, purposes that a signal may withdraw count as not granted.
    pub fn doubt(&mut self, purposes: &[SharedStr]) {
        for purpose in purposes {
            self.change(purpose, &|decision| decision.doubted = !decision.signalled);
        }
    }

    /// Takes note of whether a signal of the browser is `on` and of the purposes that it withdraws here, and gives the rows that change and
    /// the purposes that it withdraws for the first time. For those that only other pages of the site name it goes on.
    pub fn signal(&mut self, on: bool, purposes: &[SharedStr]) -> (Vec<Write>, Vec<SharedStr>) {
        let (mut writes, mut news) = (Vec::new(), Vec::new());
        for purpose in purposes {
            self.change(purpose, &|_| {});
        }
        for (purpose, decision) in self.decisions.iter_mut() {
            let signalled = purposes.contains(purpose) || (on && decision.signalled);
            decision.doubted = false;
            if decision.signalled != signalled {
                decision.signalled = signalled;
                writes.push(Write { table: Table::Consent, key: key("p", purpose), value: signalled.then(SharedStr::default) });
                if signalled {
                    news.push(purpose.clone());
                }
            }
        }
        (writes, news)
    }

    /// Whether the browser's signal is known to withdraw a purpose, on this page or another of the site's.
    #[must_use]
    pub fn is_signalled(&self, purpose: &SharedStr) -> bool {
        self.get(purpose).signalled
    }

    /// Whether the visitor has granted a purpose here while it was doubted.
    #[must_use]
    pub fn insists(&self, purpose: &SharedStr) -> bool {
        self.get(purpose).insisted
    }

    /// All purposes about which something is known, and whether they are granted.
    pub fn iter(&self) -> impl Iterator<Item = (&SharedStr, bool)> {
        self.decisions.iter().map(|(purpose, _)| (purpose, self.is_granted(purpose)))
    }

    /// Adds the rows that `stored`, what the journal holds, lacks of this: decisions that could not be stored when they were made, or
    /// that were cleared away since.
    pub fn ahead_of(&self, stored: &Self, writes: &mut Vec<Write>) {
        for (purpose, decision) in self.decisions.iter() {
            let there = stored.get(purpose);
            if decision.stated == Some(true) && stored.decisions.is_empty() {
                writes.push(Write::put(Table::Consent, key("s", purpose), SharedStr::default()));
            }
            for (kind, at, known) in [("g", decision.granted, there.granted), ("w", decision.withdrawn, there.withdrawn)] {
                if at > known {
                    writes.push(Write::put(Table::Consent, key(kind, purpose), at.to_text()));
                }
            }
        }
    }

    /// Takes note of a decision that is stored. What other pages' options state is theirs.
    pub fn hear(&mut self, row: &Row) -> Option<Clock> {
        if matches!(cut(&row.key, b'/')?.0, "s" | "n") { None } else { self.learn(row) }
    }

    /// Takes note of a stored row; one that means nothing is passed over. Gives the moment it names.
    pub fn learn(&mut self, row: &Row) -> Option<Clock> {
        let (kind, purpose) = cut(&row.key, b'/')?;
        let purpose = &SharedStr::from(purpose);
        match kind {
            "s" | "n" => self.change(purpose, &|decision| decision.stated = Some(kind == "s")),
            "p" => self.change(purpose, &|decision| decision.signalled = true),
            _ => return self.learn_decision(kind, purpose, Clock::from_text(&row.value)?),
        }
        None
    }

    fn learn_decision(&mut self, kind: &str, purpose: &SharedStr, at: Clock) -> Option<Clock> {
        let granted = kind == "g";
        if !granted && kind != "w" {
            return None;
        }
        self.change(purpose, &|decision| {
            let moment = if granted { &mut decision.granted } else { &mut decision.withdrawn };
            *moment = at.max(*moment);
        });
        Some(at)
    }
}

fn key(kind: &str, purpose: &str) -> SharedStr {
    let mut key = String::with_capacity(purpose.len() + 2);
    key.push_str(kind);
    key += "/";
    key.push_str(purpose);
    key.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Ticker;

    #[test]
    fn nothing_stated_is_nothing_granted() {
        assert!(!Ledger::default().is_granted(&"service".into()));
    }

    #[test]
    fn the_later_of_grant_and_withdrawal_counts_in_whatever_order_they_are_learnt() {
        let mut ticker = Ticker::new(1);
        let (grant, withdrawal, again) = (ticker.tick(1), ticker.tick(2), ticker.tick(3));
        let mut ledger = Ledger::default();
        ledger.withdraw(&"m".into(), withdrawal);
        ledger.grant(&"m".into(), grant);
        assert!(!ledger.is_granted(&"m".into()));
        ledger.grant(&"m".into(), again);
        assert!(ledger.is_granted(&"m".into()));
        ledger.withdraw(&"m".into(), withdrawal);
        assert!(ledger.is_granted(&"m".into()));
    }

    #[test]
    fn an_update_of_an_earlier_epoch_stays_dead_after_a_new_grant() {
        let mut ticker = Ticker::new(1);
        let mut ledger = Ledger::default();
        ledger.grant(&"m".into(), ticker.tick(1));
        let epoch = ledger.epoch(&"m".into());
        assert!(ledger.allows(&"m".into(), epoch));
        ledger.withdraw(&"m".into(), ticker.tick(2));
        ledger.grant(&"m".into(), ticker.tick(3));
        assert!(!ledger.allows(&"m".into(), epoch));
        assert!(ledger.allows(&"m".into(), ledger.epoch(&"m".into())));
    }

    #[test]
    fn what_options_state_yields_to_any_decision() {
        let mut ticker = Ticker::new(1);
        let mut ledger = Ledger::default();
        ledger.state(&[("m".into(), true), ("n".into(), false)]);
        assert!(ledger.is_granted(&"m".into()) && !ledger.is_decided(&"m".into()) && !ledger.is_granted(&"n".into()));
        ledger.withdraw(&"m".into(), ticker.tick(1));
        ledger.grant(&"n".into(), ticker.tick(2));
        assert!(!ledger.is_granted(&"m".into()) && ledger.is_granted(&"n".into()));
    }

    #[test]
    fn what_is_stated_takes_the_place_of_other_pages_statements_of_the_same_purposes_alone() {
        let mut stored = Ledger::default();
        stored.state(&[("m".into(), true), ("s".into(), true)]);
        let mut ledger = Ledger::default();
        ledger.state(&[("m".into(), false)]);
        let rows = [Write::put(Table::Consent, "n/m".into(), SharedStr::default()), Write::remove(Table::Consent, "s/m".into())];
        assert_eq!(ledger.restate(&stored), rows);
        assert_eq!(ledger.restate(&ledger), []);
    }

    #[test]
    fn an_update_is_refused_by_a_decision_or_a_statement_and_left_alone_where_nothing_is_said() {
        let mut ticker = Ticker::new(1);
        let mut ledger = Ledger::default();
        ledger.state(&[("no".into(), false), ("yes".into(), true)]);
        let refused = ["no", "yes", "unsaid"].map(|purpose| ledger.refuses(&purpose.into(), Clock::ZERO));
        assert_eq!(refused, [true, false, false]);
        ledger.withdraw(&"unsaid".into(), ticker.tick(1));
        assert!(ledger.refuses(&"unsaid".into(), Clock::ZERO));
        ledger.grant(&"unsaid".into(), ticker.tick(2));
        assert!(
            ledger.refuses(&"unsaid".into(), Clock::ZERO) && !ledger.refuses(&"unsaid".into(), ledger.epoch(&"unsaid".into()))
        );
    }

    #[test]
    fn a_signal_withdraws_when_it_is_first_seen_and_again_after_it_was_gone() {
        let mut ledger = Ledger::default();
        let m = ["m".into()];
        let (writes, news) = ledger.signal(true, &m);
        assert_eq!((writes.len(), news), (1, m.to_vec()));
        assert_eq!(ledger.signal(true, &m), (vec![], vec![]), "it stays: a grant since then holds");
        assert_eq!(ledger.signal(true, &[]), (vec![], vec![]), "a page that does not name it");
        assert_eq!(ledger.signal(false, &[]), (vec![Write::remove(Table::Consent, "p/m".into())], vec![]));
        assert_eq!(ledger.signal(true, &m).1, m);
    }

    #[test]
    fn a_ledger_is_rebuilt_from_its_rows() {
        let mut ticker = Ticker::new(1);
        let mut ledger = Ledger::default();
        ledger.state(&[("s".into(), true), ("n".into(), false)]);
        let mut writes = ledger.restate(&Ledger::default());
        writes.extend(ledger.signal(true, &["p".into()]).0);
        writes.push(ledger.grant(&"m".into(), ticker.tick(1)));
        writes.push(ledger.withdraw(&"m".into(), ticker.tick(2)));
        let mut other = Ledger::default();
        for Write { table, key, value } in writes {
            if let Some(value) = value {
                other.learn(&Row { table, key, value });
            }
        }
        assert_eq!(ledger, other);
    }
}
