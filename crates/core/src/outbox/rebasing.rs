//! A write that met another version: what the server already holds is delivered, the rest is written over it, or as the page decides.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Outbox;
use super::input::Answer;
use super::output::{Event, Output, Precondition};
use super::sending::Step;
use crate::attribute::Value;
use crate::journal::Entry;
use crate::shared_str::SharedStr;

impl Outbox {
    /// The state of the server is known again; before anything is written over it, the journal says whether it is newer.
    pub(super) fn compare(&mut self, answer: Box<Answer>) {
        self.theirs = Some(answer);
        let load = self.load();
        self.step(Step::Comparing(load));
    }

    /// What the server already holds is delivered, the rest is written over it.
    pub(super) fn rebase(&mut self) {
        let Some(answer) = self.theirs.take() else { return self.release() };
        self.version.clone_from(&answer.etag);
        self.forget_superseded();
        let Some(flight) = &mut self.flight else { return self.release() };
        flight.precondition = self.version.clone().map_or(Precondition::Unwritten, Precondition::Version);
        let (mut keys, mut conflicts) = (Vec::new(), Vec::new());
        for (key, theirs) in &answer.attributes {
            let Some(entry) = flight.entries.get(key) else { continue };
            let ours = flight.value(key, entry);
            if ours == theirs {
                // Who wrote it is not known, and its event may be owed: written once more, it is told with the rest.
                if !self.options.hooks
                    && let Some(entry) = flight.entries.remove(key)
                {
                    flight.found.insert(key.clone(), *entry);
                }
            } else {
                keys.push(key.clone());
                conflicts.push((key.clone(), ours.clone(), theirs.clone()));
            }
        }
        if !conflicts.is_empty() {
            self.event(Event::Conflict { keys });
            if self.options.resolves {
                let send = self.id();
                self.step(Step::Resolving(send));
                return self.put(Output::Resolve { send, conflicts });
            }
        }
        self.rewrite();
    }

    /// What is not the newest of its key any more must not be written for a newer version.
    fn forget_superseded(&mut self) {
        let Some(flight) = &mut self.flight else { return };
        let pending = &self.pending;
        let is_newest =
            |key: &SharedStr, entry: &Entry| pending.get(key).is_some_and(|waiting| waiting.entry.clock == entry.clock);
        for key in &flight.entries.select(&|key, entry| !is_newest(key, entry)) {
            flight.entries.remove(key);
        }
    }

    pub(super) fn resolved(&mut self, send: u32, values: Vec<(SharedStr, Option<Value>)>) {
        if !self.is_step(Step::Resolving(send)) {
            return;
        }
        if let Some(flight) = &mut self.flight {
            for (key, value) in &values {
                match value {
                    Some(value) => {
                        flight.resolved.insert(key.clone(), value.clone());
                    }
                    None => {
                        if let Some(entry) = flight.entries.remove(key) {
                            flight.found.insert(key.clone(), *entry);
                            flight.given_up.insert(key.clone(), ());
                        }
                    }
                }
            }
        }
        self.rewrite();
    }

    pub(super) fn rewrite(&mut self) {
        if self.flight.as_ref().is_some_and(|flight| flight.entries.is_empty()) {
            let version = self.version.clone();
            return self.took(version);
        }
        self.authorize();
    }
}
