//! Events of deliveries, for a page that sends them itself: at least once, each under an id of its own.
//!
//! An event is stored in the transaction that notes its delivery, and removed when its receiver has answered for it. What becomes of
//! it holds nothing else up.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::Outbox;
use super::answering::pause_of;
use super::flight::Flight;
use super::input::Answer;
use super::output::{Action, Event, Output, Reason, Request};
use super::sending::{Sender, Step};
use super::storing::Job;
use crate::clock::Clock;
use crate::consent::Ledger;
use crate::journal::record::newest;
use crate::journal::{Write, netstring};
use crate::retry::{Policy, Verdict, judge};
use crate::shared_str::SharedStr;
use crate::{Millis, json};

/// What the names of their rows begin with.
const NAME: &str = "hook/";
/// So many wait at most.
const MOST: usize = 100;

/// An event that waits.
#[derive(Debug, Clone)]
pub(super) struct Hook {
    body: SharedStr,
    /// When the oldest of the delivered attributes was set.
    oldest: Clock,
    /// What the delivered attributes served, and the epochs under which they were set.
    purposes: Vec<(SharedStr, Clock)>,
    /// Whether the journal has it.
    stored: bool,
}

impl Hook {
    /// Its text: netstrings of the body, the oldest moment, then of each purpose and epoch.
    fn encode(&self) -> SharedStr {
        let mut text = String::new();
        netstring::push(&mut text, &self.body);
        netstring::push_clock(&mut text, self.oldest);
        for (purpose, epoch) in &self.purposes {
            netstring::push(&mut text, purpose);
            netstring::push_clock(&mut text, *epoch);
        }
        text.into()
    }

    fn decode(text: &str) -> Option<Self> {
        let rest = &mut &*text;
        let body = netstring::next(rest)?.into();
        let oldest = netstring::next_clock(rest)?;
        let mut purposes = Vec::new();
        while !rest.is_empty() {
            purposes.push((netstring::next(rest)?.into(), netstring::next_clock(rest)?));
        }
        Some(Self { body, oldest, purposes, stored: true })
    }

    /// Whether a purpose of it was withdrawn since, or its session has ended.
    fn is_dead(&self, consent: &Ledger, ended: Clock) -> bool {
        self.oldest <= ended || self.purposes.iter().any(|(purpose, epoch)| consent.refuses(purpose, *epoch))
    }
}

/// The id of the event that a row holds.
pub(super) fn id(name: &str) -> Option<&str> {
    name.strip_prefix(NAME)
}

impl Outbox {
    fn hook_row(&self, id: &str, value: Option<SharedStr>) -> Write {
        let mut name = String::from(NAME);
        name.push_str(id);
        self.state(&name, value)
    }

    /// Notes the event of a delivery. Its id is the clock of the newest entry, which no other delivery has.
    pub(super) fn note_hook(&mut self, flight: &Flight, writes: &mut Vec<Write>) {
        if !self.options.hooks || flight.entries.is_empty() {
            return;
        }
        let id = newest(&flight.entries).to_text();
        while self.hooks.len() >= MOST
            && let Some(oldest) = self.hooks.keys().into_iter().next()
        {
            self.drop_hook(&oldest, writes, Reason { status: 0, code: Some("webhook.full".into()), message: None });
        }
        let mut purposes: Vec<(SharedStr, Clock)> = Vec::new();
        for entry in flight.entries.values() {
            if purposes.iter().all(|(purpose, _)| *purpose != entry.purpose) {
                purposes.push((entry.purpose.clone(), entry.epoch));
            }
        }
        let hook = Hook { body: self.hook_body(&id, flight), oldest: flight.oldest(), purposes, stored: false };
        writes.push(self.hook_row(&id, Some(hook.encode())));
        self.hooks.insert(id, hook);
    }

    /// Whether the event that was sent last is in the journal.
    pub(super) fn is_hook_stored(&self) -> bool {
        self.hooks.get(&self.hook_sent).is_some_and(|hook| hook.stored)
    }

    /// `{id, sessionId, attributes, consentFlags, syncedAt}`, the last one in milliseconds.
    fn hook_body(&self, id: &str, flight: &Flight) -> SharedStr {
        let mut body = String::from("{\"id\":");
        json::string(&mut body, id);
        body.push_str(",\"sessionId\":");
        json::string(&mut body, self.guest.as_deref().unwrap_or_default());
        body.push_str(",\"attributes\":");
        flight.write_attributes(&mut body);
        body.push_str(",\"consentFlags\":{");
        for (at, (purpose, granted)) in self.consent.iter().enumerate() {
            if at > 0 {
                body += ",";
            }
            json::string(&mut body, purpose);
            body.push_str(if granted { ":true" } else { ":false" });
        }
        body.push_str("},\"syncedAt\":");
        json::integer(&mut body, self.now.wall);
        body += "}";
        body.into()
    }

    /// The journal's transaction that noted them is complete.
    pub(super) fn hooks_stored(&mut self) {
        for (_, hook) in self.hooks.iter_mut() {
            hook.stored = true;
        }
    }

    /// Takes note of a stored one, if it is this page's to send; one that nobody may send any more is to be removed.
    pub(super) fn take_hook(&mut self, id: &SharedStr, text: &str, writes: &mut Vec<Write>) {
        match Hook::decode(text).filter(|hook| !hook.is_dead(&self.consent, self.ended)) {
            None => {
                self.untidy = true;
                writes.push(self.hook_row(id, None));
            }
            Some(hook) if self.options.hooks && hook.purposes.iter().all(|(of, _)| self.consent.is_granted(of)) => {
                self.hooks.insert(id.clone(), hook);
            }
            Some(_) => {}
        }
    }

    /// Drops those that nobody may send any more; their rows go at the next look under the lock. Says whether one of them may be in
    /// the air.
    pub(super) fn drop_hooks(&mut self) -> bool {
        let dead = self.hooks.select(&|_, hook| hook.is_dead(&self.consent, self.ended));
        for id in &dead {
            self.untidy = true;
            self.hooks.remove(id);
        }
        !dead.is_empty() && matches!(self.sender, Sender::Holding { step: Step::Hooking(_), .. })
    }

    /// Forgets the stored ones that the journal does not have any more: another tab has sent them.
    pub(super) fn forget_hooks(&mut self, there: &[(SharedStr, &str)]) {
        for id in &self.hooks.select(&|id, hook| hook.stored && !there.iter().any(|(of, _)| **id == **of)) {
            self.hooks.remove(id);
        }
    }

    /// When the next one is due; `None` where none waits.
    pub(super) fn next_hook(&self) -> Option<Millis> {
        (!self.hooks.is_empty()).then_some(self.hook_try)
    }

    /// With the lock held and nothing else to send: sends the next event, if it is due.
    pub(super) fn send_hook(&mut self) -> bool {
        let (Some(deadline), Some(guest)) = (self.deadline(), self.guest.clone()) else { return false };
        if self.hook_try > self.now.mono {
            return false;
        }
        let Some((id, hook)) = self.hooks.iter().next() else { return false };
        let sent = id.clone();
        let action = Action::Hook { id: id.clone(), body: hook.body.clone() };
        let Some(token) = self.bearer() else {
            self.step(Step::Authorizing);
            return true;
        };
        let send = self.id();
        self.hook_sent = sent;
        self.step(Step::Hooking(send));
        self.put(Output::Send(Box::new(Request { send, guest, action, token, deadline, keepalive: false })));
        true
    }

    /// The receiver has answered (status 0: it has not). An event that it refuses is told and dropped; all others stay until it has
    /// taken them.
    pub(super) fn hook_answered(&mut self, answer: &Answer) {
        self.step(Step::Authorizing);
        let mut verdict = if answer.status == 0 { Verdict::Retry } else { judge(answer.status, answer.code.as_deref()) };
        // One that is refused twice in a row is not refused over its age.
        let again = core::mem::replace(&mut self.hook_unauthorized, verdict == Verdict::Reauthorize);
        if self.hook_unauthorized && !again {
            self.token.rejected_current();
            verdict = Verdict::Retry;
        }
        if verdict == Verdict::Retry {
            let asked = pause_of(answer).unwrap_or_default();
            let delay = Policy::PAGE.delay(self.hook_attempts, self.random.draw()).max(asked);
            self.hook_attempts = self.hook_attempts.saturating_add(1);
            self.hook_try = self.now.mono + delay;
            self.retrying(Reason::of(answer), delay);
            return self.release();
        }
        self.hook_attempts = 0;
        // An earlier one may have turned up meanwhile.
        let (id, mut writes) = (self.hook_sent.clone(), Vec::new());
        if verdict == Verdict::Done {
            self.hooks.remove(&id);
            writes.push(self.hook_row(&id, None));
        } else {
            self.drop_hook(&id, &mut writes, Reason { code: Some("webhook.refused".into()), ..Reason::of(answer) });
        }
        let store = self.store(Job::Record, writes);
        self.step(Step::Recording(store));
    }

    fn drop_hook(&mut self, id: &SharedStr, writes: &mut Vec<Write>, reason: Reason) {
        self.hooks.remove(id);
        writes.push(self.hook_row(id, None));
        self.event(Event::Rejected { keys: Vec::new(), reason });
    }
}
