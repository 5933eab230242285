//! The journal of the queue: what is written.

use alloc::vec;
use alloc::vec::Vec;

use super::output::Output;
use super::queue::CLOCK_ROW;
use super::queue::entry::Entry;
use super::queue::slot::{Home, Slot};
use super::report::Kind;
use super::task::Stage;
use super::{ATTEMPT_WITHIN, FormId, Profile};
use crate::Now;
use crate::journal::{Table, Write};

impl Profile {
    /// Keeps a sealed form; its attempt follows when it is stored.
    pub(super) fn keep(&mut self, now: Now, form: FormId, entry: Entry) {
        let guest = entry.guest.clone();
        let number = self.insert(entry, Vec::new());
        let deadline = now.mono.saturating_add(ATTEMPT_WITHIN);
        let durable = self.queue.is_durable();
        if let Some(task) = self.task(form) {
            task.stage = Stage::Kept { slot: number, tried: false };
            if durable {
                task.deadline = deadline;
            }
        }
        self.queue.lane(&guest, now).post(now);
        while let Some(surplus) = self.queue.surplus() {
            self.give_up(surplus, Kind::Evicted);
        }
    }

    /// Puts an entry into the queue and stores it, in one transaction with these writes; gives its slot.
    pub(super) fn insert(&mut self, entry: Entry, writes: Vec<Write>) -> u32 {
        self.insert_all(vec![entry], writes).last().copied().unwrap_or_default()
    }

    /// Puts entries into the queue and stores them, in one transaction with these writes; gives their slots.
    pub(super) fn insert_all(&mut self, entries: Vec<Entry>, mut writes: Vec<Write>) -> Vec<u32> {
        let home = if self.queue.is_durable() {
            for entry in &entries {
                writes.push(Write::put(Table::Forms, entry.row_key(), entry.encode()));
            }
            Home::Storing(self.store(writes))
        } else {
            Home::Memory
        };
        let mut numbers = Vec::new();
        for entry in entries {
            numbers.push(self.queue.insert(entry, home));
        }
        numbers
    }

    fn clock_row(&self) -> Write {
        Write::put(Table::Forms, CLOCK_ROW.into(), self.ticker.reach(0).to_text())
    }

    /// Writes all of these or nothing. An entry's row names its place in the order; where one goes, the highest that was given out is
    /// noted instead.
    pub(super) fn store(&mut self, mut writes: Vec<Write>) -> u32 {
        let mut removes = false;
        for write in writes.iter().filter(|write| write.value.is_none()) {
            removes = true;
            if !self.queue.gone.contains(&write.key) {
                self.queue.gone.push(write.key.clone());
            }
        }
        if removes {
            writes.push(self.clock_row());
        }
        self.store_as_it_is(writes)
    }

    pub(super) fn store_as_it_is(&mut self, writes: Vec<Write>) -> u32 {
        let store = self.next_store;
        self.next_store += 1;
        self.storing += 1;
        self.put(Output::Store { store, writes });
        store
    }

    /// Storage has refused what some entries have become: once more.
    pub(super) fn store_again(&mut self) {
        let volatile = |slot: &Slot| slot.home == Home::Memory && slot.safe && !self.queue.is_flying(slot.number);
        for number in self.queue.numbers(&volatile) {
            let Some(slot) = self.queue.get(number) else { continue };
            let write = Write::put(Table::Forms, slot.entry.row_key(), slot.entry.encode());
            let store = self.store(vec![write]);
            if let Some(slot) = self.queue.get_mut(number) {
                slot.home = Home::Storing(store);
            }
        }
    }

    pub(super) fn stored(&mut self, store: u32) {
        self.storing = self.storing.saturating_sub(1);
        let mut guests = Vec::new();
        for slot in self.queue.slots_mut() {
            if slot.home == Home::Storing(store) {
                (slot.home, slot.safe) = (Home::Stored(store), true);
                guests.push(slot.entry.guest.clone());
            }
        }
        for guest in guests {
            self.queue.heed(&guest);
        }
    }

    pub(super) fn store_failed(&mut self, store: u32) {
        self.storing = self.storing.saturating_sub(1);
        let mut guests = Vec::new();
        for slot in self.queue.slots_mut() {
            if slot.home == Home::Storing(store) {
                slot.home = Home::Memory;
                guests.push(slot.entry.guest.clone());
            }
        }
        for guest in guests {
            self.report(Kind::Storage, &guest, 0, None);
        }
    }

    /// Takes an entry out of the queue and off the disk.
    pub(super) fn remove(&mut self, number: u32) -> Option<Slot> {
        let slot = self.queue.take(number)?;
        if slot.home != Home::Memory || slot.safe {
            self.store(vec![Write::remove(Table::Forms, slot.entry.row_key())]);
        } else if self.queue.is_durable() {
            // Its place in the order was given out all the same.
            let write = self.clock_row();
            self.store(vec![write]);
        }
        Some(slot)
    }

    /// Gives an entry up and says so.
    pub(super) fn give_up(&mut self, number: u32, kind: Kind) {
        if let Some(slot) = self.remove(number) {
            self.recent.forget(&slot.entry.guest);
            self.report(kind, &slot.entry.guest, 0, None);
        }
    }

    /// Writes an entry anew at a later place in the order: the server takes it for another write.
    pub(super) fn raise(&mut self, now: Now, number: u32) {
        let moment = self.ticker.tick(now.wall);
        let Some(Slot { mut entry, acknowledged, raises, safe, .. }) = self.queue.take(number) else { return };
        let writes = vec![Write::remove(Table::Forms, entry.row_key())];
        entry.moment = moment;
        let raised = self.insert(entry, writes);
        self.queue.inherit(raised, acknowledged, safe);
        if let Some(slot) = self.queue.get_mut(raised) {
            slot.raises = raises + 1;
        }
        self.move_forms(number, raised);
    }

    /// Whoever waits for one slot waits for another.
    pub(super) fn move_forms(&mut self, from: u32, to: u32) {
        for task in &mut self.tasks {
            if let Stage::Kept { slot, .. } = &mut task.stage
                && *slot == from
            {
                *slot = to;
            }
        }
    }
}
