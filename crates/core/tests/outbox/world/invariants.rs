//! What must hold of every step, by the reference model.

use guestsync_core::journal::Write;
use guestsync_core::outbox::{Action, Durability, Outcome, Request};

use super::World;
use crate::locks::TabId;
use crate::model::purpose_of;
use crate::tab::{Tab, Waits};

impl World {
    pub(super) fn check_send(&mut self, id: TabId, request: &Request) {
        let now = self.time.mono();
        self.model.unsure = self.storage.refused && self.set_back;
        if let Action::Write { body, .. } | Action::Hook { body, .. } = &request.action {
            for value in values(body) {
                let stated = self.tabs.get(&id).is_some_and(|tab| tab.stated == Some(true));
                if let Err(why) = self.model.may_start(&value, stated) {
                    self.break_off(format!("tab {id}: {why}"));
                }
            }
        }
        if now < self.pause_until {
            self.break_off(format!("tab {id} sends inside a Retry-After window"));
        }
        if !request.keepalive {
            let busy = |tab: &&Tab| tab.id != id && tab.sending.is_some_and(|(_, deadline)| deadline > now);
            if let Some(other) = self.tabs.values().find(busy).map(|tab| tab.id) {
                self.break_off(format!("tabs {id} and {other} send at once"));
            }
        }
    }

    /// I3: what the server holds of a key never goes back.
    pub(super) fn check_order(&mut self, from: usize) {
        if self.storage.refused {
            return;
        }
        for at in from..self.server.applied.len() {
            let (key, value) = self.server.applied[at].clone();
            let earlier = self.server.applied[..at].iter().rev().find(|(of, _)| *of == key);
            // What was withdrawn is forgotten with its clock: with a wall clock set back since, its successor's may be earlier.
            let ended = self.model.latest_end;
            let withdrawn = |value: &String| {
                self.model.clock(value).is_some_and(|at| at <= ended)
                    || self
                        .model
                        .told
                        .get(value)
                        .is_some_and(|told| self.model.is_withdrawn(told, self.storage.epoch(&told.purpose)))
            };
            // So is what a page has taken back by what it states.
            let refused = self.contradicts && purpose_of(&key) == "service";
            if refused || earlier.is_some_and(|(_, before)| withdrawn(before)) {
                continue;
            }
            let clocks = earlier.and_then(|(_, before)| Some((self.model.clock(before)?, self.model.clock(&value)?)));
            if clocks.is_some_and(|(before, now)| now < before) {
                self.break_off(format!("{key} went back to {value}"));
            }
        }
    }

    pub(super) fn settled(&mut self, id: TabId, call: u32, outcome: &Outcome) {
        let Some(waits) = self.tabs.get_mut(&id).and_then(|tab| tab.calls.remove(&call)) else {
            return self.break_off(format!("call {call} of tab {id} was settled twice, or never made"));
        };
        match (waits, outcome) {
            (Waits::Set(values), Outcome::Set { durability: Some(Durability::Disk), held, .. }) => {
                for value in values {
                    let key = self.model.told[&value].key.clone();
                    if !held.iter().any(|held| **held == *key) {
                        self.model.promise(&value);
                    }
                }
            }
            (Waits::Withdraw(purpose, order), Outcome::Done) => self.model.withdrawal_resolved(&purpose, order),
            (Waits::Withdraw(purpose, _), Outcome::Unkept) => self.model.withdrawal_unkept(&purpose),
            (Waits::Logout(records), Outcome::Done) => {
                let own = self.tabs.get(&id).map(|tab| tab.ended).unwrap_or_default();
                // Of two logouts at once in tabs whose clocks differ, the one stored last counts.
                self.model.ended = own.min(self.storage.ended());
                if let Some(left) = records.iter().find(|key| self.storage.holds_ended(key)) {
                    self.break_off(format!("record {left} outlives the logout of tab {id}"));
                }
            }
            _ => {}
        }
    }

    /// From the moment at which everybody can know of it, nobody sends inside a pause.
    pub(super) fn note_pause(&mut self, writes: &[Write]) {
        for write in writes.iter().filter(|write| write.key.ends_with("/pause")) {
            let times = write.value.as_deref().and_then(|text| text.split_once(' '));
            if let Some((Ok(set), Ok(until))) = times.map(|(set, until)| (set.parse::<u64>(), until.parse::<u64>())) {
                // The answer came a transaction ago, and the clock may have been set since.
                let left = (until - set).min(until.saturating_sub(self.time.now().wall));
                self.pause_until = self.pause_until.max(self.time.mono() + left.saturating_sub(10));
            }
        }
    }
}

fn values(body: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_str(body).expect("a body is JSON");
    body["attributes"].as_object().expect("attributes").values().map(|v| v.as_str().expect("text").to_owned()).collect()
}
