//! Attempts: which entry goes next, with what capability, and what its answer means.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::answer::Answer;
use super::guests::FieldKey;
use super::input::Upstream;
use super::output::{Output, Patch};
use super::queue::Lock;
use super::queue::entry::{Entry, Verdict as Refused};
use super::queue::lane::Flight;
use super::queue::slot::{Home, Slot};
use super::refusal::{Refusal, Why};
use super::report::Kind;
use super::rules::Mode;
use super::task::{Stage, Task};
use super::{ANSWER_WITHIN, MAX_FORM, Now, PATIENCE, Profile};
use crate::Millis;
use crate::clock::Clock;
use crate::journal::{Table, Write};
use crate::retry::retry_after::CEILING;
use crate::retry::verdict::MAX_REBASES;
use crate::retry::{Verdict, judge};
use crate::token::{Ask, Token};

/// Where the server names a moment that has passed, the delay is at least this.
const BASE: Millis = 1_000;
/// A form submitted so short a time ago is newer than whatever else was sent.
const FRESH: Millis = 60_000;

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

    /// Makes what waits of the guests of whom there is news as few entries as may be.
    fn coalesce(&mut self) {
        for guest in core::mem::take(&mut self.queue.news) {
            if self.queue.lanes.iter().any(|lane| lane.guest == guest && lane.flight.is_some()) {
                self.queue.heed(&guest);
            } else {
                self.supersede(&guest);
                self.merge(&guest);
            }
        }
    }

    /// Drops what a later entry, which is on disk, sets as a whole.
    fn supersede(&mut self, guest: &str) {
        while let Some((older, newer)) = self.superseded(guest) {
            let Some(slot) = self.remove(older) else { return };
            self.queue.inherit(newer, slot.acknowledged, false);
            self.move_forms(older, newer);
        }
    }

    /// An entry, and a later one that sets all it sets.
    fn superseded(&self, guest: &str) -> Option<(u32, u32)> {
        for older in self.queue.live(guest) {
            let mut after = false;
            for newer in self.queue.live(guest) {
                if after && newer.is_stored() && newer.entry.covers(&older.entry) {
                    return Some((older.number, newer.number));
                }
                after |= newer.number == older.number;
            }
        }
        None
    }

    /// Makes one entry of two that follow each other and have surely not been taken.
    fn merge(&mut self, guest: &str) {
        let fits = |slot: &Slot| slot.is_open() && slot.is_stored();
        let (mut before, mut pair) = (None::<&Slot>, None);
        for slot in self.queue.live(guest) {
            if let Some(first) = before.filter(|first| fits(first) && fits(slot))
                && first.entry.bytes() + slot.entry.bytes() <= MAX_FORM / 2
            {
                pair = Some((first.number, slot.number));
                break;
            }
            before = Some(slot);
        }
        let Some((first, second)) = pair else { return };
        let (Some(older), Some(newer)) = (self.queue.take(first), self.queue.take(second)) else { return };
        let writes = [&older, &newer].map(|slot| Write::remove(Table::Forms, slot.entry.row_key())).to_vec();
        // The row of the newer one is written anew: it comes after its removal.
        let mut entry = older.entry;
        entry.absorb(newer.entry);
        let merged = self.insert(entry, writes);
        self.queue.inherit(merged, older.acknowledged || newer.acknowledged, true);
        self.move_forms(first, merged);
        self.move_forms(second, merged);
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

    /// An attempt for a guest has come to nothing.
    fn failed(&mut self, now: Now, guest: &str, answer: Option<&Upstream>) {
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

    /// The forms of a guest have had their attempt.
    pub(super) fn tried(&mut self, guest: &str) {
        for task in self.tasks.iter_mut().filter(|task| task.guest == guest) {
            if let Stage::Kept { tried, .. } = &mut task.stage {
                *tried = true;
            }
        }
    }

    /// Answers the forms whose attempt has ended, as soon as it is known whether they are kept.
    pub(super) fn settle(&mut self, now: Now) {
        let paused = self.queue.loaded && self.queue.pause > now.mono;
        loop {
            let queue = &self.queue;
            let ready = |task: &Task| match task.stage {
                Stage::Kept { slot, tried } => match queue.get(slot) {
                    None => true,
                    Some(slot) => (tried || paused) && (slot.safe || slot.home == Home::Memory) && !queue.is_flying(slot.number),
                },
                _ => false,
            };
            let Some(at) = self.tasks.iter().position(ready) else { return };
            let task = self.tasks.remove(at);
            let Stage::Kept { slot, .. } = task.stage else { return };
            self.acknowledge(task, slot);
        }
    }

    /// Says that a form waits; or, where nothing keeps it, that it does not.
    fn acknowledge(&mut self, task: Task, number: u32) {
        match self.queue.get_mut(number) {
            Some(slot) if !slot.safe => {
                let why = if self.queue.is_durable() { Why::StorageUnavailable } else { Why::Unavailable };
                let refusal = Refusal::whole(why);
                self.abort(number);
                self.remove(number);
                // Others may wait for the same entry.
                self.tasks.push(task);
                self.end_where(&refusal, &|task| task.stage.is_kept(number));
            }
            slot => {
                if let Some(slot) = slot {
                    slot.acknowledged = true;
                }
                self.answer(task.form, task.navigation, &Answer::queued(&task.guest, task.held));
                self.report(Kind::Queued, &task.guest, 0, None);
                self.put(Output::Sync);
            }
        }
    }

    /// Ends what has taken too long: attempts without an answer, forms that wait.
    pub(super) fn expire(&mut self, now: Now) {
        while let Some((send, number)) = self
            .queue
            .lanes
            .iter()
            .filter_map(|lane| lane.flight.as_ref())
            .find_map(|flight| (flight.until <= now.mono && self.queue.is_durable()).then_some((flight.send, flight.slot)))
        {
            self.put(Output::Abort { send });
            debug_assert!(self.queue.is_flying(number), "it is on its way");
            self.send_failed(now, send, false);
        }
        while let Some(mut task) = self.take_where(&|task| task.deadline <= now.mono) {
            match task.stage {
                Stage::Checking { .. } | Stage::Sealing { .. } => {
                    self.recent.forget(&task.guest);
                    self.refuse(task.form, task.navigation, Refusal::whole(Why::KeysUnavailable));
                }
                // It is not known yet whether it is kept: that decides the answer.
                Stage::Kept { slot, tried: false } if self.queue.is_durable() && !self.is_safe(slot) => {
                    task.stage = Stage::Kept { slot, tried: true };
                    task.deadline = now.mono.saturating_add(ANSWER_WITHIN);
                    self.tasks.push(task);
                }
                Stage::Kept { slot, .. } => self.acknowledge(task, slot),
            }
        }
    }

    fn is_safe(&self, number: u32) -> bool {
        self.queue.get(number).is_none_or(|slot| slot.safe)
    }

    /// Aborts the request that carries this entry.
    pub(super) fn abort(&mut self, number: u32) {
        for lane in &mut self.queue.lanes {
            if let Some(flight) = lane.flight.take_if(|flight| flight.slot == number) {
                self.outputs.push(Output::Abort { send: flight.send });
            }
        }
    }

    /// Takes the flight of a request off its guest's way; gives the guest and the flight.
    fn land(&mut self, send: u32) -> Option<(String, Flight)> {
        self.queue.lanes.iter_mut().find_map(|lane| {
            let flight = lane.flight.take_if(|flight| flight.send == send)?;
            Some((lane.guest.clone(), flight))
        })
    }

    /// A patch ended without an answer.
    pub(super) fn send_failed(&mut self, now: Now, send: u32, unsent: bool) {
        let Some((guest, flight)) = self.land(send) else { return };
        self.unsure(flight.slot, !unsent);
        self.failed(now, &guest, None);
    }

    pub(super) fn unsure(&mut self, number: u32, uncertain: bool) {
        if let Some(slot) = self.queue.get_mut(number) {
            slot.uncertain |= uncertain;
        }
    }

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

    /// Several forms in one entry, of which one is to blame: each field goes by itself.
    fn split(&mut self, number: u32) {
        let Some(Slot { mut entry, .. }) = self.queue.take(number) else { return };
        let writes = vec![Write::remove(Table::Forms, entry.row_key())];
        let fields = core::mem::take(&mut entry.fields);
        // They keep their place before whatever is newer.
        let mut parts = Vec::new();
        for (field, beside) in fields.into_iter().zip(1..) {
            let (guest, id, moment) = (entry.guest.clone(), entry.id.clone(), entry.moment.beside(beside));
            parts.push(Entry { guest, moment, at: entry.at, id, forms: 1, refused: None, fields: vec![field] });
        }
        for part in self.insert_all(parts, writes) {
            self.queue.inherit(part, true, true);
            self.move_forms(number, part);
            if let Some(part) = self.queue.get_mut(part) {
                // They were made one once: not again.
                part.uncertain = true;
            }
        }
    }

    /// Ends the forms that wait for a guest's own key, which needs a capability.
    fn end_keyless(&mut self, now: Now, guest: &str, answer: &Upstream) {
        if matches!(self.rules.mode, Mode::Shared(_)) && matches!(self.guests.key(now, guest), FieldKey::Missing) {
            self.end_unsealed(answer.status != 0, &|task| task.guest == guest);
        }
    }
}

/// How long the server asks to be left alone.
fn asked_for(answer: &Upstream) -> Option<Millis> {
    Some(answer.pause?.min(CEILING))
}
