//! The visitor's own guest session, where the page starts it.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::input::Answer;
use super::output::{Event, Output};
use super::sending::{Sender, Step};
use super::storing::Job;
use super::{Guest, Outbox};
use crate::clock::Clock;
use crate::retry::{Verdict, judge};
use crate::shared_str::SharedStr;
use crate::token::Lifecycle;

impl Outbox {
    /// With the lock held: starts the session, its id stored first, so that a lost answer is asked for again under the same id.
    pub(super) fn start(&mut self) {
        // The gateway ends the last session once its logout has had its look at the journal; until then no other begins.
        if self.is_ending() || !self.withdrawals.is_empty() || (self.left_session && self.pending.is_empty()) {
            return self.release();
        }
        if !self.consent.grants_any() {
            return self.rest();
        }
        let Some(session) = self.session.clone() else { return self.release() };
        if self.session_row.is_empty() {
            self.choose_session(self.ended, session.clone());
        }
        self.keep("session", self.session_row.clone());
        self.step(Step::Starting);
        self.put(Output::Start { session });
    }

    /// A session begins after the end of the last one: a store that was out of reach then must not bring that back.
    pub(super) fn choose_session(&mut self, after: Clock, session: SharedStr) {
        let mut row = String::from(&*after.to_text());
        row += " ";
        row.push_str(&session);
        self.session_row = row.into();
        self.session = Some(session);
    }

    pub(super) fn is_starting(&self) -> bool {
        matches!(self.sender, Sender::Holding { step: Step::Starting, .. })
    }

    pub(super) fn started(&mut self, session: SharedStr, guest: SharedStr) {
        if self.guest.is_some() || self.session.as_ref() != Some(&session) {
            return;
        }
        let mut value = String::from(&*session);
        value += " ";
        value.push_str(&guest);
        self.keep("guest", value.into());
        self.found_guest(guest);
        if self.is_starting() {
            self.attempts = 0;
            self.proceed();
        }
    }

    pub(super) fn start_failed(&mut self, session: &str, answer: &Answer, fresh: SharedStr) {
        if !self.is_starting() || self.session.as_deref() != Some(session) {
            return;
        }
        let bound = answer.code.as_deref() == Some("session.bound");
        if bound {
            // The id is in use and its cookie is not here: this browser starts another.
            let at = self.ticker.tick(self.now.wall);
            self.choose_session(at, fresh);
            self.keep("session", self.session_row.clone());
        }
        if bound || answer.status == 0 || judge(answer.status, answer.code.as_deref()) == Verdict::Retry {
            self.retry(answer);
        } else {
            self.block(answer);
        }
    }

    /// A guest is known: told once. A capability for another guest is of no use any more.
    pub(super) fn found_guest(&mut self, guest: SharedStr) {
        if self.guest.as_ref() != Some(&guest) {
            if self.guest.is_some() {
                self.token = Lifecycle::new();
            }
            self.guest = Some(guest.clone());
            self.left_session = false;
            self.event(Event::Ready { guest });
        }
    }

    /// Whether the session was the page's own and its cookie is gone: then it is started anew, for the same visitor. A browser that keeps
    /// no cookie would start it for ever: where no capability came in between, this is said every other time.
    pub(super) fn session_is_gone(&mut self, answer: &Answer) -> bool {
        let missing = answer.code.as_deref() == Some("session.missing") && matches!(self.options.guest, Guest::Session(_));
        self.restarted = missing && !self.restarted;
        if self.restarted {
            self.guest = None;
            self.version = None;
            self.token = Lifecycle::new();
            let writes = vec![self.state("guest", None), self.state("version", None)];
            self.store(Job::Aside(Vec::new()), writes);
        }
        self.restarted
    }
}
