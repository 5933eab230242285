//! What pages ask of the queue, and what they are told.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::queue::slot::Slot;
use super::report::{Kind, Letter, Report};
use super::{Output, Profile};
use crate::Now;

impl Profile {
    /// Tells the pages.
    pub(super) fn report(&mut self, kind: Kind, guest: &str, status: u16, code: Option<String>) {
        if self.queue.is_durable() {
            let (queued, failed) = self.queue.counts();
            self.put(Output::Report(Report { kind, guest: guest.to_owned(), status, code, queued, failed }));
        }
    }

    /// Whatever waits is tried, as soon as the server lets itself be asked.
    pub(super) fn woken(&mut self, now: Now, page: bool) {
        self.queue.page |= page;
        for lane in &mut self.queue.lanes {
            lane.ask(now, page);
        }
        if self.queue.is_durable() {
            // Others may have left something: the rows say so.
            self.want_lock();
        }
    }

    pub(super) fn consent_changed(&mut self) {
        if self.queue.is_durable() {
            self.load();
        }
    }

    pub(super) fn status_asked(&mut self, ask: u32) {
        if self.queue.is_durable() {
            let load = self.load();
            self.asked.push((ask, load));
        } else {
            self.tell_status(ask);
        }
    }

    pub(super) fn tell_status(&mut self, ask: u32) {
        let stranded = |guest: &str| self.queue.lanes.iter().any(|lane| lane.stranded && lane.guest == guest);
        let mut letters = Vec::new();
        for slot in self.queue.slots() {
            let entry = &slot.entry;
            let mut fields = Vec::new();
            for field in &entry.fields {
                fields.push(field.pointer.as_str().to_owned());
            }
            let (status, code) = entry.refused.as_ref().map_or((0, ""), |verdict| (verdict.status, &*verdict.code));
            letters.push(Letter {
                key: (*entry.row_key()).into(),
                guest: entry.guest.clone(),
                at: entry.at,
                fields,
                status,
                code: code.to_owned(),
                stranded: stranded(&entry.guest),
            });
        }
        self.put(Output::Status { ask, letters });
    }

    fn find(&self, key: &str) -> Option<&Slot> {
        self.queue.slots().iter().find(|slot| slot.entry.row_key() == key)
    }

    /// Does what a page wants to be done to a letter; where it is not known, the rows may have it.
    pub(super) fn act(&mut self, now: Now, key: String, discard: bool) {
        if self.find(&key).is_some() {
            self.act_now(now, &key, discard);
        } else if self.queue.is_durable() {
            let load = self.load();
            self.acts.push((key, discard, load));
        }
    }

    pub(super) fn act_now(&mut self, now: Now, key: &str, discard: bool) {
        if discard { self.discard_letter(key) } else { self.retry_letter(now, key) }
    }

    /// Tries what was refused for good again, as a new write.
    fn retry_letter(&mut self, now: Now, key: &str) {
        let Some(slot) = self.find(key).filter(|slot| !slot.is_live()) else { return };
        let (number, guest) = (slot.number, slot.entry.guest.clone());
        if let Some(slot) = self.queue.get_mut(number) {
            slot.entry.refused = None;
        }
        self.raise(now, number);
        self.queue.lane(&guest, now).post(now);
    }

    /// Gives an entry up: nobody wants it any more.
    fn discard_letter(&mut self, key: &str) {
        let Some(slot) = self.find(key) else { return };
        let (number, guest) = (slot.number, slot.entry.guest.clone());
        self.abort(number);
        self.remove(number);
        self.recent.forget(&guest);
    }

    /// Nothing leaves under a capability of the session that has ended, and what it had asked for serves no other. Without a guest: of
    /// any session that was used here.
    pub(super) fn log_out(&mut self, now: Now, guest: &str) {
        if guest.is_empty() {
            return self.guests.ids().iter().for_each(|guest| self.log_out(now, guest));
        }
        self.guests.forget(now, guest);
        self.recent.forget(guest);
        let flying = self.queue.lanes.iter().find(|lane| lane.guest == guest).and_then(|lane| lane.flight.as_ref());
        if let Some(number) = flying.map(|flight| flight.slot) {
            self.abort(number);
            // It may have arrived.
            self.unsure(number, true);
        }
        self.strand(now, guest, true);
        self.tried(guest);
    }

    /// Says once that there is no session any more; `surely`: it has been ended.
    pub(super) fn strand(&mut self, now: Now, guest: &str, surely: bool) {
        let lane = self.queue.lane(guest, now);
        let before = lane.stranded;
        lane.strand(now, surely);
        if !before && self.queue.live(guest).next().is_some() {
            self.report(Kind::Stranded, guest, 0, None);
        }
    }
}
