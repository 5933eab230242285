//! Attempts: which entry goes next, and with what capability.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use super::answering::asked_for;
use super::guests::FieldKey;
use super::input::Upstream;
use super::output::{Output, Patch};
use super::queue::Lock;
use super::queue::lane::Flight;
use super::queue::slot::{Home, Slot};
use super::refusal::Refusal;
use super::report::Kind;
use super::rules::Mode;
use super::{PATIENCE, Profile};
use crate::Now;
use crate::retry::{Verdict, judge};
use crate::token::{Ask, Token};

impl Profile {
    /// Sends what may be sent, and takes and gives back the lock for it.
    pub(super) fn flow(&mut self, now: Now) {
        while let Some(number) = self.queue.expired(now) {
            self.give_up(number, Kind::Expired);
        }
        let due = self.queue.due_at().is_some_and(|at| at <= now.mono);
        match self.queue.lock {
            Lock::Idle if due => self.want_lock(),
            Lock::Held | Lock::Unneeded => {
                self.coalesce();
                let mut guests = Vec::new();
                for lane in &self.queue.lanes {
                    if lane.is_due(now) {
                        guests.push(lane.guest.clone());
                    }
                }
                for guest in guests {
                    if self.queue.pause <= now.mono {
                        self.advance(now, &guest);
                    }
                }
                self.rest(now);
            }
            _ => {}
        }
    }

    /// Gives the lock back where nothing is under way.
    fn rest(&mut self, now: Now) {
        let flying = self.queue.lanes.iter().any(|lane| lane.flight.is_some());
        let due = self.queue.due_at().is_some_and(|at| at <= now.mono);
        if self.queue.lock != Lock::Held
            || flying
            || due
            || self.storing > 0
            || self.arriving > now.mono
            || self.tasks.iter().any(|task| task.stage.is_plain())
        {
            return;
        }
        self.queue.lock = Lock::Idle;
        self.put(Output::Unlock);
        if self.queue.slots().iter().any(Slot::is_live) {
            self.put(Output::Sync);
        }
        self.queue.tidy_lanes();
    }

    /// Sends the first entry of a guest, where there is a capability for it.
    fn advance(&mut self, now: Now, guest: &str) {
        if self.queue.live(guest).next().is_none() {
            return;
        }
        let Some(Token { value, generation }) = self.capability(now, guest) else { return };
        let Some(head) = self.queue.live(guest).next() else { return };
        if matches!(head.home, Home::Storing(_)) {
            return;
        }
        let (number, sequence, body) = (head.number, head.entry.moment.sequence(), head.entry.body());
        let idempotency_key = head.entry.idempotency_key(&body);
        let send = self.next_send;
        self.next_send = send.wrapping_add(1);
        let until = now.mono.saturating_add(PATIENCE);
        self.queue.lane(guest, now).flight = Some(Flight { slot: number, send, generation, until });
        self.put(Output::Send(Patch { send, guest: guest.to_owned(), body, idempotency_key, sequence, token: value }));
    }

    /// Aborts the request that carries this entry.
    pub(super) fn abort(&mut self, number: u32) {
        for lane in &mut self.queue.lanes {
            if let Some(flight) = lane.flight.take_if(|flight| flight.slot == number) {
                self.outputs.push(Output::Abort { send: flight.send });
            }
        }
    }

    /// The guest's capability, where it is held; else it is on its way.
    pub(super) fn capability(&mut self, now: Now, guest: &str) -> Option<Token> {
        let (token, fetch) = match self.guests.ask(now, guest) {
            Ask::Use(token) => (Some(token), false),
            Ask::UseAndFetch(token) => (Some(token), true),
            Ask::Fetch => (None, true),
            Ask::Wait => (None, false),
        };
        if fetch {
            self.put(Output::GetToken { guest: guest.to_owned() });
        }
        token
    }

    /// No capability came. A form that is not sealed yet asks once more when it is.
    pub(super) fn token_failed(&mut self, now: Now, guest: &str, answer: &Upstream) {
        self.guests.token_failed(guest);
        let waits = self.queue.lanes.iter().any(|lane| lane.guest == guest && lane.is_due(now));
        // Of one that says yes without a capability, a part was lost.
        if answer.status == 0 || matches!(judge(answer.status, answer.code.as_deref()), Verdict::Retry | Verdict::Done) {
            self.end_keyless(now, guest, answer);
            if waits {
                self.failed(now, guest, Some(answer));
            } else if let Some(asked) = asked_for(answer) {
                self.pause(now, asked);
            }
            return;
        }
        let refusal = Refusal::forbidden(answer.code.as_deref());
        self.end_where(&refusal, &|task| task.guest == guest && task.stage.is_plain());
        // Nobody was told that these will be sent.
        let new = |slot: &Slot| slot.entry.guest == guest && slot.is_live() && !slot.acknowledged;
        while let Some(number) =
            self.queue.slots().iter().find(|slot| new(slot) && !self.queue.is_flying(slot.number)).map(|slot| slot.number)
        {
            self.remove(number);
            self.end_where(&refusal, &|task| task.stage.is_kept(number));
        }
        if waits {
            self.strand(now, guest, false);
            self.tried(guest);
        }
    }

    /// Ends the forms that wait for a guest's own key, which needs a capability.
    fn end_keyless(&mut self, now: Now, guest: &str, answer: &Upstream) {
        if matches!(self.rules.mode, Mode::Shared(_)) && matches!(self.guests.key(now, guest), FieldKey::Missing) {
            self.end_unsealed(answer.status != 0, &|task| task.guest == guest);
        }
    }
}
