//! What the end of an attempt means: the retry table, applied to an entry.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;

use super::Profile;
use super::answer::Answer;
use super::input::Upstream;
use super::queue::entry::Verdict as Refused;
use super::queue::lane::Flight;
use super::queue::slot::{Home, Slot};
use super::refusal::Refusal;
use super::report::Kind;
use crate::clock::Clock;
use crate::journal::{Table, Write};
use crate::retry::retry_after::CEILING;
use crate::retry::verdict::MAX_REBASES;
use crate::retry::{Verdict, judge};
use crate::{Millis, Now};

/// Where the server names a moment that has passed, the delay is at least this.
const BASE: Millis = 1_000;
/// A form submitted so short a time ago is newer than whatever else was sent.
const FRESH: Millis = 60_000;

impl Profile {
    /// A patch has its answer.
    pub(super) fn answered(&mut self, now: Now, send: u32, answer: &Upstream) {
        let Some((guest, flight)) = self.land(send) else { return };
        let lane = self.queue.lane(&guest, now);
        match judge(answer.status, answer.code.as_deref()) {
            Verdict::Done => self.took(now, &guest, flight.slot, answer),
            Verdict::Reauthorize if !lane.reauthorized => {
                lane.reauthorized = true;
                self.guests.token_refused(&guest, flight.generation);
            }
            // A patch has no precondition: there is nothing to rebase, it can only be sent again.
            Verdict::Retry | Verdict::Rebase => {
                // These may come from before or from after the server did its work.
                self.unsure(flight.slot, !matches!(answer.status, 425 | 429 | 503));
                self.failed(now, &guest, Some(answer));
            }
            Verdict::Final | Verdict::Reauthorize => self.refused(now, &guest, flight.slot, answer),
        }
    }

    /// A patch ended without an answer.
    pub(super) fn send_failed(&mut self, now: Now, send: u32, unsent: bool) {
        let Some((guest, flight)) = self.land(send) else { return };
        self.unsure(flight.slot, !unsent);
        self.failed(now, &guest, None);
    }

    /// Takes the flight of a request off its guest's way; gives the guest and the flight.
    fn land(&mut self, send: u32) -> Option<(String, Flight)> {
        self.queue.lanes.iter_mut().find_map(|lane| {
            let flight = lane.flight.take_if(|flight| flight.send == send)?;
            Some((lane.guest.clone(), flight))
        })
    }

    /// The server has taken an entry.
    fn took(&mut self, now: Now, guest: &str, number: u32, answer: &Upstream) {
        self.queue.lane(guest, now).succeeded(now);
        if self.lost_by_the_clock(now, number, answer) {
            // What is newer stays newer.
            let Some(moment) = self.queue.get(number).map(|slot| slot.entry.moment) else { return };
            let is_later = |slot: &Slot| slot.is_live() && slot.entry.guest == guest && slot.entry.moment >= moment;
            for number in self.queue.numbers(&is_later) {
                self.raise(now, number);
            }
            return;
        }
        // Whoever waits for the answer does not wait for the removal.
        while let Some(task) = self.take_where(&|task| task.stage.is_kept(number)) {
            self.answer(task.form, task.navigation, &Answer::synced(guest, task.held));
        }
        let Some(slot) = self.remove(number) else { return };
        // What was refused before and has been set now is settled.
        while let Some(settled) = self
            .queue
            .slots()
            .iter()
            .find(|other| !other.is_live() && other.entry.guest == guest && slot.entry.supersedes(&other.entry))
            .map(|other| other.number)
        {
            self.remove(settled);
        }
        self.report(Kind::Synced, guest, 0, None);
    }

    /// Whether the server left something out for a patch that only seems to be newer, because this machine's clock is behind. Takes
    /// note of it.
    fn lost_by_the_clock(&mut self, now: Now, number: u32, answer: &Upstream) -> bool {
        let (Some(newer), Some(slot)) = (answer.sequence.map(Clock::from_sequence), self.queue.get(number)) else {
            return false;
        };
        let reach = self.ticker.reach(now.wall);
        self.ticker.observe(newer);
        let server_now = answer.date.unwrap_or(now.wall);
        let age = now.wall.saturating_sub(slot.entry.at);
        // Its place in the order is another's, if this is the first time that it was sent: storage had refused to note that it was taken.
        let taken = newer.sequence() == slot.entry.moment.sequence() && !slot.uncertain;
        (newer > reach || taken) && slot.raises < MAX_REBASES && (age < FRESH || newer.wall() <= server_now.saturating_sub(age))
    }

    /// The server will not take an entry however often it is asked.
    fn refused(&mut self, now: Now, guest: &str, number: u32, answer: &Upstream) {
        self.queue.lane(guest, now).succeeded(now);
        self.recent.forget(guest);
        let Some(slot) = self.queue.get(number) else { return };
        let forbidden = answer.status == 403;
        let code = answer.code.as_deref();
        let refusal = if forbidden { Refusal::forbidden(code) } else { Refusal::refused(code) };
        if slot.entry.forms > 1 && slot.entry.fields.len() > 1 && matches!(answer.status, 400 | 404 | 413 | 422) {
            return self.split(number);
        }
        let verdict = Refused { status: answer.status, code: refusal.code().to_owned() };
        // Whoever is told that it is forbidden or not kept has it still; what was promised is kept for the page to read.
        if forbidden && !slot.acknowledged || !slot.safe {
            self.remove(number);
        } else if let Some(slot) = self.queue.get_mut(number) {
            slot.entry.refused = Some(verdict);
            let write = Write::put(Table::Forms, slot.entry.row_key(), slot.entry.encode());
            let store = self.store(vec![write]);
            if let Some(slot) = self.queue.get_mut(number) {
                slot.home = Home::Storing(store);
            }
        }
        self.end_where(&refusal, &|task| task.stage.is_kept(number));
        self.report(Kind::Failed, guest, answer.status, Some(refusal.code().to_owned()));
    }

    /// An attempt for a guest has come to nothing.
    pub(super) fn failed(&mut self, now: Now, guest: &str, answer: Option<&Upstream>) {
        let random = self.random.draw();
        let mut least = 0;
        if let Some(asked) = answer.and_then(asked_for) {
            least = asked.max(BASE);
            if asked > 0 {
                // Everybody was asked to come back at the same moment: come a little later than that.
                least = asked + random % (asked / 10 + 1).min(BASE);
                self.pause(now, asked);
            }
        }
        let page = self.queue.page;
        self.queue.lane(guest, now).failed(now, page, least, random);
        self.tried(guest);
    }

    pub(super) fn unsure(&mut self, number: u32, uncertain: bool) {
        if let Some(slot) = self.queue.get_mut(number) {
            slot.uncertain |= uncertain;
        }
    }
}

/// How long the server asks to be left alone.
pub(super) fn asked_for(answer: &Upstream) -> Option<Millis> {
    Some(answer.pause?.min(CEILING))
}
