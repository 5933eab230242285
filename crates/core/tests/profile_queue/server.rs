//! A gateway and what is behind it: fences by number, one effect per Idempotency-Key, refusals, and answers that get lost.

use std::collections::BTreeMap;

use guestsync_core::profile::{Patch, Upstream};
use guestsync_core::seal::{Binding, SharedKey};
use serde_json::Value;

use crate::browser::{key, place};

/// One member of one guest's profile.
pub type Member = (String, String);

#[derive(Default)]
pub struct Server {
    /// The client's number of the value.
    pub profiles: BTreeMap<Member, u64>,
    fences: BTreeMap<Member, (u64, bool)>,
    kept: BTreeMap<String, (String, Upstream)>,
    bodies: BTreeMap<String, String>,
    /// What took effect in a patch of which something was left out: the whole of it may come again with a higher number.
    partial: Vec<(Member, u64)>,
    /// Storage has refused a write: then an entry and what it was made from may both be on disk, and a value that the profile holds
    /// may be written once more.
    pub full: bool,
    /// What took effect, in order.
    pub effects: Vec<(Member, u64)>,
    pub broken: Option<String>,
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Fine,
    /// The server does its work and its answer is lost.
    Lost,
    /// Nothing arrives.
    Reset,
    /// Answered with this status before anything is done.
    Status(u16),
    /// 429 with so many seconds.
    Pause(u64),
}

/// No server ever takes these.
pub const fn is_poison(value: u64) -> bool {
    value.is_multiple_of(23)
}

impl Server {
    /// What a patch carries, opened.
    pub fn carried(patch: &Patch) -> Vec<(Member, u64)> {
        let operations: Vec<Value> = serde_json::from_str(&patch.body).expect("a JSON Patch");
        let operation = |operation: &Value| {
            let path = operation["path"].as_str().expect("a path").to_owned();
            let sealed = operation["value"].as_str().expect("a text");
            if path == "/lastUpdated" {
                return None;
            }
            let opened =
                SharedKey::open(&key(), sealed, &place(&patch.guest, &path), Binding::Field).expect("sealed for this place");
            Some(((patch.guest.clone(), path), opened.expose().parse().expect("a number")))
        };
        operations.iter().filter_map(operation).collect()
    }

    /// `None`: no answer comes.
    pub fn take(&mut self, patch: &Patch, fate: Fate) -> Option<Upstream> {
        let before = self.bodies.insert(patch.idempotency_key.clone(), patch.body.clone());
        if before.is_some_and(|before| before != patch.body) {
            self.broken = Some("I4: another body under the same Idempotency-Key".into());
        }
        match fate {
            Fate::Fine => Some(self.perform(patch)),
            Fate::Lost => {
                self.perform(patch);
                None
            }
            Fate::Reset => None,
            Fate::Status(status) => Some(Upstream { status, ..Upstream::default() }),
            Fate::Pause(seconds) => Some(Upstream { status: 429, pause: Some(seconds * 1_000), ..Upstream::default() }),
        }
    }

    fn perform(&mut self, patch: &Patch) -> Upstream {
        if let Some((_, answer)) = self.kept.get(&patch.idempotency_key) {
            return answer.clone();
        }
        let answer = self.write(patch);
        self.kept.insert(patch.idempotency_key.clone(), (patch.body.clone(), answer.clone()));
        answer
    }

    fn write(&mut self, patch: &Patch) -> Upstream {
        let mut values = Self::carried(patch);
        let fence = |member: &Member| self.fences.get(member).copied();
        let barred = |member: &Member| {
            fence(member)
                .filter(|(seq, applied)| !(patch.sequence > *seq || patch.sequence == *seq && !applied))
                .map(|(seq, _)| seq)
        };
        let in_the_way = values.iter().filter_map(|(member, _)| barred(member)).max();
        values.retain(|(member, _)| barred(member).is_none());
        if values.iter().any(|(_, value)| is_poison(*value)) {
            return Upstream { status: 422, code: Some("bad.request".into()), ..Upstream::default() };
        }
        for (member, value) in values {
            if self.profiles.get(&member).is_some_and(|there| *there > value) {
                self.broken = Some(format!("I3: {member:?} goes back to {value}"));
            }
            let effect = (member.clone(), value);
            let harmless = self.full && self.profiles.get(&member) == Some(&value);
            if self.effects.contains(&effect) && !self.partial.contains(&effect) && !harmless {
                self.broken = Some(format!("I4: {value} takes effect on {member:?} once more"));
            }
            if in_the_way.is_some() {
                self.partial.push(effect.clone());
            }
            self.effects.push(effect);
            self.fences.insert(member.clone(), (patch.sequence, true));
            self.profiles.insert(member, value);
        }
        Upstream { status: 200, sequence: in_the_way, ..Upstream::default() }
    }
}
