//! What an answer means for what was sent, and for what is sent next.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Outbox;
use super::input::{Answer, Hint};
use super::output::{Event, Reason};
use super::sending::{Sender, Step};
use super::storing::Job;
use crate::journal::{Table, Write};
use crate::retry::retry_after::CEILING;
use crate::retry::verdict::MAX_REBASES;
use crate::retry::{Policy, Verdict, judge};
use crate::shared_str::SharedStr;
use crate::{Millis, Sensitive, json};

impl Reason {
    pub(super) fn of(answer: &Answer) -> Self {
        Self { status: answer.status, code: answer.code.clone(), message: answer.message.clone() }
    }

    const fn none() -> Self {
        Self { status: 0, code: None, message: None }
    }
}

impl Outbox {
    pub(super) fn is_step(&self, wanted: Step) -> bool {
        matches!(self.sender, Sender::Holding { step, .. } if step == wanted)
    }

    /// One that was asked for before the session ended is another guest's.
    pub(super) fn token_came(&mut self, guest: &str, asked_at: Millis, value: Sensitive<String>, expires_in: Option<f64>) {
        if self.guest.as_deref() != Some(guest) {
            return;
        }
        self.restarted = false;
        self.token.came(asked_at, value, expires_in);
        if self.is_step(Step::Authorizing) {
            self.proceed();
        }
    }

    pub(super) fn token_failed(&mut self, guest: &str, answer: &Answer) {
        if self.guest.as_deref() != Some(guest) {
            return;
        }
        self.token.failed();
        if !self.is_step(Step::Authorizing) {
            return;
        }
        if answer.status == 0 || judge(answer.status, answer.code.as_deref()) == Verdict::Retry {
            return self.retry(answer);
        }
        if self.session_is_gone(answer) {
            return self.start();
        }
        self.block(answer);
    }

    /// No repeat would change this answer. What made it may change, as a key that another gateway does not know yet: the updates wait for
    /// minutes, or until something else happens.
    pub(super) fn block(&mut self, answer: &Answer) {
        let delay = Policy::BLOCKED.delay(0, self.random.draw());
        self.blocked = true;
        self.next_try = self.now.mono + delay;
        self.retrying(Reason::of(answer), delay);
        self.release();
    }

    /// Something else has happened.
    pub(super) fn unblock(&mut self) {
        if core::mem::take(&mut self.blocked) {
            self.next_try = 0;
        }
    }

    pub(super) fn send_failed(&mut self, send: u32) {
        if self.is_step(Step::Hooking(send)) {
            return self.hook_answered(&Answer::default());
        }
        if self.is_step(Step::Sending(send)) {
            if let Some(flight) = &mut self.flight {
                flight.uncertain = true;
            }
        } else if !self.is_step(Step::Reading(send)) {
            return;
        }
        self.step(Step::Authorizing);
        let delay = self.back_off();
        self.retrying(Reason::none(), delay);
        self.release();
    }

    pub(super) fn answered(&mut self, send: u32, mut answer: Box<Answer>) {
        if self.is_step(Step::Hooking(send)) {
            return self.hook_answered(&answer);
        }
        let reading = self.is_step(Step::Reading(send));
        if !reading && !self.is_step(Step::Sending(send)) {
            return;
        }
        // The request has ended: from here on nothing is to be aborted.
        self.step(Step::Authorizing);
        match judge(answer.status, answer.code.as_deref()) {
            Verdict::Done if reading => self.compare(answer),
            Verdict::Done => self.took(answer.etag),
            Verdict::Final if reading && answer.status == 404 => {
                answer.etag = None;
                self.compare(answer);
            }
            Verdict::Retry => {
                // These may come from before or from after the server did its work.
                let uncertain = !reading && !matches!(answer.status, 425 | 429 | 503);
                if let Some(flight) = &mut self.flight {
                    flight.uncertain |= uncertain;
                    // Another one is asked for at a later try, also under the same lock.
                    flight.reauthorized = false;
                }
                self.retry(&answer);
            }
            Verdict::Reauthorize => self.reauthorize(&answer),
            Verdict::Rebase => self.conflicted(&answer),
            Verdict::Final => self.refused(&answer),
        }
    }

    /// Tries again later: when the server says, or after the policy's delay.
    pub(super) fn retry(&mut self, answer: &Answer) {
        let mut delay = self.back_off();
        let asked = pause_of(answer);
        let is_ours = self.deadline().is_some();
        if let Some(asked) = asked {
            // Everybody was asked to come back at the same moment: come a little later than that.
            delay = asked + self.random.draw() % (asked / 10 + 1).min(1_000);
            self.pause = self.pause.max(self.now.mono + asked);
            self.next_try = self.now.mono + delay;
        }
        self.retrying(Reason::of(answer), delay);
        match asked {
            Some(_) if is_ours => {
                // A longer pause that is known already must not be shortened for the others; a tab that has slept since it sent
                // does not know it.
                let left = self.pause - self.now.mono;
                let mut value = String::new();
                json::integer(&mut value, self.now.wall);
                value += " ";
                json::integer(&mut value, self.now.wall + left);
                let write = self.state("pause", Some(value.into()));
                self.record(vec![write]);
                self.notify(Hint::State);
            }
            _ => self.release(),
        }
    }

    fn reauthorize(&mut self, answer: &Answer) {
        self.token.rejected_current();
        match &mut self.flight {
            Some(flight) if !flight.reauthorized => {
                flight.reauthorized = true;
                self.authorize();
            }
            _ => {
                self.drop_flight();
                self.block(answer);
            }
        }
    }

    fn conflicted(&mut self, answer: &Answer) {
        match &mut self.flight {
            Some(flight) if flight.rebases < MAX_REBASES => {
                flight.rebases += 1;
                // The server has let us in, so the capability is good.
                (flight.uncertain, flight.reauthorized) = (false, false);
                self.read();
            }
            _ => {
                self.drop_flight();
                self.retry(answer);
            }
        }
    }

    /// The server has what was sent.
    pub(super) fn took(&mut self, version: Option<SharedStr>) {
        let Some(flight) = self.flight.take() else { return self.release() };
        self.attempts = 0;
        self.version = if self.undecided { None } else { version };
        let (mut writes, mut keys) = (Vec::new(), Vec::new());
        let mut latency = 0;
        self.note_hook(&flight, &mut writes);
        for entries in [&flight.entries, &flight.found] {
            for (key, entry) in entries.iter() {
                self.learn_delivered(key, entry.clock);
                writes.push(Write::put(Table::Delivered, self.row_key(key), entry.clock.to_text()));
                let gone = self.pending.get(key).is_some_and(|waiting| waiting.entry.clock <= entry.clock);
                if gone {
                    self.pending.remove(key);
                }
                if flight.given_up.contains(key) {
                    self.accounts.superseded += u64::from(gone);
                } else {
                    self.accounts.delivered += u64::from(gone);
                    let took = self.now.wall.saturating_sub(entry.clock.wall());
                    latency = latency.max(took);
                    self.latencies.add(took);
                    keys.push(key.clone());
                }
            }
        }
        writes.push(self.state("version", self.version.clone()));
        if !keys.is_empty() {
            self.event(Event::Delivered { keys, latency });
        }
        self.record(writes);
    }

    /// The server will not take this batch. If it says which keys are to blame, or that can be found out, the others go on.
    fn refused(&mut self, answer: &Answer) {
        let Some(flight) = self.flight.take() else {
            return self.block(answer);
        };
        self.undecided |= flight.is_decided();
        self.attempts = 0;
        let keys = flight.entries.keys();
        let named = flight.entries.select(&|key, _| names(&answer.fields, key));
        let divisible = matches!(answer.status, 400 | 413 | 422);
        let guilty = if divisible && !named.is_empty() {
            named
        } else if divisible && keys.len() > 1 {
            let (mut first, mut second) = (Vec::new(), Vec::new());
            for key in &keys {
                let part = if first.len() < keys.len() / 2 { &mut first } else { &mut second };
                part.push(key.clone());
            }
            self.parts.push(second);
            self.parts.push(first);
            return self.proceed();
        } else {
            keys
        };
        for key in &guilty {
            let clock = flight.entries.get(key).map(|entry| entry.clock);
            if self.pending.get(key).is_some_and(|waiting| Some(waiting.entry.clock) == clock) {
                self.pending.remove(key);
                self.accounts.rejected += 1;
            }
        }
        self.event(Event::Rejected { keys: guilty, reason: Reason::of(answer) });
        self.record(Vec::new());
    }

    /// Keeps an outcome before anything else happens under this lock.
    pub(super) fn record(&mut self, mut writes: Vec<Write>) {
        self.removals(&mut writes);
        let store = self.store(Job::Record, writes);
        self.step(Step::Recording(store));
    }

    pub(super) fn recorded(&mut self, store: u32) {
        if self.is_step(Step::Recording(store)) {
            self.notify_records();
            self.proceed();
        }
    }
}

/// For how long the server asks to be left alone.
pub(super) fn pause_of(answer: &Answer) -> Option<Millis> {
    (answer.pause > 0).then(|| answer.pause.min(CEILING))
}

/// Whether the server's error details name this key, by itself or below `attributes`.
fn names(fields: &[SharedStr], key: &str) -> bool {
    fields.iter().any(|field| field == key || field.strip_prefix("attributes.") == Some(key))
}
